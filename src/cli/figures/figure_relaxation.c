/* figure_relaxation.c: relaxation times of each species against the wave number. */
#include <math.h>

#include "cli/figures/figures.h"

static double relaxation_time(const mct_result *result, size_t column, size_t row) {
    const mct_dataset *tau = mct_result_dataset(result, "relaxation_time");

    return tau->data[row * tau->shape[1] + column];
}

bool cli_has_relaxation(const mct_result *result) {
    const mct_dataset *tau = mct_result_dataset(result, "relaxation_time");

    if (!tau) return false;
    for (size_t i = 0; i < tau->shape[0] * tau->shape[1]; i++) {
        if (isfinite(tau->data[i])) return true;
    }
    return false;
}

mct_status cli_draw_relaxation(const cli_drawing *drawing) {
    double least = INFINITY, most = 0;

    cli_put_wave_number_axes(drawing,
                             "relaxation time {/:Italic τ}_{μ}({/:Italic k})  [{/:Italic d}^2/{/:Italic D}_0]");
    for (size_t i = 0; i < drawing->count; i++) {
        const mct_dataset *tau = mct_result_dataset(drawing->results[i], "relaxation_time");

        for (size_t j = 0; j < tau->shape[0] * tau->shape[1]; j++) {
            if (!isfinite(tau->data[j])) continue;
            least = fmin(least, tau->data[j]);
            most = fmax(most, tau->data[j]);
        }
        cli_put_data(drawing->script, drawing->results[i], i, drawing->results[i]->config->mixture.species_count,
                     relaxation_time);
    }
    cli_put_log_axis(drawing->script, 'y', least, most);
    cli_put_curves(drawing, &cli_species_family, 2, true);
    return MCT_OK;
}
