/* recorder.c: which rows and elements of a correlator are stored. */
#include <math.h>
#include <stdlib.h>

#include "apmct/journal.h"

struct mct_recorder {
    mct_journal *journal;
    size_t N, species, count;
    double times_per_decade; /* 0: all */
    size_t *points;          /* [count] */
    double *row;             /* [count][m*m] */
    double *last;            /* [m*m][N] */
};

static int compare(const void *a, const void *b) {
    const size_t one = *(const size_t *)a, other = *(const size_t *)b;

    return one < other ? -1 : one > other;
}

size_t mct_output_points(const mct_output_options *output, const mct_grid *grid, size_t *points) {
    const mct_numbers *wanted = &output->wave_numbers;
    size_t count = 0;

    if (!output->correlator) return 0;
    if (wanted->count == 0) {
        for (size_t i = 0; points && i < grid->points; i++) points[i] = i;
        return grid->points;
    }
    for (size_t i = 0; i < wanted->count; i++) {
        const size_t here = mct_grid_nearest(grid, wanted->values[i]);
        bool is_new = true;

        for (size_t j = 0; j < i && is_new; j++) is_new = mct_grid_nearest(grid, wanted->values[j]) != here;
        if (!is_new) continue;
        if (points) points[count] = here;
        count++;
    }
    if (points) qsort(points, count, sizeof *points, compare);
    return count;
}

mct_status mct_recorder_create(mct_context *context, const mct_output_options *output, const mct_grid *grid,
                               size_t species, mct_journal *journal, mct_recorder **recorder) {
    mct_recorder *fresh = calloc(1, sizeof *fresh);
    const size_t count = mct_output_points(output, grid, NULL);

    *recorder = NULL;
    if (fresh) {
        fresh->points = malloc((grid->points + 1) * sizeof *fresh->points);
        fresh->row = malloc((count + 1) * species * species * sizeof *fresh->row);
        fresh->last = malloc(grid->points * species * species * sizeof *fresh->last);
    }
    if (!fresh || !fresh->points || !fresh->row || !fresh->last) {
        mct_recorder_destroy(fresh);
        return mct_fail(context, MCT_MEMORY, "not enough memory for a row of the correlator");
    }
    fresh->journal = journal;
    fresh->N = grid->points;
    fresh->species = species;
    fresh->count = mct_output_points(output, grid, fresh->points);
    fresh->times_per_decade = output->times_per_decade;
    *recorder = fresh;
    return MCT_OK;
}

void mct_recorder_destroy(mct_recorder *recorder) {
    if (!recorder) return;
    free(recorder->points);
    free(recorder->row);
    free(recorder->last);
    free(recorder);
}

/* The first row in each part of a decade, and all of them near t = 0. */
static bool is_kept(const mct_recorder *recorder, double time) {
    const double per_decade = recorder->times_per_decade, last = mct_journal_last_time(recorder->journal);

    if (mct_journal_rows(recorder->journal) == 0 || !(per_decade > 0) || !(last > 0)) return true;
    return floor(per_decade * log10(time)) > floor(per_decade * log10(last));
}

static mct_status put(mct_recorder *recorder, double time, const double *phi) {
    const size_t components = recorder->species * recorder->species;

    for (size_t i = 0; i < recorder->count; i++) {
        for (size_t c = 0; c < components; c++) {
            recorder->row[i * components + c] = phi[c * recorder->N + recorder->points[i]];
        }
    }
    return mct_journal_append(recorder->journal, time, recorder->row);
}

mct_status mct_recorder_sink(void *user, size_t point, double time, const double *phi) {
    mct_recorder *recorder = user;

    if (point != 0 || recorder->count == 0 || !is_kept(recorder, time)) return MCT_OK;
    return put(recorder, time, phi);
}

mct_status mct_recorder_finish(mct_recorder *recorder, const mct_evolution *evolution) {
    const double time = mct_evolution_look(evolution, 0).time;

    if (recorder->count == 0 || mct_journal_last_time(recorder->journal) == time) return MCT_OK;
    mct_evolution_last(evolution, 0, recorder->last);
    return put(recorder, time, recorder->last);
}
