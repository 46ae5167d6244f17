/* figure_correlator.c: correlators Phi_mumu/S_mumu at the observed wave number against the time. */
#include <math.h>
#include <string.h>

#include "figures.h"

static const double decayed = 1e-3, a_while = 3;

/* The stored wave number nearest to the observed one. */
static size_t stored_point(const mct_result *result) {
    const mct_dataset *stored = mct_result_dataset(result, "stored_wave_number");
    const size_t point = mct_grid_nearest(&result->config->grid, result->config->output.wave_number);
    const double wanted = mct_grid_wave_number(&result->config->grid, point);
    size_t nearest = 0;

    for (size_t i = 1; i < stored->shape[0]; i++) {
        if (fabs(stored->data[i] - wanted) < fabs(stored->data[nearest] - wanted)) nearest = i;
    }
    return nearest;
}

static double stored_wave_number(const mct_result *result) {
    return mct_result_dataset(result, "stored_wave_number")->data[stored_point(result)];
}

/* Phi_mumu/S_mumu of row i. */
static double normalised(const mct_result *result, size_t i, size_t mu) {
    const mct_dataset *phi = mct_result_dataset(result, "correlator");
    const size_t Q = phi->shape[1], m = phi->shape[2];
    const size_t point = mct_grid_nearest(&result->config->grid, stored_wave_number(result));

    return phi->data[((i * Q + stored_point(result)) * m + mu) * m + mu] /
           cli_element(result, "structure_factor", point, mu, mu);
}

/* From the first time that a logarithmic axis can show to a while after all has decayed. */
static void extend_range(const mct_result *result, double *first, double *last) {
    const mct_dataset *time = mct_result_dataset(result, "time");
    const double longer = strcmp(result->state, "decayed") == 0 ? a_while : 1;

    for (size_t i = 0; i < time->shape[0]; i++) {
        if (!(time->data[i] > 0)) continue;
        *first = fmin(*first, time->data[i]);
        for (size_t mu = 0; mu < result->config->mixture.species_count; mu++) {
            if (normalised(result, i, mu) > decayed) *last = fmax(*last, longer * time->data[i]);
        }
    }
}

/* Times as $data<index>, columns t and Phi/S of each species; a plateau goes on to the edge of the figure. */
static void put_rows(FILE *script, const mct_result *result, size_t index, double last) {
    const mct_dataset *time = mct_result_dataset(result, "time");
    const size_t m = result->config->mixture.species_count, T = time->shape[0];

    fprintf(script, "$data%zu << END\n", index);
    for (size_t i = 0; i < T; i++) {
        if (!(time->data[i] > 0)) continue;
        fprintf(script, "%.10g", time->data[i]);
        for (size_t mu = 0; mu < m; mu++) fprintf(script, " %.10g", normalised(result, i, mu));
        fputc('\n', script);
    }
    if (strcmp(result->state, "plateau") == 0 && time->data[T - 1] < last) {
        fprintf(script, "%.10g", last);
        for (size_t mu = 0; mu < m; mu++) fprintf(script, " %.10g", normalised(result, T - 1, mu));
        fputc('\n', script);
    }
    fputs("END\n", script);
}

bool cli_has_correlator(const mct_result *result) {
    return mct_result_dataset(result, "correlator");
}

mct_status cli_draw_correlator(const cli_drawing *drawing) {
    char label[160] = "{/:Italic Φ}_{μμ} / {/:Italic S}_{μμ} at the observed wave number";
    const double here = stored_wave_number(drawing->results[0]);
    double first = INFINITY, last = 0;
    bool same = true;

    for (size_t i = 1; i < drawing->count; i++) {
        same = same && fabs(stored_wave_number(drawing->results[i]) - here) < 1e-9 * here;
    }
    if (same) {
        snprintf(label, sizeof label, "{/:Italic Φ}_{μμ} / {/:Italic S}_{μμ}  ({/:Italic k} = %.4g/{/:Italic d})",
                 here);
    }
    cli_put_axes(drawing->script, "time {/:Italic t}  [{/:Italic d}^2/{/:Italic D}_0]", label);
    for (size_t i = 0; i < drawing->count; i++) extend_range(drawing->results[i], &first, &last);
    for (size_t i = 0; i < drawing->count; i++) put_rows(drawing->script, drawing->results[i], i, last);
    cli_put_log_axis(drawing->script, 'x', first, last);
    fprintf(drawing->script, "set yrange [0:1]\nset xrange [%.10g:%.10g]\n", first, last);
    cli_put_species_curves(drawing, 2, true);
    return MCT_OK;
}
