/* evolution_fixture.h: what the tests of the evolution in time start from. */
#ifndef EVOLUTION_FIXTURE_H
#define EVOLUTION_FIXTURE_H

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "apmct/apmct.h"
#include "reference/support.h"

enum { SPECIES_MAX = 4, K74 = 18 }; /* index of k = 7.4 on the default grid */

static const double half[] = {0.5, 0.5};

static inline mct_statics *statics_of(mct_context *context, const mct_grid *grid, const mct_mixture *mixture) {
    const mct_structure_options structure = mct_structure_options_default();
    mct_statics *statics = NULL;
    cr_assert_eq(mct_statics_create(context, grid, mixture->species_count, &statics), MCT_OK);
    cr_assert_eq(mct_statics_compute(context, &structure, grid, mixture, statics), MCT_OK, "%s",
                 mct_context_error(context));
    return statics;
}

/* An evolution of `count` mixtures. */
static inline mct_evolution *evolution_of(mct_context *context, const mct_evolution_options *options,
                                          const mct_grid *grid, size_t count, const mct_mixture *mixtures) {
    mct_statics *statics[8];
    mct_evolution *evolution = NULL;
    cr_assert_leq(count, 8);
    for (size_t p = 0; p < count; p++) statics[p] = statics_of(context, grid, &mixtures[p]);
    cr_assert_eq(mct_evolution_create(context, options, grid, count, (const mct_statics *const *)statics, &evolution),
                 MCT_OK, "%s", mct_context_error(context));
    for (size_t p = 0; p < count; p++) mct_statics_destroy(statics[p]);
    return evolution;
}

/* Rows as they come, of up to 8 points. */
typedef struct record {
    size_t n; /* doubles of a row */
    size_t count[8], room[8];
    double *time[8], *phi[8];
} record;

static inline mct_status record_row(void *user, size_t point, double time, const double *phi) {
    record *r = user;
    const size_t at = r->count[point]++;
    if (at == r->room[point]) {
        r->room[point] = 2 * at + 64;
        r->time[point] = realloc(r->time[point], r->room[point] * sizeof(double));
        r->phi[point] = realloc(r->phi[point], r->room[point] * r->n * sizeof(double));
        cr_assert(r->time[point] && r->phi[point]);
    }
    r->time[point][at] = time;
    memcpy(r->phi[point] + at * r->n, phi, r->n * sizeof(double));
    return MCT_OK;
}

static inline void record_clear(record *r) {
    for (size_t p = 0; p < 8; p++) free(r->time[p]), free(r->phi[p]);
    memset(r, 0, sizeof *r);
}

/* Runs one mixture to its end; rows into *rows unless NULL. */
static inline mct_evolution *run_to_end(mct_context *context, const mct_evolution_options *options,
                                        const mct_grid *grid, const mct_mixture *mixture, record *rows) {
    mct_evolution *evolution = evolution_of(context, options, grid, 1, mixture);
    if (rows) {
        rows->n = mixture->species_count * mixture->species_count * grid->points;
        mct_evolution_set_sink(evolution, record_row, rows);
    }
    cr_assert_eq(mct_evolution_run(evolution), MCT_OK, "%s", mct_context_error(context));
    cr_assert_eq(mct_evolution_check(evolution), MCT_OK, "%s", mct_context_error(context));
    return evolution;
}

/* tau of species mu at wave number q. */
static inline double tau_of(const mct_evolution *evolution, size_t m, size_t N, mct_relaxation_level level, size_t mu,
                            size_t q) {
    double *tau = malloc(m * N * sizeof *tau);
    cr_assert_not_null(tau);
    mct_evolution_relaxation(evolution, 0, level, tau);
    const double value = tau[mu * N + q];
    free(tau);
    return value;
}

#endif
