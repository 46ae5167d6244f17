/* recorder.c: which rows and elements of a correlator are stored. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "apmct/journal.h"
#include "base/need.h"

struct mct_recorder {
    mct_journal *journal;
    size_t N, species, tagged, count;
    double times_per_decade; /* 0: all */
    size_t *points;          /* [count] */
    double *row;             /* [count][m*m], [count][tagged], [tagged] */
    double *last;            /* [(m + tagged)^2][N] */
    double time;             /* of the row, where it waits for its displacements; else NaN */
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

size_t mct_output_row_length(const mct_output_options *output, const mct_grid *grid, size_t species, size_t tagged) {
    const size_t count = mct_output_points(output, grid, NULL);

    return count > 0 ? count * (species * species + tagged) + tagged : 0;
}

mct_status mct_recorder_create(mct_context *context, const mct_output_options *output, const mct_grid *grid,
                               size_t species, size_t tagged, mct_journal *journal, mct_recorder **recorder) {
    MCT_NEED(context, output, grid, journal, recorder);
    mct_recorder *fresh = calloc(1, sizeof *fresh);
    const size_t all = species + tagged;

    *recorder = NULL;
    if (fresh) {
        fresh->points = malloc((grid->points + 1) * sizeof *fresh->points);
        fresh->row = malloc((mct_output_row_length(output, grid, species, tagged) + 1) * sizeof *fresh->row);
        fresh->last = malloc(grid->points * all * all * sizeof *fresh->last);
    }
    if (!fresh || !fresh->points || !fresh->row || !fresh->last) {
        mct_recorder_destroy(fresh);
        return mct_fail(context, MCT_MEMORY, "not enough memory for a row of the correlator");
    }
    fresh->journal = journal;
    fresh->N = grid->points;
    fresh->species = species;
    fresh->tagged = tagged;
    fresh->time = (double)NAN;
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

bool mct_output_keeps(const mct_output_options *output, double last, double time) {
    if (!(output->times_per_decade > 0) || !(last > 0)) return true;
    return floor(output->times_per_decade * log10(time)) > floor(output->times_per_decade * log10(last));
}

static bool is_kept(const mct_recorder *recorder, double time) {
    const mct_output_options output = {.times_per_decade = recorder->times_per_decade};

    return mct_output_keeps(&output, mct_journal_last_time(recorder->journal), time);
}

/* Its row is complete, but for the displacements where there are tagged particles. */
static void take(mct_recorder *recorder, double time, const double *phi) {
    const size_t m = recorder->species, tagged = recorder->tagged, all = m + tagged, N = recorder->N;
    double *self = recorder->row + recorder->count * m * m;

    for (size_t i = 0; i < recorder->count; i++) {
        const double *here = phi + recorder->points[i];

        for (size_t mu = 0; mu < m; mu++) {
            for (size_t nu = 0; nu < m; nu++) recorder->row[(i * m + mu) * m + nu] = here[(mu * all + nu) * N];
        }
        for (size_t s = 0; s < tagged; s++) self[i * tagged + s] = here[(m + s) * (all + 1) * N];
    }
    recorder->time = time;
}

static mct_status put(mct_recorder *recorder) {
    const double time = recorder->time;

    recorder->time = (double)NAN;
    return mct_journal_append(recorder->journal, time, recorder->row);
}

/* Where the displacements of a row are. */
static double *displacements(const mct_recorder *recorder) {
    return recorder->row + recorder->count * (recorder->species * recorder->species + recorder->tagged);
}

mct_status mct_recorder_sink(void *user, size_t point, double time, const double *phi) {
    MCT_NEED(NULL, user);
    MCT_NEED(NULL, phi);
    mct_recorder *recorder = user;

    if (point != 0 || recorder->count == 0 || !is_kept(recorder, time)) return MCT_OK;
    take(recorder, time, phi);
    return recorder->tagged == 0 ? put(recorder) : MCT_OK;
}

mct_status mct_recorder_displacement_sink(void *user, size_t point, double time, const double *dr2) {
    MCT_NEED(NULL, user);
    MCT_NEED(NULL, dr2);
    mct_recorder *recorder = user;

    if (point != 0 || recorder->time != time) return MCT_OK;
    memcpy(displacements(recorder), dr2, recorder->tagged * sizeof *dr2);
    return put(recorder);
}

mct_status mct_recorder_finish(mct_recorder *recorder, const mct_evolution *evolution) {
    MCT_NEED(NULL, recorder);
    MCT_NEED(NULL, evolution);
    const double time = mct_evolution_look(evolution, 0).time;

    if (recorder->count == 0 || mct_journal_last_time(recorder->journal) == time) return MCT_OK;
    mct_evolution_last(evolution, 0, recorder->last);
    take(recorder, time, recorder->last);
    if (recorder->tagged > 0) mct_evolution_displacement(evolution, 0, displacements(recorder));
    return put(recorder);
}
