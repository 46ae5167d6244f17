/* evolution.c: correlators in time as an algorithm over the operations of a backend: start, then window after window of
 * { predict, history, iterate, commit, decimate }; between windows the rows are handed on. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apmct/decay.h"
#include "base/need.h"
#include "evolution/displacement.h"
#include "evolution/evolution_internal.h"
#include "numeric/host_matrix.h"

/* The Taylor series ends where the fastest rate times t is this. */
static const double start_until = 0.2;
/* The same for the linear start of scheme moments, whose relative error is of this size. */
static const double linear_until = 1.0e-4;
static const double plateau_most = 1.0e-7; /* change per block that ends a run, whatever the tolerance */
/* what tells why a step did not converge: see why_not_converged */
static const double rounding = 1.0e-13;
enum { LATE = 10 }; /* blocks: it relaxes slowly */
static const double far_more_than_memory = 0x1p62;

mct_evolution_options mct_evolution_options_default(void) {
    return (mct_evolution_options){.solver = mct_solver_options_default(),
                                   .time = mct_time_options_default(),
                                   .decayed = 1.0e-6,
                                   .doublings = 1,
                                   .iterations_max = 200};
}

/* --- Creation ------------------------------------------------------------------------------------------------ */

/* Of one of N wave numbers. */
static mct_status check_observed(mct_context *context, const mct_evolution_options *options, size_t N) {
    for (size_t s = 0; s < options->observed_count; s++) {
        if (options->observed[s] >= N || (s > 0 && options->observed[s] <= options->observed[s - 1])) {
            return mct_fail(context, MCT_ARGUMENT, "evolution: observed[%zu] = %zu: must ascend and be less than %zu",
                            s, options->observed[s], N);
        }
    }
    return MCT_OK;
}

static mct_status check(mct_context *context, const mct_evolution_options *options) {
    const mct_time_options *time = &options->time;
    if ((unsigned)time->scheme > MCT_TIME_MOMENTS) {
        return mct_fail(context, MCT_ARGUMENT, "time.scheme: %d is none", (int)time->scheme);
    }
    if (time->steps_per_block < 16 || time->steps_per_block > 65536 || time->steps_per_block % 4) {
        return mct_fail(context, MCT_ARGUMENT, "time.steps_per_block = %zu: must be a multiple of 4 from 16 to 65536",
                        time->steps_per_block);
    }
    if (time->order != 3 && time->order != 5) {
        return mct_fail(context, MCT_ARGUMENT, "time.order = %d: must be 3 or 5", time->order);
    }
    if (!(time->until > 0.0)) return mct_fail(context, MCT_ARGUMENT, "time.until = %g: must be above 0", time->until);
    if (!(time->tolerance >= 1.0e-15 && time->tolerance <= 1.0e-2)) {
        return mct_fail(context, MCT_ARGUMENT, "time.tolerance = %g: must be from 1e-15 to 1e-2", time->tolerance);
    }
    if (!(time->first_step >= 0.0 && time->first_step < time->until)) {
        return mct_fail(context, MCT_ARGUMENT, "time.first_step = %g: must be above 0 and less than time.until",
                        time->first_step);
    }
    if (!(options->decayed >= 0.0 && options->decayed < 1.0) || isnan(options->plateau) || options->doublings < 0 ||
        options->doublings > 2 || options->iterations_max < 1) {
        return mct_fail(context, MCT_ARGUMENT,
                        "evolution: decayed %g (0 ... 1), plateau %g, doublings %d (0 ... 2), iterations_max %u (>= 1)",
                        options->decayed, options->plateau, options->doublings, options->iterations_max);
    }
    return MCT_OK;
}

