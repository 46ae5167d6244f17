/* evolution_run.h: state points whose correlators one backend or another follows in time, and what they must have in common. */
#ifndef EVOLUTION_RUN_H
#define EVOLUTION_RUN_H

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "backend_cuda.h"
#include "orders.h"
#include "reference/support.h"

typedef struct trial {
    int order;
    size_t N, m, points, n;
    mct_time_scheme scheme;
    int degree;
    mct_kernel_algorithm algorithm;
    size_t displacements;
    unsigned doublings;
    double decades; /* after the first half block */
    bool observed;  /* rows of a few wave numbers */
    double early;   /* the first step is so much shorter: nothing has moved for many blocks */
} trial;

enum { WAVE_NUMBERS_MAX = 1100, POINTS_MAX = 9, DISPLACEMENTS_MAX = 2 };

/* The same state points on one backend. */
typedef struct run {
    const mct_backend *backend;
    void *kernel, *evolution;
    mct_evolution_shape shape;
    mct_clock clocks[POINTS_MAX];
    const double *times, *phi, *dr2;
    double largest[POINTS_MAX]; /* of S */
} run;

static const size_t followed[DISPLACEMENTS_MAX] = {0, 0};
static const size_t few[] = {0, 3, 15}; /* wave numbers */

/* What is changed in a run to make it fail. */
typedef struct fault {
    bool not_a_number;   /* in Gamma of point 0, at q = 3 */
    bool one_evaluation; /* per step, until the first guess is wrong by more than 1e-8 */
} fault;

static inline double first_step(const trial *t, const double *Gamma) {
    double rate = 0.0;
    for (size_t i = 0; i < t->m * t->m * t->N; i++) rate = fmax(rate, fabs(Gamma[i]));
    return (t->scheme == MCT_TIME_MOMENTS ? 1e-4 : 0.2) / (rate * (double)t->m * (double)t->n / 2.0);
}

static inline void set_point(run *r, const trial *t, mct_context *context, size_t point, const mct_grid *grid,
                             const fault *wrong) {
    const double fractions[3][3] = {{1.0}, {0.3, 0.7}, {0.2, 0.35, 0.45}}, activities[] = {2.0, 1.0, 1.5};
    mct_species species[3];
    const mct_mixture mixture =
        support_mixture(species, 0.3 + 0.05 * (double)(point % 7), t->m, fractions[t->m - 1], activities);
    mct_statics *statics =
        point % 3 == 2 ? support_statics_unequal(context, grid, &mixture) : support_statics(context, grid, &mixture);
    double coupling[DISPLACEMENTS_MAX * 3 * WAVE_NUMBERS_MAX], source[DISPLACEMENTS_MAX];
    for (size_t d = 0; d < t->displacements; d++) {
        for (size_t i = 0; i < t->m * t->N; i++) {
            coupling[d * t->m * t->N + i] = (0.2 + (double)d) / (1.0 + (double)(i % t->N));
        }
        source[d] = 6.0 + (double)d;
    }
    if (wrong && wrong->not_a_number && point == 0) statics->relaxation_rate[3] = NAN;
    cr_assert_eq(r->backend->set_statics(context, r->kernel, point, statics), MCT_OK);
    const mct_evolution_matrices matrices = {.S = statics->structure_factor,
                                             .Gamma = statics->relaxation_rate,
                                             .W_inverse = statics->frequency_inverse,
                                             .species = followed,
                                             .coupling = coupling,
                                             .source = source};
    /* with a step so short the first blocks are steady; they must not count before the clock's plateau_from */
    const double step = first_step(t, statics->relaxation_rate) / (t->early > 0.0 ? t->early : 1.0);
    const double plateau_from = t->early > 0.0 ? 1e5 * step : 0.0;
    r->shape.until = step * (double)t->n / 2.0 * pow(10.0, t->decades);
    r->largest[point] = 0.0;
    for (size_t i = 0; i < t->m * t->m * t->N; i++) {
        r->largest[point] = fmax(r->largest[point], statics->structure_factor[i]);
    }
    r->backend->evolution->set(r->evolution, point, &matrices, step, plateau_from);
    mct_statics_destroy(statics);
}

