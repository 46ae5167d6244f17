/* figure_nonergodicity.c: nonergodicity parameters of each species against the wave number. */
#include "cli/figures/figures.h"

static double normalised(const mct_result *result, size_t column, size_t row) {
    return cli_element(result, "nonergodicity", row, column, column) /
           cli_element(result, "structure_factor", row, column, column);
}

bool cli_has_nonergodicity(const mct_result *result) {
    return mct_result_dataset(result, "nonergodicity") && mct_result_dataset(result, "structure_factor");
}

mct_status cli_draw_nonergodicity(const cli_drawing *drawing) {
    cli_put_wave_number_axes(drawing,
                             "{/:Italic f}_{/:Italic μ}({/:Italic k}) = {/:Italic F}_{μμ} / {/:Italic S}_{μμ}");
    fputs("set yrange [0:1]\n", drawing->script);
    for (size_t i = 0; i < drawing->count; i++) {
        cli_put_data(drawing->script, drawing->results[i], i, drawing->results[i]->config->mixture.species_count,
                     normalised);
    }
    cli_put_curves(drawing, &cli_species_family, 2, true);
    return MCT_OK;
}