static mct_evolution_shape shape_of(const mct_evolution_options *options, size_t N, size_t species, size_t count,
                                    int threads) {
    const size_t n = options->time.steps_per_block;
    return (mct_evolution_shape){.N = N,
                                 .species = species,
                                 .points = count,
                                 .steps_per_block = n,
                                 .window = n / 2 + 1,
                                 .doublings = (unsigned)options->doublings,
                                 .iterations_max = options->iterations_max,
                                 .threads = threads,
                                 .tolerance = options->time.tolerance,
                                 .until = options->time.until,
                                 .decayed = options->decayed,
                                 .plateau = options->plateau == 0.0 ? fmin(10.0 * options->time.tolerance, plateau_most)
                                                                    : options->plateau,
                                 .displacements = options->displaced_count,
                                 .observed_count = options->observed_count,
                                 .observed = options->observed,
                                 .scheme = mct_scheme_of(&options->time)};
}

/* An upper bound of the rates: the largest sum of a row of Gamma. */
static double fastest(size_t m, size_t N, const double *Gamma) {
    double rate = 0.0;
    for (size_t q = 0; q < N; q++) {
        for (size_t mu = 0; mu < m; mu++) {
            double sum = 0.0;
            for (size_t nu = 0; nu < m; nu++) sum += fabs(Gamma[(mu * m + nu) * N + q]);
            rate = fmax(rate, sum);
        }
    }
    return rate;
}

static double first_step(const mct_evolution_options *options, double rate) {
    const mct_time_options *time = &options->time;
    const size_t half_block = time->steps_per_block / 2;
    const double half = (double)half_block;
    if (time->scheme == MCT_TIME_MOMENTS) {
        return time->first_step > 0.0 ? time->first_step : linear_until / (rate * half);
    }
    return start_until / (rate * half);
}

/* An upper bound of the times that Gamma alone makes: the largest sum of a row of Gamma^-1. */
static mct_status slowest(mct_context *context, size_t m, size_t N, const double *Gamma, double *time) {
    const size_t mm = m * m;
    double *const A = malloc(2 * mm * sizeof *A);
    if (!A) return mct_fail(context, MCT_MEMORY, "evolution: out of memory");
    double *const inverse = A + mm;
    *time = 0.0;
    for (size_t q = 0; q < N; q++) {
        for (size_t c = 0; c < mm; c++) A[c] = Gamma[c * N + q];
        if (!mct_matrix_invert(m, A, inverse)) continue; /* it never moves by itself: not to be waited for */
        for (size_t mu = 0; mu < m; mu++) {
            double sum = 0.0;
            for (size_t nu = 0; nu < m; nu++) sum += fabs(inverse[mu * m + nu]);
            if (isfinite(sum)) *time = fmax(*time, sum);
        }
    }
    free(A);
    return MCT_OK;
}

/* When the slowest of the correlators would have moved visibly, were it free. */
static double plateau_from(const mct_evolution_shape *shape, double slowest_time) {
    return fmin(1.0, MCT_MOTION_SEEN * fmax(MCT_STEADY, shape->plateau)) * slowest_time;
}

static mct_status allocate(mct_context *context, const mct_evolution_options *options, size_t N, size_t species,
                           size_t count, int threads, mct_evolution **evolution) {
    mct_evolution *e = calloc(1, sizeof *e);
    *evolution = e;
    if (!e) return mct_fail(context, MCT_MEMORY, "evolution: out of memory");
    e->context = context;
    e->shape = shape_of(options, N, species, count, threads);
    e->row = mct_evolution_row(&e->shape);
    e->observed = calloc(options->observed_count + 1, sizeof *e->observed);
    e->clocks = calloc(count, sizeof *e->clocks);
    e->relaxation = calloc(count, sizeof *e->relaxation);
    e->projection = calloc(count, sizeof *e->projection);
    e->displacement = calloc(count * options->displaced_count + 1, sizeof *e->displacement);
    e->start = calloc(count * species, N * sizeof *e->start);
    e->passive = calloc(count, sizeof *e->passive);
    if (!e->clocks || !e->relaxation || !e->projection || !e->observed || !e->displacement || !e->start || !e->passive)
        return mct_fail(context, MCT_MEMORY, "evolution: out of memory");
    if (options->observed_count) memcpy(e->observed, options->observed, options->observed_count * sizeof *e->observed);
    e->shape.observed = e->observed;
    return MCT_OK;
}

