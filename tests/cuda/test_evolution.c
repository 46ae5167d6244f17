/* The evolution in time of the CUDA backend on the host against that of the CPU: step by step, and to the end.
 * Bound: steps converge to 1e-13, and rounding grows from block to block: little (to 1e-13 at worst) but for order 5 with
 * n = 16, where it doubles per block and reaches 1e-11 after nine; so do the loops of the CPU among themselves. */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "backend_cuda.h"
#include "orders.h"
#include "reference/support.h"

static const double bound = 1e-11;

typedef struct trial {
    int order;
    size_t N, m, points, n;
    mct_time_scheme scheme;
    int degree;
    mct_kernel_algorithm algorithm;
    size_t displacements;
    unsigned doublings;
    double decades; /* after the first half block */
} trial;

enum { POINTS_MAX = 7, DISPLACEMENTS_MAX = 2 };

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

/* What is changed in a run to make it fail. */
typedef struct fault {
    bool not_a_number;   /* in Gamma of point 0, at q = 3 */
    bool one_evaluation; /* per step, until the first guess is wrong by more than 1e-8 */
} fault;

static double first_step(const trial *t, const double *Gamma) {
    double rate = 0.0;
    for (size_t i = 0; i < t->m * t->m * t->N; i++) rate = fmax(rate, fabs(Gamma[i]));
    return (t->scheme == MCT_TIME_MOMENTS ? 1e-4 : 0.2) / (rate * (double)t->m * (double)t->n / 2.0);
}

static void set_point(run *r, const trial *t, mct_context *context, size_t point, const mct_grid *grid,
                      const fault *wrong) {
    const double fractions[3][3] = {{1.0}, {0.3, 0.7}, {0.2, 0.35, 0.45}}, activities[] = {2.0, 1.0, 1.5};
    mct_species species[3];
    const mct_mixture mixture =
        support_mixture(species, 0.3 + 0.05 * (double)point, t->m, fractions[t->m - 1], activities);
    mct_statics *statics =
        point % 3 == 2 ? support_statics_unequal(context, grid, &mixture) : support_statics(context, grid, &mixture);
    double coupling[DISPLACEMENTS_MAX * 3 * 150], source[DISPLACEMENTS_MAX];
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
    const double step = first_step(t, statics->relaxation_rate);
    r->shape.until = step * (double)t->n / 2.0 * pow(10.0, t->decades);
    r->largest[point] = 0.0;
    for (size_t i = 0; i < t->m * t->m * t->N; i++) {
        r->largest[point] = fmax(r->largest[point], statics->structure_factor[i]);
    }
    r->backend->evolution->set(r->evolution, point, &matrices, step);
    mct_statics_destroy(statics);
}

static run run_create(const mct_backend *backend, const trial *t, const fault *wrong) {
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
                                    .scheme = mct_scheme_of(&time)};
    cr_assert_eq(backend->create(context, &shape, NULL, &r.kernel), MCT_OK, "%s", mct_context_error(context));
    cr_assert_eq(backend->evolution->create(context, &r.shape, r.kernel, &r.evolution), MCT_OK, "%s",
                 mct_context_error(context));
    for (size_t p = 0; p < t->points; p++) set_point(&r, t, context, p, &grid, wrong);
    mct_context_destroy(context);
    return r;
}

static void run_destroy(run *r) {
    r->backend->evolution->destroy(r->evolution);
    r->backend->destroy(r->kernel);
}

static void look(run *r) {
    r->backend->evolution->look(r->evolution, r->clocks, &r->times, &r->phi);
    if (r->shape.displacements) r->dr2 = r->backend->evolution->displacement(r->evolution);
}

static size_t running(const run *r) {
    size_t count = 0;
    for (size_t p = 0; p < r->shape.points; p++) count += r->clocks[p].state == MCT_EVOLUTION_RUNNING;
    return count;
}

/* One step, operation by operation. */
static void step(run *r) {
    const mct_evolution_operations *const o = r->backend->evolution;
    o->predict(r->evolution);
    o->history(r->evolution);
    o->iterate(r->evolution);
    o->commit(r->evolution);
    o->decimate(r->evolution);
}

