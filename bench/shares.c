/* shares.c: what of a run in time goes into its history and into its coarse grid: the loops of the CPU's steps, and the
 * memory kernel of the coarse grid, with a clock around each call. */
#include <stddef.h>

#include "bench.h"
#include "cpu/evolution/coarse.h"
#include "cpu/evolution/evolution.h"
#include "evolution/evolution_internal.h"

/* One run at a time, by one thread. */
static const mct_step_loops *plain;
static mct_evolution_kernel plain_coarse_kernel;
static bench_shares seconds;

/* A loop of mct_step_loops with a clock, whose seconds go to `share`.  (Not `interpolate`, whose calls are many and short.) */
#define TIMED(share, name, parameters, arguments) \
    static void timed_##name parameters {         \
        const double start = bench_now();         \
        plain->name arguments;                    \
        seconds.share += bench_now() - start;     \
    }

#define BLOCKS const mct_step_layout *a, size_t first, size_t last, double *base
TIMED(history, prepare, (BLOCKS, double shift, size_t near, size_t n, size_t begin, size_t i),
      (a, first, last, base, shift, near, n, begin, i))
TIMED(history, weights, (BLOCKS, const mct_scheme *scheme, size_t cells, const mct_tails *tails),
      (a, first, last, base, scheme, cells, tails))
TIMED(history, ahead, (BLOCKS, size_t i, size_t tiles, const mct_step_tile *tile),
      (a, first, last, base, i, tiles, tile))
TIMED(history, catch_up, (BLOCKS, const mct_step_catch_up *catch_up), (a, first, last, base, catch_up))
TIMED(history, history, (BLOCKS, const mct_step_recent *recent), (a, first, last, base, recent))
TIMED(history, keep, (BLOCKS, size_t n, size_t from, size_t to), (a, first, last, base, n, from, to))
TIMED(history, moments, (BLOCKS, const mct_scheme *scheme, size_t n), (a, first, last, base, scheme, n))
TIMED(history, thin, (BLOCKS, const mct_scheme *scheme, size_t n, mct_cells from, mct_cells to, const mct_tails *tails),
      (a, first, last, base, scheme, n, from, to, tails))
TIMED(coarse, combine,
      (BLOCKS, size_t stride, size_t terms, const double *coefficient, const size_t *at, size_t to, double *rows),
      (a, first, last, base, stride, terms, coefficient, at, to, rows))
TIMED(coarse, update, (BLOCKS, const double *x, const double *M, const double *before, mct_step_update *update),
      (a, first, last, base, x, M, before, update))

static double timed_respond(BLOCKS, size_t slot, const double *M, const double *coefficient, double *row) {
    const double start = bench_now(), largest = plain->respond(a, first, last, base, slot, M, coefficient, row);
    seconds.coarse += bench_now() - start;
    return largest;
}

static void timed_coarse_kernel(void *user, size_t point, const double *F, const double *G, bool linear, double *M) {
    const double start = bench_now();
    plain_coarse_kernel(user, point, F, G, linear, M);
    seconds.coarse += bench_now() - start;
}

bench_shares bench_shares_of(mct_evolution *evolution, mct_status *status) {
    mct_cpu_evolution *const e = evolution->state;
    mct_cpu_evolution *const coarse = e->coarse ? mct_coarse_steps(e->coarse) : NULL;
    plain = e->loops;
    mct_step_loops of_history = *plain, of_coarse = *plain;
    of_history.prepare = timed_prepare;
    of_history.weights = timed_weights;
    of_history.ahead = timed_ahead;
    of_history.catch_up = timed_catch_up;
    of_history.history = timed_history;
    of_history.keep = timed_keep;
    of_history.moments = timed_moments;
    of_history.thin = timed_thin;
    of_coarse.combine = timed_combine;
    of_coarse.update = timed_update;
    of_coarse.respond = timed_respond;
    seconds = (bench_shares){0.0, 0.0};
    e->loops = &of_history;
    if (coarse) {
        plain_coarse_kernel = coarse->shape.custom;
        coarse->shape.custom = timed_coarse_kernel;
        coarse->loops = &of_coarse;
    }
    *status = mct_evolution_run(evolution);
    e->loops = plain;
    if (coarse) {
        coarse->shape.custom = plain_coarse_kernel;
        coarse->loops = plain;
    }
    return seconds;
}