/* S [m*m][N] at the wave numbers of a row. */
static mct_status create_relaxation(mct_evolution *e, const mct_evolution_options *options, const double *S,
                                    mct_relaxation *relaxation) {
    const mct_evolution_shape *const shape = &e->shape;
    const size_t count = mct_evolution_observed(shape), mm = shape->species * shape->species;
    double *const at = malloc(e->row * sizeof *at);
    if (!at) return mct_fail(e->context, MCT_MEMORY, "relaxation times: out of memory");
    for (size_t c = 0; c < mm; c++) {
        for (size_t s = 0; s < count; s++)
            at[c * count + s] = S[c * shape->N + (shape->observed_count ? e->observed[s] : s)];
    }
    const mct_status status =
        mct_relaxation_create(e->context, shape->species, count, at, shape->scheme.degree, options->fits, relaxation);
    free(at);
    return status;
}

static mct_status set_point(mct_evolution *e, const mct_evolution_options *options, size_t point,
                            const mct_evolution_matrices *matrices) {
    const double rate = fastest(e->shape.species, e->shape.N, matrices->Gamma);
    if (!(rate > 0.0 && isfinite(rate))) {
        return mct_fail(e->context, MCT_NON_FINITE, "point %zu: a relaxation rate of %g", point, rate);
    }
    double time = 0.0;
    mct_evolution_keep_start(e, point, matrices);
    MCT_TRY(slowest(e->context, e->shape.species, e->shape.N, matrices->Gamma, &time));
    e->operations->set(e->state, point, matrices, first_step(options, rate), plateau_from(&e->shape, time));
    return create_relaxation(e, options, matrices->S, &e->relaxation[point]);
}

mct_status mct_evolution_create_custom(mct_context *context, const mct_evolution_options *options, size_t N,
                                       size_t species, size_t count, const mct_evolution_matrices *matrices,
                                       mct_evolution_kernel custom, void *user, mct_evolution **evolution) {
    const mct_backend *host;
    mct_evolution *e = NULL;
    mct_status status;
    *evolution = NULL;
    MCT_TRY(check(context, options));
    MCT_TRY(check_observed(context, options, N));
    MCT_TRY(mct_backend_find(context, "cpu", count * N, &host));
    if (options->displaced_count) return mct_fail(context, MCT_ARGUMENT, "displacements need a state point");
    MCT_TRY_CLEANUP(allocate(context, options, N, species, count, mct_context_threads(context), &e));
    e->shape.custom = custom;
    e->shape.custom_user = user;
    e->spacing = 1.0;
    e->operations = host->evolution;
    e->backend_name = host->name;
    MCT_TRY_CLEANUP(e->operations->create(context, &e->shape, NULL, &e->state));
    for (size_t p = 0; p < count; p++) MCT_TRY_CLEANUP(set_point(e, options, p, &matrices[p]));
    *evolution = e;
    return MCT_OK;
cleanup:
    mct_evolution_destroy(e);
    return status;
}

static mct_status check_memory(mct_context *context, const mct_backend *backend, const mct_evolution_shape *shape) {
    const double needed = (double)backend->evolution->memory_needed(shape);
    const double available = (double)backend->memory_available();
    if (needed <= available) return MCT_OK;
    return mct_fail(context, mct_backend_exhausted(backend),
                    "grid.points = %zu with time.steps_per_block = %zu needs %.3g GiB of memory for %zu point%s of %zu "
                    "species; %.3g GiB are available",
                    shape->N, shape->steps_per_block, fmin(needed, far_more_than_memory) / 0x1p30, shape->points,
                    shape->points == 1 ? "" : "s", shape->species, available / 0x1p30);
}