/* The largest difference of the rows of a point, in units of `scale`. */
static double difference(size_t count, const double *a, const double *b, double scale) {
    double worst = 0.0;
    for (size_t i = 0; i < count; i++) {
        const double error = fabs(a[i] - b[i]) / scale;
        if (!(error <= worst)) worst = error;
    }
    return worst;
}

/* Rows and clocks since the last look; `allowed` 0: the same to the last bit. */
static void expect_same(const run *a, const run *b, double allowed, const char *what) {
    const mct_evolution_shape *const s = &a->shape;
    const size_t n = s->species * s->species * s->N;
    for (size_t p = 0; p < s->points; p++) {
        const mct_clock *const x = &a->clocks[p], *const y = &b->clocks[p];
        cr_assert(x->state == y->state && x->n == y->n && x->i == y->i && x->step == y->step && x->time == y->time &&
                      x->steps == y->steps && x->blocks == y->blocks && x->rows == y->rows &&
                      x->doublings == y->doublings && x->quiet == y->quiet,
                  "%s, point %zu: clocks: state %d, %d; step %lu, %lu; i %zu, %zu of %zu, %zu; rows %zu, %zu", what, p,
                  (int)x->state, (int)y->state, x->steps, y->steps, x->i, y->i, x->n, y->n, x->rows, y->rows);
        const size_t at = p * s->window;
        cr_assert_eq(memcmp(a->times + at, b->times + at, x->rows * sizeof(double)), 0);
        const double phi = difference(x->rows * n, a->phi + at * n, b->phi + at * n, a->largest[p]);
        cr_assert(phi <= allowed, "%s, point %zu, step %lu: %.2e", what, p, x->steps, phi);
        for (size_t r = 0; r < x->rows * s->displacements; r++) {
            const double u = a->dr2[at * s->displacements + r], v = b->dr2[at * s->displacements + r];
            cr_assert(fabs(u - v) <= allowed * fabs(u), "%s, point %zu, step %lu: displacement %g, %g", what, p,
                      x->steps, u, v);
        }
    }
}

/* ---- step by step ---------------------------------------------------------------------------------------------------- */

static void check_steps(const trial *t) {
    run cpu = run_create(&mct_backend_cpu, t, NULL), cuda = run_create(&MCT_CUDA_BACKEND, t, NULL);
    cpu.backend->evolution->start(cpu.evolution);
    cuda.backend->evolution->start(cuda.evolution);
    look(&cpu);
    look(&cuda);
    expect_same(&cpu, &cuda, bound, "start");
    for (size_t s = 0; s < 2 * t->n && running(&cpu); s++) {
        step(&cpu);
        step(&cuda);
        look(&cpu);
        look(&cuda);
        expect_same(&cpu, &cuda, bound, "step");
    }
    for (size_t p = 0; p < t->points; p++) {
        const double evaluations = (double)cpu.clocks[p].evaluations;
        cr_expect(fabs((double)cuda.clocks[p].evaluations - evaluations) <= 0.05 * evaluations, "%lu evaluations, %lu",
                  cuda.clocks[p].evaluations, cpu.clocks[p].evaluations);
    }
    run_destroy(&cpu);
    run_destroy(&cuda);
}

static const trial step_trials[] = {
    {.N = 16, .m = 1, .points = 1, .n = 16, .degree = 5, .displacements = 1},
    {.N = 20, .m = 2, .points = 4, .n = 20, .degree = 5, .displacements = 2},
    {.N = 33, .m = 3, .points = 2, .n = 16, .degree = 5},
    {.N = 16, .m = 2, .points = 7, .n = 24, .degree = 3, .displacements = 1},
    {.N = 24, .m = 2, .points = 3, .n = 16, .degree = 3, .algorithm = MCT_KERNEL_DIRECT},
    {.N = 16, .m = 3, .points = 2, .n = 28, .degree = 3, .algorithm = MCT_KERNEL_FACTORIZED},
    {.N = 16, .m = 2, .points = 3, .n = 16, .scheme = MCT_TIME_MOMENTS, .displacements = 1},
    {.N = 17, .m = 1, .points = 5, .n = 32, .scheme = MCT_TIME_MOMENTS},
};
enum { STEP_TRIALS = sizeof step_trials / sizeof *step_trials };

