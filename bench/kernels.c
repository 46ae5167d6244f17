/* kernels.c: the memory kernel: algorithm x N x species x path x operation x batch x threads, time and residual.
 *
 * Cases that differ in the algorithm alone form a group and are measured in turn, together with the bare transforms
 * that `fourier` needs. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "cpu/cpu.h"

enum { ALGORITHMS = 3, TASKS = ALGORITHMS + 4 };

static const double call_max = 1.0; /* seconds of one call: longer ones are left out (estimated at 1e10 flop/s) */

/* --- one case -------------------------------------------------------------------------------------------------- */

typedef struct run {
    bench_case c;
    char name[96];
    mct_context *context;
    mct_kernel *kernel;
    double *in, *out; /* F, d or l; M, dM or w: [batch][mm][N] */
    double *tangent;  /* dM of d, for the adjoint's residual; else NULL */
    bench_counts counts;
    size_t length; /* of the transforms; 0 unless fourier */
} run;

static const char *const operation_name[] = {"apply", "derivative", "adjoint"};

static void name_of(const bench_case *c, size_t size, char *name) {
    snprintf(name, size, "kernel/%s/%s/N%zu/m%zu/%s%s/batch%zu/threads%d", mct_kernel_algorithm_name(c->algorithm),
             operation_name[c->operation], c->N, c->species, c->rank_one ? "rank-one" : "general",
             c->quadrature == MCT_QUADRATURE_CORRECTED ? "/corrected" : "", c->batch, c->threads);
}

static void call(void *user) {
    run *r = user;
    switch (r->c.operation) {
    case BENCH_APPLY: bench_try(r->context, mct_kernel_apply(r->kernel, 0, r->c.batch, r->in, r->out)); break;
    case BENCH_DERIVATIVE: bench_try(r->context, mct_kernel_derivative(r->kernel, 0, r->c.batch, r->in, r->out)); break;
    case BENCH_ADJOINT: bench_try(r->context, mct_kernel_adjoint(r->kernel, 0, r->c.batch, r->in, r->out)); break;
    }
}

static mct_solver_options solver_options(const bench_case *c) {
    mct_solver_options options = mct_solver_options_default();
    options.kernel = c->algorithm;
    options.path = c->rank_one ? MCT_PATH_RANK_ONE : MCT_PATH_GENERAL;
    return options;
}

/* False if it would take too long or too much memory. */
static bool feasible(const bench_problem *problem, const bench_case *c) {
    const mct_solver_options options = solver_options(c);
    if (c->algorithm == MCT_KERNEL_DIRECT && c->N > 256) return false;
    if (c->algorithm == MCT_KERNEL_FACTORIZED && c->N > 4000) return false;
    if (bench_counts_of(c, 3 * c->N).flops > 1.0e10 * call_max) return false;
    return mct_kernel_memory(bench_problem_grid(problem), c->species, c->batch, &options) <
           mct_backend_cpu.memory_available() / 4;
}

static void run_create(run *r, const bench_problem *problem, const bench_case *c) {
    *r = (run){.c = *c};
    name_of(c, sizeof r->name, r->name);
    bench_try(NULL, mct_context_create(&r->context));
    mct_context_set_threads(r->context, c->threads);
    const mct_solver_options options = solver_options(c);
    bench_try(r->context,
              mct_kernel_create(r->context, bench_problem_grid(problem), c->species, c->batch, &options, &r->kernel));
    for (size_t p = 0; p < c->batch; p++) {
        bench_try(r->context, mct_kernel_set_statics(r->kernel, p, bench_problem_statics(problem)));
    }
    const size_t count = c->batch * c->species * c->species * c->N;
    r->in = bench_allocate(count, sizeof *r->in);
    r->out = bench_allocate(count, sizeof *r->out);
    bench_problem_fill(problem, false, c->batch, r->in);
    if (c->operation != BENCH_APPLY) {
        bench_try(r->context, mct_kernel_linearise(r->kernel, 0, c->batch, r->in, NULL));
        bench_problem_fill(problem, true, c->batch, r->in);
    }
    if (c->operation == BENCH_ADJOINT) { /* l is d, too */
        r->tangent = bench_allocate(count, sizeof *r->tangent);
        bench_try(r->context, mct_kernel_derivative(r->kernel, 0, c->batch, r->in, r->tangent));
    }
    if (c->algorithm == MCT_KERNEL_FOURIER) r->length = ((const mct_cpu *)r->kernel->state)->tables->length;
    r->counts = bench_counts_of(c, r->length);
}