mct_status mct_evolution_create(mct_context *context, const mct_evolution_options *options, const mct_grid *grid,
                                size_t count, const mct_statics *const *statics, mct_evolution **evolution) {
    MCT_NEED(context, options, grid, statics, evolution);
    for (size_t p = 0; p < count; p++) MCT_NEED(context, statics[p]);
    if (options->displaced_count > 0) MCT_NEED(context, options->displaced);
    if (options->observed_count > 0) MCT_NEED(context, options->observed);
    mct_evolution *e = NULL;
    mct_status status;
    *evolution = NULL;
    if (count == 0) return mct_fail(context, MCT_ARGUMENT, "evolution: no state points");
    MCT_TRY(check(context, options));
    MCT_TRY(check_observed(context, options, grid->points));
    const size_t species = statics[0]->species;
    mct_kernel *kernel;
    MCT_TRY(mct_kernel_create(context, grid, species, count, &options->solver, &kernel));
    status = allocate(context, options, grid->points, species, count, kernel->shape.threads, &e);
    if (!e) mct_kernel_destroy(kernel);
    if (status != MCT_OK) goto cleanup;
    e->kernel = kernel;
    e->spacing = grid->spacing;
    e->backend_name = kernel->backend->name;
    e->operations = kernel->backend->evolution;
    if (!e->operations) {
        status = mct_fail(context, MCT_BACKEND, "solver.backend = %s: it has no evolution in time", e->backend_name);
        goto cleanup;
    }
    MCT_TRY_CLEANUP(check_memory(context, kernel->backend, &e->shape));
    MCT_TRY_CLEANUP(e->operations->create(context, &e->shape, kernel->state, &e->state));
    for (size_t p = 0; p < count; p++) {
        MCT_TRY_CLEANUP(mct_kernel_set_statics(kernel, p, statics[p]));
        mct_evolution_matrices matrices = {.S = statics[p]->structure_factor,
                                           .Gamma = statics[p]->relaxation_rate,
                                           .W_inverse = statics[p]->frequency_inverse};
        double *work;
        MCT_TRY_CLEANUP(mct_displacement_prepare(context, options, grid, statics[p], p, &matrices, &work));
        status = set_point(e, options, p, &matrices);
        free(work);
        if (status != MCT_OK) goto cleanup;
    }
    *evolution = e;
    return MCT_OK;
cleanup:
    mct_evolution_destroy(e);
    return status;
}

void mct_evolution_destroy(mct_evolution *evolution) {
    if (!evolution) return;
    if (evolution->state) evolution->operations->destroy(evolution->state);
    mct_kernel_destroy(evolution->kernel);
    for (size_t p = 0; evolution->relaxation && p < evolution->shape.points; p++) {
        mct_relaxation_destroy(&evolution->relaxation[p]);
    }
    for (size_t p = 0; evolution->projection && p < evolution->shape.points; p++) {
        mct_projection_destroy(&evolution->projection[p]);
    }
    free(evolution->relaxation);
    free(evolution->projection);
    free(evolution->clocks);
    free(evolution->observed);
    free(evolution->displacement);
    free(evolution->start);
    free(evolution->passive);
    free(evolution);
}

size_t mct_evolution_memory(const mct_evolution_options *options, const mct_grid *grid, size_t species, size_t count) {
    const mct_backend *backend;
    const size_t work = grid->points * count;
    if (mct_backend_find(NULL, options->solver.backend, work, &backend) != MCT_OK || !backend->evolution) return 0;
    const mct_evolution_shape shape = shape_of(options, grid->points, species, count, 1);
    return mct_kernel_memory(grid, species, count, &options->solver) + backend->evolution->memory_needed(&shape) +
           count * mct_relaxation_memory(species, mct_evolution_observed(&shape), options->fits);
}

/* --- Advancing ----------------------------------------------------------------------------------------------- */

void mct_evolution_set_sink(mct_evolution *evolution, mct_evolution_sink sink, void *user) {
    evolution->sink = sink;
    evolution->sink_user = user;
}

void mct_evolution_set_displacement_sink(mct_evolution *evolution, mct_evolution_displacement_sink sink, void *user) {
    evolution->displacement_sink = sink;
    evolution->displacement_user = user;
}

