/* figure_tagged.c: tagged particles: their correlators phi^s and their mean-squared displacements against the time. */
#include <math.h>

#include "cli/figures/figures.h"

static size_t particle_count(const mct_result *result) {
    return result->config->tagged_count;
}

static const char *dash_of_particle(mct_result *const *results, size_t count, size_t particle) {
    (void)results;
    (void)count;
    return cli_dashes[particle < CLI_DASHES ? particle : CLI_DASHES - 1];
}

static void put_particle_name(FILE *script, const mct_result *result, size_t particle, bool alone) {
    const mct_tagged *tagged = &result->config->tagged[particle];

    cli_put_label(script, tagged->name);
    if (!alone) return;
    fprintf(script, "  ({/:Italic λ} = %.6g", tagged->activity);
    if (tagged->diffusivity < 1 || tagged->diffusivity > 1) {
        fprintf(script, ", {/:Italic D} = %.6g {/:Italic D}_0", tagged->diffusivity);
    }
    fputs(")", script);
}

static const cli_family particle_family = {particle_count, dash_of_particle, put_particle_name};

/* ---- correlators -------------------------------------------------------------------------------------------- */

static double correlator(const mct_result *result, double k, size_t row, size_t particle) {
    const mct_dataset *phi = mct_result_dataset(result, "tagged/correlator");

    return phi->data[(row * phi->shape[1] + cli_stored_point(result, k)) * phi->shape[2] + particle];
}

bool cli_has_tagged_correlator(const mct_result *result) {
    return mct_result_dataset(result, "tagged/correlator");
}

static mct_status draw(const cli_drawing *drawing, const double *k) {
    cli_put_decays(drawing, k, &particle_family, correlator, "{/:Italic φ}^s of tagged particles");
    cli_put_curves(drawing, &particle_family, 2, true);
    return MCT_OK;
}

mct_status cli_draw_tagged_correlator(const cli_drawing *drawing) {
    return cli_draw_wave_numbers(drawing, draw);
}

/* ---- displacements ------------------------------------------------------------------------------------------ */

static double displacement(const mct_result *result, size_t row, size_t particle) {
    const mct_dataset *dr2 = mct_result_dataset(result, "tagged/mean_squared_displacement");

    return dr2->data[row * dr2->shape[1] + particle];
}

bool cli_has_displacement(const mct_result *result) {
    return mct_result_dataset(result, "tagged/mean_squared_displacement");
}

mct_status cli_draw_displacement(const cli_drawing *drawing) {
    double first = INFINITY, last = 0, least = INFINITY, most = 0;

    cli_put_axes(drawing->script, "time {/:Italic t}  [{/:Italic d}^2/{/:Italic D}_0]",
                 "mean-squared displacement {/:Italic δr}^2({/:Italic t})  [{/:Italic d}^2]");
    for (size_t i = 0; i < drawing->count; i++) {
        const mct_result *result = drawing->results[i];
        const mct_dataset *time = mct_result_dataset(result, "time");

        fprintf(drawing->script, "$data%zu << END\n", i);
        for (size_t row = 0; row < time->shape[0]; row++) {
            const double t = time->data[row];

            if (!(t > 0)) continue;
            first = fmin(first, t);
            last = fmax(last, t);
            fprintf(drawing->script, "%.10g", t);
            for (size_t s = 0; s < particle_count(result); s++) {
                const double dr2 = displacement(result, row, s);

                least = fmin(least, dr2);
                most = fmax(most, dr2);
                fprintf(drawing->script, " %.10g", dr2);
            }
            fputc('\n', drawing->script);
        }
        fputs("END\n", drawing->script);
    }
    cli_put_log_axis(drawing->script, 'x', first, last);
    cli_put_log_axis(drawing->script, 'y', least, most);
    fprintf(drawing->script, "set xrange [%.10g:%.10g]\n", first, last);
    cli_put_curves(drawing, &particle_family, 2, true);
    return MCT_OK;
}
