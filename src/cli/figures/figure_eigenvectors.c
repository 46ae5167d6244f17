/* figure_eigenvectors.c: right and left eigenvectors of the stability matrix at critical points, one above the other.
 *
 * d_mumu/S_mumu is how f_mu moves; l_mumu S_mumu is what it weighs in <l, d>, a sum over wave numbers: divided by their
 * spacing it does not depend on the grid. */
#include "cli/figures/figures.h"

static double right(const mct_result *result, size_t species, size_t row) {
    return cli_element(result, "right_eigenvector", row, species, species) /
           cli_element(result, "structure_factor", row, species, species);
}

static double left(const mct_result *result, size_t species, size_t row) {
    return cli_element(result, "left_eigenvector", row, species, species) *
           cli_element(result, "structure_factor", row, species, species) / result->config->grid.spacing;
}

bool cli_has_eigenvectors(const mct_result *result) {
    return mct_result_dataset(result, "right_eigenvector") && mct_result_dataset(result, "left_eigenvector") &&
           mct_result_dataset(result, "structure_factor");
}

static void put_all(const cli_drawing *drawing, cli_column value, bool legend) {
    for (size_t i = 0; i < drawing->count; i++) {
        cli_put_data(drawing->script, drawing->results[i], i, drawing->results[i]->config->mixture.species_count,
                     value);
    }
    cli_put_curves(drawing, &cli_species_family, 2, legend);
}

mct_status cli_draw_eigenvectors(const cli_drawing *drawing) {
    FILE *script = drawing->script;

    cli_put_wave_number_axes(drawing, "{/:Italic d}_{μμ} / {/:Italic S}_{μμ}");
    fputs("set multiplot\n"
          "set lmargin at screen 0.12\nset tmargin at screen 0.97\nset bmargin at screen 0.57\n"
          "set format x ''\nset xlabel ''\n"
          "set xzeroaxis linetype 1 linewidth 0.6 linecolor rgb '#808080'\n",
          script);
    put_all(drawing, right, true);
    /* the lower panel is as wide as the legend leaves the upper one */
    fputs("set rmargin at screen GPVAL_TERM_XMAX * real(GPVAL_TERM_SCALE) / GPVAL_TERM_XSIZE\n"
          "set tmargin at screen 0.52\nset bmargin at screen 0.13\n"
          "set format x\nset xlabel 'wave number {/:Italic k}  [1/{/:Italic d}]'\n"
          "set ylabel '{/:Italic l}_{μμ} {/:Italic S}_{μμ} / Δ  [{/:Italic d}]'\n"
          "unset key\n",
          script);
    put_all(drawing, left, false);
    fputs("unset multiplot\n", script);
    return MCT_OK;
}