static void compute(mct_evolution *e, size_t steps) {
    const mct_evolution_operations *const o = e->operations;
    if (o->advance) {
        o->advance(e->state, steps);
        return;
    }
    for (size_t s = 0; s < steps; s++) {
        o->predict(e->state);
        o->history(e->state);
        o->iterate(e->state);
        o->commit(e->state);
        o->decimate(e->state);
    }
}

static size_t count_running(const mct_evolution *e) {
    size_t running = 0;
    for (size_t p = 0; p < e->shape.points; p++) running += e->clocks[p].state == MCT_EVOLUTION_RUNNING;
    return running;
}

mct_status mct_evolution_advance(mct_evolution *evolution, unsigned long steps, size_t *running) {
    MCT_NEED(NULL, evolution);
    MCT_NEED(evolution->context, running);
    mct_status status = MCT_OK;
    if (!evolution->started) {
        evolution->operations->start(evolution->state);
        evolution->started = true;
        status = mct_evolution_hand_on(evolution);
    }
    while (status == MCT_OK && steps > 0 && count_running(evolution) > 0) {
        if (mct_context_interrupted(evolution->context)) {
            status = mct_fail(evolution->context, MCT_INTERRUPTED, "interrupted at time %g", evolution->clocks[0].time);
            break;
        }
        const size_t now = steps < evolution->shape.window ? (size_t)steps : evolution->shape.window;
        compute(evolution, now);
        status = mct_evolution_hand_on(evolution);
        steps -= now;
    }
    if (evolution->kernel) {
        evolution->kernel->evaluations = 0;
        for (size_t p = 0; p < evolution->shape.points; p++) {
            evolution->kernel->evaluations += evolution->clocks[p].evaluations;
        }
    }
    *running = count_running(evolution);
    return status;
}

mct_status mct_evolution_run(mct_evolution *evolution) {
    MCT_NEED(NULL, evolution);
    size_t running = 1;
    while (running > 0) MCT_TRY(mct_evolution_advance(evolution, mct_evolution_block_steps(evolution), &running));
    return MCT_OK;
}

unsigned long mct_evolution_block_steps(const mct_evolution *evolution) {
    return (unsigned long)evolution->shape.steps_per_block << evolution->shape.doublings;
}

/* --- Results ------------------------------------------------------------------------------------------------- */

mct_evolution_point mct_evolution_look(const mct_evolution *evolution, size_t point) {
    const mct_clock *const clock = &evolution->clocks[point];
    const bool failed = clock->state == MCT_EVOLUTION_NOT_CONVERGED || clock->state == MCT_EVOLUTION_NON_FINITE;
    return (mct_evolution_point){.state = clock->state,
                                 .time = clock->time,
                                 .step = clock->step,
                                 .largest = clock->largest,
                                 .residual = clock->residual,
                                 .wave_number =
                                     failed ? ((double)clock->worst + 0.5) * evolution->spacing : (double)NAN,
                                 .steps = clock->steps,
                                 .blocks = clock->blocks,
                                 .evaluations = clock->evaluations};
}

/* What the numbers say about a step that did not converge. */
static const char *why_not_converged(const mct_evolution_point *at) {
    if (at->residual < rounding) return "; rounding allows no less: time.tolerance must be larger";
    return at->blocks > LATE ? "; near the transition a smaller time.tolerance helps: before it, steps that are "
                               "not right enough lead to one without a solution"
                             : "";
}

mct_status mct_evolution_check_point(const mct_evolution *evolution, size_t point) {
    MCT_NEED(NULL, evolution);
    const mct_evolution_point at = mct_evolution_look(evolution, point);
    MCT_TRY(mct_evolution_check_domain(evolution, point, &at));
    if (at.state == MCT_EVOLUTION_NON_FINITE) {
        return mct_fail(evolution->context, MCT_NON_FINITE,
                        "the correlator at wave number %g became infinite or not a number after time %g",
                        at.wave_number, at.time);
    }
    if (at.state == MCT_EVOLUTION_NOT_CONVERGED) {
        return mct_fail(evolution->context, MCT_NOT_CONVERGED,
                        "the step from time %g to %g did not converge in %u evaluations; residual %.3g, "
                        "wanted %.3g, largest at wave number %g%s",
                        at.time, at.time + at.step, evolution->shape.iterations_max, at.residual,
                        evolution->shape.tolerance, at.wave_number, why_not_converged(&at));
    }
    return MCT_OK;
}

