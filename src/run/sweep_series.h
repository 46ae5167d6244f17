/* sweep_series.h: correlators of the points of a sweep, kept where output.correlator asks for it in words: places for the
 * times in every row, as many as one can say beforehand. */
#ifndef MCT_SWEEP_SERIES_H
#define MCT_SWEEP_SERIES_H

#include "run/sweep_internal.h"

/* Whether the rows have columns time [times] and correlator [times][q][mu][nu]. */
bool mct_sweep_keeps_correlators(const mct_config *config);
/* These columns into column[2]; their number. */
size_t mct_sweep_series_columns(const mct_config *config, mct_table_column *column);

/* The wave numbers that a run must keep, the observed one included, ascending, into list [N]; their number. */
size_t mct_sweep_series_wave_numbers(const mct_sweep_worker *worker, size_t *list);

/* Where the correlators of a batch of points go. */
typedef struct mct_sweep_series mct_sweep_series;

/* One for rows[count], whose places become empty; caller destroys.  NULL where the rows have no such columns. */
mct_status mct_sweep_series_create(const mct_sweep_worker *worker, size_t count, double *const *rows,
                                   mct_sweep_series **series);
void mct_sweep_series_destroy(mct_sweep_series *series);
/* A mct_evolution_sink of a run that keeps mct_sweep_series_wave_numbers; `series` is what was created. */
mct_status mct_sweep_series_take(void *series, size_t point, double time, const double *phi);
/* MCT_OK, or that point has had more times than places. */
mct_status mct_sweep_series_check(const mct_sweep_series *series, size_t point);

#endif