static void run_destroy(run *r) {
    free(r->in);
    free(r->out);
    free(r->tangent);
    mct_kernel_destroy(r->kernel);
    mct_context_destroy(r->context);
}

/* |<w, d> - <l, dM>| / (|l| |dM|), worst point; w and dM from this kernel. */
static double adjoint_residual(const run *r) {
    const size_t n = r->c.species * r->c.species * r->c.N;
    double worst = 0.0;
    for (size_t p = 0; p < r->c.batch; p++) {
        long double left = 0.0L, right = 0.0L, l2 = 0.0L, dM2 = 0.0L;
        for (size_t i = p * n; i < (p + 1) * n; i++) {
            left += (long double)r->out[i] * (long double)r->in[i];
            right += (long double)r->in[i] * (long double)r->tangent[i];
            l2 += (long double)r->in[i] * (long double)r->in[i];
            dM2 += (long double)r->tangent[i] * (long double)r->tangent[i];
        }
        const double error = (double)(fabsl(left - right) / sqrtl(l2 * dM2));
        if (!(error <= worst)) worst = error;
    }
    return worst;
}

/* Rounding grows with N; up to N = 4096 these are what the tests hold the kernels to. */
static double residual_max(const bench_case *c) {
    if (c->operation == BENCH_ADJOINT) return 1.0e-11;
    return c->N < 1000 ? 1.0e-12 : c->N <= 4096 ? 3.0e-12 : 1.0e-11;
}

/* --- one row --------------------------------------------------------------------------------------------------- */

static const bench_column columns[] = {{"case", "case", NULL},
                                       {"minimum_us", "min us", "%.3f"},
                                       {"median_us", "median us", "%.3f"},
                                       {"point_us", "us/point", "%.3f"},
                                       {"gflops", "Gflop/s", "%.2f"},
                                       {"fma_fraction", "of FMA", "%.3f"},
                                       {"bytes", "KiB", "%.0f"},
                                       {"gbytes_per_second", "GB/s", "%.1f"},
                                       {"read_fraction", "of read", "%.3f"},
                                       {"bare_us", "bare us", "%.3f"},
                                       {"bare_ratio", "x bare", "%.3f"},
                                       {"bare_best_us", "best us", "%.3f"},
                                       {"bare_best_ratio", "x best", "%.3f"},
                                       {"length", "L", "%.0f"},
                                       {"length_best", "L best", "%.0f"},
                                       {"residual", "residual", "%.1e"},
                                       {"sampled", "q", "%.0f"},
                                       {"samples", NULL, "%.0f"},
                                       {"iterations", NULL, "%.0f"}};