mct_status mct_evolution_check(const mct_evolution *evolution) {
    MCT_NEED(NULL, evolution);
    const size_t points = evolution->shape.points;
    for (size_t p = 0; p < points; p++) {
        char text[512];
        const mct_status status = mct_evolution_check_point(evolution, p);
        if (status == MCT_OK) continue;
        if (points == 1) return status;
        snprintf(text, sizeof text, "%s", mct_context_error(evolution->context));
        return mct_fail(evolution->context, status, "point %zu: %s", p, text);
    }
    return MCT_OK;
}

void mct_evolution_last(const mct_evolution *evolution, size_t point, double *phi) {
    evolution->operations->last(evolution->state, point, phi);
}

void mct_evolution_displacement(const mct_evolution *evolution, size_t point, double *dr2) {
    const size_t count = evolution->shape.displacements;
    memcpy(dr2, evolution->displacement + point * count, count * sizeof *dr2);
}

void mct_evolution_relaxation(const mct_evolution *evolution, size_t point, mct_relaxation_level level, double *tau) {
    const size_t count = evolution->shape.species * mct_evolution_observed(&evolution->shape);
    memcpy(tau, mct_relaxation_time(&evolution->relaxation[point], level), count * sizeof *tau);
}

/* Where wave number q is in a row; their number: nowhere. */
static size_t place_in_row(const mct_evolution *e, size_t q) {
    const size_t count = mct_evolution_observed(&e->shape);
    size_t at = e->shape.observed_count ? 0 : q;
    while (e->shape.observed_count && at < count && e->observed[at] != q) at++;
    return at;
}

void mct_evolution_relaxation_at(const mct_evolution *evolution, size_t point, mct_relaxation_level level, size_t q,
                                 double *tau) {
    const size_t count = mct_evolution_observed(&evolution->shape), at = place_in_row(evolution, q);
    const double *const all = mct_relaxation_time(&evolution->relaxation[point], level);
    for (size_t mu = 0; mu < evolution->shape.species; mu++) {
        tau[mu] = at < count ? all[mu * count + at] : (double)NAN;
    }
}

void mct_evolution_value_at(const mct_evolution *evolution, size_t point, size_t q, double time, double *f) {
    const size_t count = mct_evolution_observed(&evolution->shape), at = place_in_row(evolution, q);
    for (size_t mu = 0; mu < evolution->shape.species; mu++) {
        f[mu] = at < count ? mct_relaxation_value(&evolution->relaxation[point], mu, at, time) : (double)NAN;
    }
}

mct_status mct_evolution_project(mct_evolution *evolution, size_t point, size_t species, const double *vector) {
    MCT_NEED(NULL, evolution);
    MCT_NEED(evolution->context, vector);
    const mct_evolution_shape *const shape = &evolution->shape;
    if (evolution->started || species > shape->species || shape->observed_count) {
        return mct_fail(evolution->context, MCT_ARGUMENT, "a projection of %zu species of a run of %zu%s%s", species,
                        shape->species, evolution->started ? " that has begun" : "",
                        shape->observed_count ? " that keeps some wave numbers" : "");
    }
    return mct_projection_create(evolution->context, shape->species, shape->N, species, vector,
                                 &evolution->projection[point]);
}

size_t mct_evolution_projection(const mct_evolution *evolution, size_t point, const double **time,
                                const double **value) {
    *time = evolution->projection[point].time;
    *value = evolution->projection[point].value;
    return evolution->projection[point].count;
}

mct_kernel_algorithm mct_evolution_kernel_used(const mct_evolution *evolution) {
    return evolution->kernel ? mct_kernel_algorithm_used(evolution->kernel) : MCT_KERNEL_AUTO;
}

const char *mct_evolution_backend_name(const mct_evolution *evolution) {
    return evolution->backend_name;
}
