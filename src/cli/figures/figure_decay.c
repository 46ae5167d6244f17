/* figure_decay.c: what figures of correlators share: which wave numbers, the range of times, the data. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/figures/figures.h"

static const double decayed = 1e-3, a_while = 3;

/* ---- wave numbers ------------------------------------------------------------------------------------------- */

size_t cli_stored_point(const mct_result *result, double k) {
    const mct_dataset *stored = mct_result_dataset(result, "stored_wave_number");
    size_t nearest = 0;

    for (size_t i = 1; i < stored->shape[0]; i++) {
        if (fabs(stored->data[i] - k) < fabs(stored->data[nearest] - k)) nearest = i;
    }
    return nearest;
}

/* The one stored that is nearest to the grid point that is nearest to `wanted`. */
static double stored_wave_number(const mct_result *result, double wanted) {
    const mct_grid *grid = &result->config->grid;
    const double here = mct_grid_wave_number(grid, mct_grid_nearest(grid, wanted));

    return mct_result_dataset(result, "stored_wave_number")->data[cli_stored_point(result, here)];
}

static mct_status label(const cli_drawing *drawing, size_t file, double k, char **text) {
    const char *name = drawing->count > 1 ? drawing->labels[file] : "";
    const size_t size = strlen(name) + 64;

    *text = malloc(size);
    if (!*text) return mct_fail(drawing->run->context, MCT_MEMORY, "not enough memory for the figure");
    snprintf(*text, size, "%s%s{/:Italic k} = %.4g/{/:Italic d}", name, name[0] ? ", " : "", k);
    return MCT_OK;
}

mct_status cli_draw_wave_numbers(const cli_drawing *drawing, cli_draw_at draw) {
    const mct_numbers *wanted = &drawing->run->config->output.wave_numbers;
    const size_t each = wanted->count > 0 ? wanted->count : 1, count = drawing->count * each;
    mct_result **results = calloc(count, sizeof *results);
    char **labels = calloc(count, sizeof *labels);
    double *k = calloc(count, sizeof *k);
    cli_drawing all = *drawing;
    mct_status status;

    if (!results || !labels || !k) {
        status = mct_fail(drawing->run->context, MCT_MEMORY, "not enough memory for the figure");
        goto cleanup;
    }
    for (size_t i = 0; i < count; i++) {
        const size_t file = i / each;

        results[i] = drawing->results[file];
        k[i] = stored_wave_number(results[i], wanted->count > 0 ? wanted->values[i % each]
                                                                : results[i]->config->output.wave_number);
        MCT_TRY_CLEANUP(label(drawing, file, k[i], &labels[i]));
    }
    all.results = results;
    all.count = count;
    if (each > 1) all.labels = (const char *const *)labels;
    status = draw(&all, k);
cleanup:
    for (size_t i = 0; i < count && labels; i++) free(labels[i]);
    free(labels);
    free(results);
    free(k);
    return status;
}

/* ---- axes and data ------------------------------------------------------------------------------------------ */

/* From the first time that a logarithmic axis can show to a while after all has decayed. */
static void extend_range(const mct_result *result, double k, size_t members, cli_decay value, double *first,
                         double *last) {
    const mct_dataset *time = mct_result_dataset(result, "time");
    const double longer = strcmp(result->state, "decayed") == 0 ? a_while : 1;

    for (size_t i = 0; i < time->shape[0]; i++) {
        if (!(time->data[i] > 0)) continue;
        *first = fmin(*first, time->data[i]);
        for (size_t mu = 0; mu < members; mu++) {
            if (value(result, k, i, mu) > decayed) *last = fmax(*last, longer * time->data[i]);
        }
    }
}

static void put_row(FILE *script, const mct_result *result, double k, size_t members, cli_decay value, size_t row,
                    double time) {
    fprintf(script, "%.10g", time);
    for (size_t mu = 0; mu < members; mu++) fprintf(script, " %.10g", value(result, k, row, mu));
    fputc('\n', script);
}

/* Times as $data<index>, columns t and the value of each member; a plateau goes on to the edge of the figure. */
static void put_rows(FILE *script, const mct_result *result, double k, size_t index, size_t members, cli_decay value,
                     double last) {
    const mct_dataset *time = mct_result_dataset(result, "time");
    const size_t T = time->shape[0];

    fprintf(script, "$data%zu << END\n", index);
    for (size_t i = 0; i < T; i++) {
        if (time->data[i] > 0) put_row(script, result, k, members, value, i, time->data[i]);
    }
    if (strcmp(result->state, "plateau") == 0 && time->data[T - 1] < last) {
        put_row(script, result, k, members, value, T - 1, last);
    }
    fputs("END\n", script);
}

static void put_axes(const cli_drawing *drawing, const double *k, const char *what) {
    char text[160];
    bool same = true, observed = true;

    for (size_t i = 0; i < drawing->count; i++) {
        same = same && fabs(k[i] - k[0]) < 1e-9 * k[0];
        observed = observed &&
                   k[i] == stored_wave_number(drawing->results[i], drawing->results[i]->config->output.wave_number);
    }
    if (same) {
        snprintf(text, sizeof text, "%s  ({/:Italic k} = %.4g/{/:Italic d})", what, k[0]);
    } else {
        snprintf(text, sizeof text, "%s%s", what, observed ? " at the observed wave number" : "");
    }
    cli_put_axes(drawing->script, "time {/:Italic t}  [{/:Italic d}^2/{/:Italic D}_0]", text);
}

void cli_put_decays(const cli_drawing *drawing, const double *k, const cli_family *family, cli_decay value,
                    const char *what) {
    double first = INFINITY, last = 0;

    put_axes(drawing, k, what);
    for (size_t i = 0; i < drawing->count; i++) {
        extend_range(drawing->results[i], k[i], family->count(drawing->results[i]), value, &first, &last);
    }
    for (size_t i = 0; i < drawing->count; i++) {
        put_rows(drawing->script, drawing->results[i], k[i], i, family->count(drawing->results[i]), value, last);
    }
    cli_put_log_axis(drawing->script, 'x', first, last);
    fprintf(drawing->script, "set yrange [0:1]\nset xrange [%.10g:%.10g]\n", first, last);
}