static void report_run(bench_report *report, const bench_ceilings *ceilings, const run *r, const bench_task *task,
                       const bench_task *bare, size_t best_length, double residual, size_t sampled) {
    const double us = 1.0e6 * task->minimum, nan = (double)NAN;
    const bool all = r->c.threads > 1, fourier = r->c.algorithm == MCT_KERNEL_FOURIER;
    const bool ratio = fourier && bare, direct = r->c.algorithm == MCT_KERNEL_DIRECT;
    const double flops = r->counts.flops / task->minimum, bandwidth = r->counts.bytes / task->minimum;
    const double read = bench_ceiling_read(ceilings, 16 * r->c.N * r->c.N * r->c.N, all);
    const double point = us / (double)r->c.batch;
    double plain = nan, best = nan;
    if (ratio) {
        plain = 1.0e6 * (r->counts.forward * bare[0].minimum + r->counts.inverse * bare[1].minimum);
        best = 1.0e6 * (r->counts.forward * bare[2].minimum + r->counts.inverse * bare[3].minimum);
    }
    bench_report_row(report, (bench_cell[]){{.text = r->name},
                                            {.number = us},
                                            {.number = 1.0e6 * task->median},
                                            {.number = point},
                                            {.number = 1.0e-9 * flops},
                                            {.number = flops / ceilings->fma[all]},
                                            {.number = r->counts.bytes / 1024.0},
                                            {.number = 1.0e-9 * bandwidth},
                                            {.number = direct ? bandwidth / read : nan},
                                            {.number = plain},
                                            {.number = point / plain},
                                            {.number = best},
                                            {.number = point / best},
                                            {.number = fourier ? (double)r->length : nan},
                                            {.number = ratio ? (double)best_length : nan},
                                            {.number = residual},
                                            {.number = (double)sampled},
                                            {.number = (double)task->samples},
                                            {.number = (double)task->iterations}});
    if (!(residual <= residual_max(&r->c))) {
        bench_report_failure(report, "%s: residual %.2e, at most %.0e is allowed", r->name, residual,
                             residual_max(&r->c));
    }
}

static void remember(bench_results *results, const run *r, double minimum) {
    if (r->c.operation != BENCH_APPLY || !r->c.rank_one || r->c.quadrature != MCT_QUADRATURE_RIEMANN) return;
    if (results->count == results->capacity) {
        results->capacity = results->capacity ? 2 * results->capacity : 64;
        results->rows = realloc(results->rows, results->capacity * sizeof *results->rows);
        if (!results->rows) abort();
    }
    results->rows[results->count++] =
        (bench_result){.c = r->c, .minimum = minimum, .automatic = mct_backend_cpu.choose(&r->kernel->shape)};
}

/* --- a group: `shape` with every algorithm --------------------------------------------------------------------- */

static void group(const bench_options *options, const bench_ceilings *ceilings, bench_report *report,
                  bench_results *results, bench_problem *problem, const bench_case *shape) {
    static const mct_kernel_algorithm algorithms[ALGORITHMS] = {MCT_KERNEL_DIRECT, MCT_KERNEL_FACTORIZED,
                                                                MCT_KERNEL_FOURIER};
    run runs[ALGORITHMS];
    bench_task tasks[TASKS];
    bench_transforms *transforms[2] = {NULL, NULL};
    size_t count = 0, all, best_length = 0;
    for (size_t a = 0; a < ALGORITHMS; a++) {
        bench_case c = *shape;
        char name[96];
        c.algorithm = algorithms[a];
        name_of(&c, sizeof name, name);
        if (!bench_selected(options, name) || !feasible(problem, &c)) continue;
        run_create(&runs[count], problem, &c);
        tasks[count] = (bench_task){.run = call, .user = &runs[count]};
        count++;
    }
    if (!count) return;
    all = count;
    if (runs[count - 1].length && shape->threads == 1) {
        best_length = bench_transforms_best(shape->N, options->seconds);
        transforms[0] = bench_transforms_create(runs[count - 1].length);
        transforms[1] = bench_transforms_create(best_length);
        for (size_t t = 0; t < 2; t++) {
            tasks[all++] = (bench_task){.run = bench_transforms_forward, .user = transforms[t]};
            tasks[all++] = (bench_task){.run = bench_transforms_inverse, .user = transforms[t]};
        }
    }
    bench_measure(all, tasks, options->seconds);
    for (size_t r = 0; r < count; r++) {
        size_t sampled = 0;
        const double residual = shape->operation == BENCH_ADJOINT
                                    ? adjoint_residual(&runs[r])
                                    : bench_problem_residual(problem, shape->operation == BENCH_DERIVATIVE,
                                                             shape->batch, runs[r].out, &sampled);
        report_run(report, ceilings, &runs[r], &tasks[r], all > count ? tasks + count : NULL, best_length, residual,
                   sampled);
        remember(results, &runs[r], tasks[r].minimum);
        run_destroy(&runs[r]);
    }
    for (size_t t = 0; t < 2; t++) bench_transforms_destroy(transforms[t]);
}