static inline run run_create(const mct_backend *backend, const trial *t, const fault *wrong) {
    mct_context *context = support_context(1);
    const mct_grid grid = {.points = t->N, .spacing = 12.0 / (double)t->N};
    const mct_shape shape = {
        .grid = grid, .species = t->m, .points = t->points, .algorithm = t->algorithm, .threads = 1};
    const mct_time_options time = {.scheme = t->scheme, .order = t->degree, .steps_per_block = t->n};
    run r = {.backend = backend};
    r.shape = (mct_evolution_shape){.N = t->N,
                                    .species = t->m,
                                    .points = t->points,
                                    .steps_per_block = t->n,
                                    .window = t->n / 2 + 1,
                                    .doublings = t->doublings,
                                    .iterations_max = wrong && wrong->one_evaluation ? 1 : 100,
                                    .threads = 1,
                                    .tolerance = wrong && wrong->one_evaluation ? 1e-8 : 1e-13,
                                    .until = pow(10.0, t->decades) * 1e-3,
                                    .decayed = 1e-6,
                                    .plateau = 1e-9,
                                    .displacements = t->displacements,
                                    .observed_count = t->observed ? sizeof few / sizeof *few : 0,
                                    .observed = few,
                                    .scheme = mct_scheme_of(&time)};
    cr_assert_eq(backend->create(context, &shape, NULL, &r.kernel), MCT_OK, "%s", mct_context_error(context));
    cr_assert_eq(backend->evolution->create(context, &r.shape, r.kernel, &r.evolution), MCT_OK, "%s",
                 mct_context_error(context));
    for (size_t p = 0; p < t->points; p++) set_point(&r, t, context, p, &grid, wrong);
    mct_context_destroy(context);
    return r;
}

static inline void run_destroy(run *r) {
    r->backend->evolution->destroy(r->evolution);
    r->backend->destroy(r->kernel);
}

static inline void look(run *r) {
    r->backend->evolution->look(r->evolution, r->clocks, &r->times, &r->phi);
    if (r->shape.displacements) r->dr2 = r->backend->evolution->displacement(r->evolution);
}

static inline size_t running(const run *r) {
    size_t count = 0;
    for (size_t p = 0; p < r->shape.points; p++) count += r->clocks[p].state == MCT_EVOLUTION_RUNNING;
    return count;
}

/* One step, operation by operation. */
static inline void step(run *r) {
    const mct_evolution_operations *const o = r->backend->evolution;
    o->predict(r->evolution);
    o->history(r->evolution);
    o->iterate(r->evolution);
    o->commit(r->evolution);
    o->decimate(r->evolution);
}

/* The largest difference of the rows of a point, in units of `scale`. */
static inline double difference(size_t count, const double *a, const double *b, double scale) {
    double worst = 0.0;
    for (size_t i = 0; i < count; i++) {
        const double error = fabs(a[i] - b[i]) / scale;
        if (!(error <= worst)) worst = error;
    }
    return worst;
}

/* Rows and clocks since the last look; `allowed` 0: the same to the last bit. */
static inline void expect_same(const run *a, const run *b, double allowed, const char *what) {
    const mct_evolution_shape *const s = &a->shape;
    const size_t n = mct_evolution_row(s), all = s->species * s->species * s->N;
    double *const last[2] = {malloc(all * sizeof(double)), malloc(all * sizeof(double))};
    for (size_t p = 0; p < s->points; p++) {
        const mct_clock *const x = &a->clocks[p], *const y = &b->clocks[p];
        cr_assert(x->state == y->state && x->n == y->n && x->i == y->i && x->step == y->step && x->time == y->time &&
                      x->steps == y->steps && x->blocks == y->blocks && x->rows == y->rows &&
                      x->doublings == y->doublings && x->quiet == y->quiet && x->steady == y->steady,
                  "%s, point %zu: clocks: state %d, %d; step %lu, %lu; i %zu, %zu of %zu, %zu; rows %zu, %zu", what, p,
                  (int)x->state, (int)y->state, x->steps, y->steps, x->i, y->i, x->n, y->n, x->rows, y->rows);
        const size_t at = p * s->window;
        cr_assert_eq(memcmp(a->times + at, b->times + at, x->rows * sizeof(double)), 0);
        const double phi = difference(x->rows * n, a->phi + at * n, b->phi + at * n, a->largest[p]);
        cr_assert(phi <= allowed, "%s, point %zu, step %lu: %.2e", what, p, x->steps, phi);
        a->backend->evolution->last(a->evolution, p, last[0]);
        b->backend->evolution->last(b->evolution, p, last[1]);
        cr_assert_leq(difference(all, last[0], last[1], a->largest[p]), allowed);
        for (size_t r = 0; r < x->rows * s->displacements; r++) {
            const double u = a->dr2[at * s->displacements + r], v = b->dr2[at * s->displacements + r];
            cr_assert(fabs(u - v) <= allowed * fabs(u), "%s, point %zu, step %lu: displacement %g, %g", what, p,
                      x->steps, u, v);
        }
    }
    free(last[0]);
    free(last[1]);
}

#endif
