/* figure_correlator.c: correlators Phi_mumu/S_mumu against the time. */
#include "cli/figures/figures.h"

static double normalised(const mct_result *result, double k, size_t row, size_t mu) {
    const mct_dataset *phi = mct_result_dataset(result, "correlator");
    const size_t Q = phi->shape[1], m = phi->shape[2];

    return phi->data[((row * Q + cli_stored_point(result, k)) * m + mu) * m + mu] /
           cli_element(result, "structure_factor", mct_grid_nearest(&result->config->grid, k), mu, mu);
}

bool cli_has_correlator(const mct_result *result) {
    return mct_result_dataset(result, "correlator");
}

static mct_status draw(const cli_drawing *drawing, const double *k) {
    cli_put_decays(drawing, k, &cli_species_family, normalised, "{/:Italic Φ}_{μμ} / {/:Italic S}_{μμ}");
    cli_put_curves(drawing, &cli_species_family, 2, true);
    return MCT_OK;
}

mct_status cli_draw_correlator(const cli_drawing *drawing) {
    return cli_draw_wave_numbers(drawing, draw);
}