/* --- the list of cases ----------------------------------------------------------------------------------------- */

static bool one_of(size_t N, const size_t *list) {
    for (; *list; list++) {
        if (*list == N) return true;
    }
    return false;
}

/* Two species, rank one, batches and threads; the other shapes at some N only. */
static void cases_of(const bench_options *options, const bench_ceilings *ceilings, bench_report *report,
                     bench_results *results, mct_context *context, size_t N) {
    static const size_t other_shapes[] = {16, 32, 48, 100, 1000, 4000, 0}, corrected[] = {200, 1000, 0};
    const bool smoke = options->extent == BENCH_SMOKE;
    const double budget = smoke ? 1.0e6 : options->extent == BENCH_QUICK ? 5.0e7 : 2.5e8;
    const size_t batches[] = {1, smoke ? 3 : 16, 64, 0};
    for (size_t species = 1; species <= 3; species++) {
        if (species != 2 && !one_of(N, other_shapes)) continue;
        bench_problem *problem = bench_problem_create(context, N, species, MCT_QUADRATURE_RIEMANN, budget);
        const size_t sizes = species == 2 ? (smoke ? 2 : 3) : (options->extent == BENCH_FULL ? 2 : 1);
        for (size_t b = 0; b < sizes; b++) {
            for (int t = 0; t < (species == 2 && options->threads > 1 ? 2 : 1); t++) {
                const bench_case shape = {.operation = BENCH_APPLY,
                                          .N = N,
                                          .species = species,
                                          .batch = batches[b],
                                          .threads = t ? options->threads : 1,
                                          .rank_one = true,
                                          .quadrature = MCT_QUADRATURE_RIEMANN};
                group(options, ceilings, report, results, problem, &shape);
            }
        }
        if (species == 2 && one_of(N, other_shapes)) {
            for (int operation = BENCH_APPLY; operation <= BENCH_ADJOINT; operation++) {
                for (int rank_one = operation == BENCH_APPLY ? 0 : 1; rank_one < 2; rank_one++) {
                    if (operation == BENCH_APPLY && rank_one) continue; /* done above */
                    const bench_case shape = {.operation = (bench_operation)operation,
                                              .N = N,
                                              .species = species,
                                              .batch = 1,
                                              .threads = 1,
                                              .rank_one = rank_one,
                                              .quadrature = MCT_QUADRATURE_RIEMANN};
                    group(options, ceilings, report, results, problem, &shape);
                }
            }
        }
        bench_problem_destroy(problem);
    }
    if (!one_of(N, corrected)) return;
    bench_problem *problem = bench_problem_create(context, N, 2, MCT_QUADRATURE_CORRECTED, budget);
    const bench_case shape = {.operation = BENCH_APPLY,
                              .N = N,
                              .species = 2,
                              .batch = 1,
                              .threads = 1,
                              .rank_one = true,
                              .quadrature = MCT_QUADRATURE_CORRECTED};
    group(options, ceilings, report, results, problem, &shape);
    bench_problem_destroy(problem);
}

void bench_kernels(const bench_options *options, const bench_ceilings *ceilings, bench_report *report,
                   bench_results *results) {
    static const size_t smoke[] = {16, 48, 257, 0}, quick[] = {16, 32, 48, 100, 257, 1000, 4000, 0},
                        full[] = {16,  24,  32,  40,   48,   56,   64,    100,   128,
                                  200, 257, 500, 1000, 2000, 4000, 10000, 16384, 0};
    const size_t *list = options->extent == BENCH_SMOKE ? smoke : options->extent == BENCH_QUICK ? quick : full;
    mct_context *context;
    bench_try(NULL, mct_context_create(&context));
    bench_report_table(report, "kernel", "Memory kernel: time and residual", sizeof columns / sizeof *columns, columns);
    for (; *list; list++) cases_of(options, ceilings, report, results, context, *list);
    mct_context_destroy(context);
}
