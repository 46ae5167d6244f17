/* sweep_series.c: see sweep_series.h. */
#include "run/sweep_series.h"

#include <math.h>
#include <stdlib.h>

enum { SPARE_TIMES = 4 };

/* Of one point. */
typedef struct column_pair {
    double *time, *correlator; /* columns of the row */
    double last_time;
    size_t count;
    bool full;
} column_pair;

struct mct_sweep_series {
    const mct_sweep_worker *worker;
    size_t most, stored_count, *stored; /* times; wave numbers, as places among those of a row */
    size_t row_count;                   /* wave numbers of a row */
    column_pair point[];
};

bool mct_sweep_keeps_correlators(const mct_config *config) {
    return config->output.correlator && mct_config_origin(config, "output.correlator");
}

/* Times of a point at most: so many per decade from the first step, which is no less than 1e-6 of the fastest relaxation
 * time, until time.until, and the first and the last ones. */
static size_t times_most(const mct_config *config) {
    const double k = mct_grid_wave_number(&config->grid, config->grid.points - 1), first = 1e-6 / (k * k);
    const double decades = log10(config->time.until / first) + 3; /* for activities and diffusivities up to 1000 */

    return (size_t)ceil(config->output.times_per_decade * decades) + SPARE_TIMES;
}

size_t mct_sweep_series_columns(const mct_config *config, mct_table_column *column) {
    const size_t m = config->mixture.species_count, Q = mct_output_points(&config->output, &config->grid, NULL);

    column[0] = (mct_table_column){.name = "time",
                                   .rank = 1,
                                   .shape = {times_most(config)},
                                   .unit = "d^2/D0",
                                   .description = "stored times; NaN after the last",
                                   .is_list = true};
    column[1] = (mct_table_column){.name = "correlator",
                                   .rank = 4,
                                   .shape = {times_most(config), Q, m, m},
                                   .unit = "",
                                   .description = "Phi[time][q][mu][nu] of the stored wave numbers"};
    return 2;
}

size_t mct_sweep_series_wave_numbers(const mct_sweep_worker *worker, size_t *list) {
    const mct_config *config = worker->config; /* a copy, which does not know where its values are from */
    const size_t observed = mct_grid_nearest(&config->grid, config->output.wave_number);
    size_t count = mct_sweep_keeps_correlators(worker->sweep->config)
                       ? mct_output_points(&config->output, &config->grid, list)
                       : 0;
    size_t at = count;

    while (at > 0 && list[at - 1] >= observed) at--;
    if (at < count && list[at] == observed) return count;
    for (size_t i = count++; i > at; i--) list[i] = list[i - 1];
    list[at] = observed;
    return count;
}

/* The wave numbers to store as places among those that the run keeps. */
static mct_status find_places(mct_sweep_series *series) {
    const mct_config *config = series->worker->config;
    size_t *kept = calloc(config->grid.points, sizeof *kept), at = 0;

    if (!kept) return mct_fail(series->worker->context, MCT_MEMORY, "not enough memory for correlators");
    series->stored_count = mct_output_points(&config->output, &config->grid, series->stored);
    series->row_count = mct_sweep_series_wave_numbers(series->worker, kept);
    for (size_t i = 0; i < series->stored_count; i++) {
        while (kept[at] != series->stored[i]) at++; /* both ascend */
        series->stored[i] = at;
    }
    free(kept);
    return MCT_OK;
}

mct_status mct_sweep_series_create(const mct_sweep_worker *worker, size_t count, double *const *rows,
                                   mct_sweep_series **series) {
    const mct_config *config = worker->config;
    mct_sweep_series *fresh;
    mct_status status;

    *series = NULL;
    if (!mct_sweep_at(worker->sweep, rows[0], "time")) return MCT_OK;
    fresh = calloc(1, sizeof *fresh + count * sizeof fresh->point[0]);
    if (fresh) fresh->stored = calloc(config->grid.points, sizeof *fresh->stored);
    if (!fresh || !fresh->stored) {
        free(fresh);
        return mct_fail(worker->context, MCT_MEMORY, "not enough memory for correlators");
    }
    fresh->worker = worker;
    fresh->most = times_most(config);
    status = find_places(fresh);
    if (status != MCT_OK) {
        mct_sweep_series_destroy(fresh);
        return status;
    }
    for (size_t i = 0; i < count; i++) {
        column_pair *of = &fresh->point[i];

        of->last_time = (double)NAN;
        of->time = mct_sweep_at(worker->sweep, rows[i], "time");
        of->correlator = mct_sweep_at(worker->sweep, rows[i], "correlator");
        for (size_t t = 0; t < fresh->most; t++) of->time[t] = (double)NAN; /* of an attempt before */
    }
    *series = fresh;
    return MCT_OK;
}

void mct_sweep_series_destroy(mct_sweep_series *series) {
    if (!series) return;
    free(series->stored);
    free(series);
}

mct_status mct_sweep_series_take(void *user, size_t point, double time, const double *phi) {
    mct_sweep_series *series = user;
    const mct_config *config = series->worker->config;
    const size_t N = series->row_count, m = config->mixture.species_count, Q = series->stored_count;
    column_pair *of = &series->point[point];

    if (!mct_output_keeps(&config->output, of->last_time, time)) return MCT_OK;
    if (of->count == series->most) {
        of->full = true;
        return MCT_OK;
    }
    for (size_t i = 0; i < Q; i++) {
        double *to = of->correlator + (of->count * Q + i) * m * m;

        for (size_t c = 0; c < m * m; c++) to[c] = phi[c * N + series->stored[i]];
    }
    of->time[of->count++] = of->last_time = time;
    return MCT_OK;
}

mct_status mct_sweep_series_check(const mct_sweep_series *series, size_t point) {
    if (!series || !series->point[point].full) return MCT_OK;
    return mct_fail(series->worker->context, MCT_ARGUMENT, "more than %zu stored times", series->most);
}