ParameterizedTestParameters(cuda_evolution, steps) {
    static trial trials[STEP_TRIALS * ORDERS];
    size_t count = 0;
    for (int i = 0; i < STEP_TRIALS; i++) {
        for (int order = 0; order < ORDERS; order++) {
            if ((i + order) % 2 && order) continue; /* every order with every other trial */
            trials[count] = step_trials[i];
            if (trials[count].algorithm == MCT_KERNEL_AUTO) trials[count].algorithm = MCT_KERNEL_FOURIER;
            trials[count].decades = 9.0;
            trials[count++].order = order;
        }
    }
    return cr_make_param_array(trial, trials, count);
}

ParameterizedTest(trial *t, cuda_evolution, steps) {
    setenv("APMCT_CUDA_HOST_ORDER", orders[t->order], 1);
    check_steps(t);
}

/* ---- to the end ------------------------------------------------------------------------------------------------------ */

static void check_run(const trial *t) {
    run cpu = run_create(&mct_backend_cpu, t, NULL), cuda = run_create(&MCT_CUDA_BACKEND, t, NULL);
    cpu.backend->evolution->start(cpu.evolution);
    cuda.backend->evolution->start(cuda.evolution);
    do {
        look(&cpu);
        look(&cuda);
        expect_same(&cpu, &cuda, bound, "window");
        cpu.backend->evolution->advance(cpu.evolution, cpu.shape.window);
        cuda.backend->evolution->advance(cuda.evolution, cuda.shape.window);
    } while (running(&cpu));
    for (size_t p = 0; p < t->points; p++) cr_expect_lt(cpu.clocks[p].state, MCT_EVOLUTION_NOT_CONVERGED);
    run_destroy(&cpu);
    run_destroy(&cuda);
}

static const trial run_trials[] = {
    {.N = 16, .m = 2, .points = 3, .n = 32, .degree = 5, .displacements = 1, .doublings = 1, .decades = 3.0},
    {.N = 16, .m = 2, .points = 2, .n = 16, .degree = 3, .doublings = 2, .decades = 5.0},
    {.N = 16, .m = 2, .points = 2, .n = 16, .scheme = MCT_TIME_MOMENTS, .doublings = 1, .decades = 3.0},
    {.N = 64, .m = 2, .points = 1, .n = 32, .degree = 5, .displacements = 1, .doublings = 1, .decades = 3.0},
    {.N = 16,
     .m = 3,
     .points = 3,
     .n = 16,
     .degree = 3,
     .algorithm = MCT_KERNEL_FACTORIZED,
     .displacements = 2,
     .doublings = 1,
     .decades = 3.0},
};
enum { RUN_TRIALS = sizeof run_trials / sizeof *run_trials };

ParameterizedTestParameters(cuda_evolution, runs) {
    static trial trials[RUN_TRIALS];
    for (int i = 0; i < RUN_TRIALS; i++) {
        trials[i] = run_trials[i];
        if (trials[i].algorithm == MCT_KERNEL_AUTO) trials[i].algorithm = MCT_KERNEL_FOURIER;
        trials[i].order = (i + 1) % ORDERS;
    }
    return cr_make_param_array(trial, trials, RUN_TRIALS);
}

ParameterizedTest(trial *t, cuda_evolution, runs) {
    setenv("APMCT_CUDA_HOST_ORDER", orders[t->order], 1);
    check_run(t);
}

/* ---- a run in pieces, and what goes wrong ------------------------------------------------------------------------------ */

static const trial small = {.N = 16,
                            .m = 2,
                            .points = 3,
                            .n = 16,
                            .degree = 5,
                            .algorithm = MCT_KERNEL_FOURIER,
                            .displacements = 1,
                            .decades = 9.0};

/* Windows that end anywhere, also within a tile, are the operations one after the other; so is a run that goes on from
 * what another one has saved. */
static void check_windows(const trial *t, size_t longest) {
    run one = run_create(&MCT_CUDA_BACKEND, t, NULL), other = run_create(&MCT_CUDA_BACKEND, t, NULL);
    const mct_evolution_operations *const o = one.backend->evolution;
    o->start(one.evolution);
    o->start(other.evolution);
    for (size_t steps = 1; steps <= longest; steps++) {
        look(&one);
        look(&other);
        expect_same(&one, &other, 0.0, "window");
        o->advance(one.evolution, steps);
        for (size_t s = 0; s < steps; s++) step(&other);
        run resumed = run_create(&MCT_CUDA_BACKEND, t, NULL);
        look(&one);
        for (size_t p = 0; p < t->points; p++) {
            char *state = malloc(o->state_size(one.evolution, &one.clocks[p]) + 1);
            cr_assert_not_null(state);
            o->save(one.evolution, p, state + 1); /* anywhere in memory */
            o->restore(resumed.evolution, p, state + 1);
            free(state);
        }
        look(&other);
        expect_same(&one, &other, 0.0, "window");
        run_destroy(&one);
        one = resumed;
    }
    run_destroy(&one);
    run_destroy(&other);
}

Test(cuda_evolution, windows_and_checkpoints_change_nothing) {
    check_windows(&small, 9);
}

/* The same where one block of threads makes all steps of a point; 150: two chunks of wave numbers. */
Test(cuda_evolution, a_block_makes_the_steps_that_the_grid_makes) {
    trial t = small;
    t.algorithm = MCT_KERNEL_FACTORIZED;
    for (int order = 0; order < ORDERS; order++) {
        setenv("APMCT_CUDA_HOST_ORDER", orders[order], 1);
        t.scheme = order == 1 ? MCT_TIME_MOMENTS : MCT_TIME_LEGENDRE;
        t.degree = order == 2 ? 3 : 5;
        check_windows(&t, order == 0 ? 9 : 5);
    }
    t.N = 150, t.m = 1, t.points = 1;
    check_windows(&t, 3);
}

/* Windows until a point fails. */
static void run_into(run *r) {
    const mct_evolution_operations *const o = r->backend->evolution;
    o->start(r->evolution);
    look(r);
    for (int window = 0; window < 8 && running(r) == r->shape.points; window++) {
        o->advance(r->evolution, r->shape.window);
        look(r);
    }
}

Test(cuda_evolution, a_point_that_fails_says_where_and_leaves_the_others_alone) {
    const fault faults[] = {{.not_a_number = true}, {.one_evaluation = true}};
    const size_t n = 4 * small.N;
    run good = run_create(&MCT_CUDA_BACKEND, &small, NULL);
    good.backend->evolution->start(good.evolution);
    look(&good);
    good.backend->evolution->advance(good.evolution, good.shape.window);
    look(&good);
    for (int f = 0; f < 2; f++) {
        run cpu = run_create(&mct_backend_cpu, &small, &faults[f]);
        run cuda = run_create(&MCT_CUDA_BACKEND, &small, &faults[f]);
        run_into(&cpu);
        run_into(&cuda);
        cr_expect_eq(cuda.clocks[0].state, f ? MCT_EVOLUTION_NOT_CONVERGED : MCT_EVOLUTION_NON_FINITE);
        for (size_t p = 0; p < small.points; p++) {
            cr_expect_eq(cuda.clocks[p].state, cpu.clocks[p].state);
            cr_expect_eq(cuda.clocks[p].worst, cpu.clocks[p].worst);
            cr_expect_eq(cuda.clocks[p].rows, cpu.clocks[p].rows);
            const size_t at = p * cuda.shape.window * n;
            if (f || p == 0) continue;
            cr_expect_eq(cuda.clocks[p].state, MCT_EVOLUTION_RUNNING);
            cr_expect_eq(memcmp(cuda.phi + at, good.phi + at, good.clocks[p].rows * n * sizeof(double)), 0);
        }
        run_destroy(&cpu);
        run_destroy(&cuda);
    }
    run_destroy(&good);
}
