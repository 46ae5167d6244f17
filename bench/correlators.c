/* correlators.c: correlators in time: work against precision of both schemes, the growth of the work with N, and what more
 * threads than one gain.
 *
 * The error is that of tau_0.1 of the passive species at k = 7.4, against the values of docs/theory.md, "Reference
 * values" (literature grid).  A run ends at `until`, well behind tau, so that all cases of a state do the same. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "apmct/evolution.h"
#include "bench.h"

enum { SPECIES = 2, PASSIVE = 1, POINTS_MAX = 16 };

typedef struct state {
    const char *name;
    double packing_fraction, activity, until, tau; /* tau: NaN where it is not known */
    double tolerance_most;                         /* near the transition errors of the iteration grow */
} state;

static const state states[] = {
    {"phi0.515/lambda1", 0.515, 1.0, 2.0e5, 2.28551652416e4, 1.0},
    {"phi0.6/lambda3", 0.60, 3.0, 4.0e3, 4.68497805417e2, 1.0},
    {"epsilon-1e-4/lambda1", 0.515912134119 * (1.0 - 1.0e-4), 1.0, 2.0e8, 2.77674437e7, 1.0e-10},
};

typedef struct variant {
    mct_time_scheme scheme;
    size_t n;
    int order;
    double tolerance, error_max;
    bool smoke; /* runs in the shortest extent too */
} variant;

/* error_max: what docs/theory.md promises, with a margin for the growth towards the transition */
static const variant variants[] = {
    {MCT_TIME_LEGENDRE, 32, 3, 1.0e-9, 2.0e-5, true},    {MCT_TIME_LEGENDRE, 32, 5, 1.0e-9, 4.0e-6, true},
    {MCT_TIME_LEGENDRE, 64, 3, 1.0e-10, 3.0e-6, false},  {MCT_TIME_LEGENDRE, 64, 5, 1.0e-10, 3.0e-7, false},
    {MCT_TIME_LEGENDRE, 128, 5, 1.0e-11, 2.0e-7, false}, {MCT_TIME_MOMENTS, 64, 5, 1.0e-9, 1.0e-2, false},
    {MCT_TIME_MOMENTS, 256, 5, 1.0e-9, 6.0e-4, false},
};

static const bench_column columns[] = {{"case", "case", NULL},
                                       {"minimum_ms", "min ms", "%.2f"},
                                       {"median_ms", "median ms", "%.2f"},
                                       {"steps", "steps", "%.0f"},
                                       {"evaluations", "evaluations", "%.0f"},
                                       {"apply_us", "apply us", "%.2f"},
                                       {"overhead", "x apply", "%.2f"},
                                       {"kernel_percent", "kernel %", "%.0f"},
                                       {"history_percent", "history %", "%.0f"},
                                       {"coarse_percent", "coarse %", "%.0f"},
                                       {"rest_percent", "rest %", "%.0f"},
                                       {"error", "error of tau", "%.1e"},
                                       {"tau", "tau", "%.8e"},
                                       {"state", NULL, NULL}};

typedef struct job {
    mct_context *context;
    mct_grid grid;
    size_t points;
    mct_statics *statics[POINTS_MAX];
    mct_evolution_options options;
    mct_evolution_point point; /* the first one, at its end */
    double tau;                /* of the first one */
    bool with_clock;           /* of the run to come */
    bench_shares shares;       /* of all runs with a clock */
    double timed;              /* seconds of these together */
    mct_kernel *kernel;        /* for the bare evaluation */
    double *F, *M;
} job;

static void run(void *user) {
    job *j = user;
    const mct_statics *const *const statics = (const mct_statics *const *)j->statics;
    const size_t N = j->grid.points;
    double *tau = bench_allocate(SPECIES * N, sizeof *tau);
    const double start = bench_now();
    bench_shares shares = {0.0, 0.0};
    mct_evolution *evolution;
    mct_status status;
    bench_try(j->context, mct_evolution_create(j->context, &j->options, &j->grid, j->points, statics, &evolution));
    if (j->with_clock) {
        shares = bench_shares_of(evolution, &status);
    } else {
        status = mct_evolution_run(evolution);
    }
    bench_try(j->context, status);
    bench_try(j->context, mct_evolution_check(evolution));
    j->point = mct_evolution_look(evolution, 0);
    mct_evolution_relaxation(evolution, 0, MCT_RELAXATION_TENTH, tau);
    j->tau = tau[PASSIVE * N + mct_grid_nearest(&j->grid, 7.4)];
    mct_evolution_destroy(evolution);
    free(tau);
    if (j->with_clock) { /* added up: other work that breaks in hits every part according to its length */
        j->shares.history += shares.history;
        j->shares.coarse += shares.coarse;
        j->timed += bench_now() - start;
    }
}

static void run_with_clock(void *user) {
    job *const j = user;
    j->with_clock = true;
    run(j);
    j->with_clock = false;
}

static void apply(void *user) {
    job *j = user;
    bench_try(j->context, mct_kernel_apply(j->kernel, 0, 1, j->F, j->M));
}

/* Points of packing fractions below that of the state, each by 0.002, as in a sweep: none takes as long as the other. */
static job *job_create(const state *s, const variant *v, const mct_grid *grid, size_t points, int threads) {
    job *j = bench_allocate(1, sizeof *j);
    const mct_structure_options structure = mct_structure_options_default();
    bench_try(NULL, mct_context_create(&j->context));
    mct_context_set_threads(j->context, threads);
    j->grid = *grid;
    j->points = points;
    mct_species species[SPECIES];
    for (size_t a = 0; a < SPECIES; a++) {
        species[a] =
            (mct_species){.fraction = 0.5, .activity = a ? 1.0 : s->activity, .diffusivity = 1.0, .diameter = 1.0};
        snprintf(species[a].name, sizeof species[a].name, "%s", a ? "passive" : "active");
    }
    for (size_t p = 0; p < points; p++) {
        const mct_mixture mixture = {s->packing_fraction - 0.002 * (double)p, SPECIES, species};
        bench_try(j->context, mct_statics_create(j->context, grid, SPECIES, &j->statics[p]));
        bench_try(j->context, mct_statics_compute(j->context, &structure, grid, &mixture, j->statics[p]));
    }
    j->options = mct_evolution_options_default();
    snprintf(j->options.solver.backend, sizeof j->options.solver.backend, "cpu"); /* whatever device there may be */
    j->options.time.scheme = v->scheme;
    j->options.time.steps_per_block = v->n;
    j->options.time.order = v->order;
    j->options.time.tolerance = fmin(v->tolerance, s->tolerance_most);
    j->options.time.until = s->until;
    const size_t count = SPECIES * SPECIES * grid->points;
    bench_try(j->context, mct_kernel_create(j->context, grid, SPECIES, 1, &j->options.solver, &j->kernel));
    bench_try(j->context, mct_kernel_set_statics(j->kernel, 0, j->statics[0]));
    j->F = bench_allocate(count, sizeof(double));
    j->M = bench_allocate(count, sizeof(double));
    for (size_t i = 0; i < count; i++) j->F[i] = j->statics[0]->structure_factor[i];
    return j;
}

static void job_destroy(job *j) {
    mct_kernel_destroy(j->kernel);
    for (size_t p = 0; p < j->points; p++) mct_statics_destroy(j->statics[p]);
    mct_context_destroy(j->context);
    free(j->F);
    free(j->M);
    free(j);
}

/* Returns the minimum in seconds; NaN if the case is not selected. */
static double report_case(const bench_options *options, bench_report *report, const state *s, const variant *v,
                          const mct_grid *grid, double tau) {
    char name[128];
    snprintf(name, sizeof name, "evolve/%s/N%zu/%s%d/n%zu", s->name, grid->points, mct_time_scheme_name(v->scheme),
             v->scheme == MCT_TIME_MOMENTS ? 1 : v->order, v->n);
    if (!bench_selected(options, name)) return (double)NAN;
    job *j = job_create(s, v, grid, 1, 1);
    bench_task tasks[] = {{.run = run, .user = j}, {.run = apply, .user = j}, {.run = run_with_clock, .user = j}};
    bench_measure(sizeof tasks / sizeof *tasks, tasks, options->seconds);
    const double evaluations = (double)j->point.evaluations, error = fabs(j->tau / tau - 1.0);
    const double history = j->shares.history / j->timed, coarse = j->shares.coarse / j->timed;
    const double kernel = evaluations * tasks[1].minimum / tasks[0].minimum;
    bench_report_row(report, (bench_cell[]){{.text = name},
                                            {.number = 1.0e3 * tasks[0].minimum},
                                            {.number = 1.0e3 * tasks[0].median},
                                            {.number = (double)j->point.steps},
                                            {.number = evaluations},
                                            {.number = 1.0e6 * tasks[1].minimum},
                                            {.number = 1.0 / kernel},
                                            {.number = 100.0 * kernel},
                                            {.number = 100.0 * history},
                                            {.number = 100.0 * coarse},
                                            {.number = 100.0 * (1.0 - kernel - history - coarse)},
                                            {.number = error},
                                            {.number = j->tau},
                                            {.text = mct_evolution_state_name(j->point.state)}});
    if (error > v->error_max) {
        bench_report_failure(report, "%s: error of tau %.2e, at most %.0e is allowed", name, error, v->error_max);
    }
    job_destroy(j);
    return tasks[0].minimum;
}

static const bench_column columns_of_threads[] = {{"case", "case", NULL},
                                                  {"one_ms", "one thread, min ms", "%.2f"},
                                                  {"minimum_ms", "all, min ms", "%.2f"},
                                                  {"median_ms", "all, median ms", "%.2f"},
                                                  {"threads", "threads", "%.0f"},
                                                  {"gain", "gain", "%.2f"},
                                                  {"difference", "difference of tau", "%.1e"}};

/* The same on one thread and on all, in turn. */
static void report_threads(const bench_options *options, bench_report *report, const mct_grid *grid, size_t points) {
    char name[128];
    snprintf(name, sizeof name, "evolve-threads/%s/N%zu/points%zu", states[0].name, grid->points, points);
    if (!bench_selected(options, name)) return;
    job *jobs[2];
    bench_task tasks[2];
    for (size_t t = 0; t < 2; t++) {
        jobs[t] = job_create(&states[0], &variants[3], grid, points, t ? options->threads : 1);
        tasks[t] = (bench_task){.run = run, .user = jobs[t]};
    }
    bench_measure(2, tasks, options->seconds);
    const double difference = fabs(jobs[1]->tau - jobs[0]->tau);
    bench_report_row(report, (bench_cell[]){{.text = name},
                                            {.number = 1.0e3 * tasks[0].minimum},
                                            {.number = 1.0e3 * tasks[1].minimum},
                                            {.number = 1.0e3 * tasks[1].median},
                                            {.number = options->threads},
                                            {.number = tasks[0].minimum / tasks[1].minimum},
                                            {.number = difference}});
    if (difference != 0.0) bench_report_failure(report, "%s: tau depends on the number of threads", name);
    for (size_t t = 0; t < 2; t++) job_destroy(jobs[t]);
}

static void all_threads(const bench_options *options, bench_report *report, bool all) {
    const mct_grid literature = mct_grid_default();
    bench_report_table(report, "evolve-threads", "Correlators in time: one thread and all",
                       sizeof columns_of_threads / sizeof *columns_of_threads, columns_of_threads);
    report_threads(options, report, &literature, POINTS_MAX);
    const size_t sizes[] = {2048, 4096, 16384};
    for (size_t i = 0; i < (all ? sizeof sizes / sizeof *sizes : 1); i++) {
        const mct_grid grid = {sizes[i], 40.0 / (double)sizes[i], MCT_QUADRATURE_CORRECTED};
        report_threads(options, report, &grid, 1);
    }
}

void bench_correlators(const bench_options *options, bench_report *report) {
    const bool all = options->extent == BENCH_FULL, smoke = options->extent == BENCH_SMOKE;
    const mct_grid literature = mct_grid_default();
    bench_report_table(report, "evolve", "Correlators in time: work and precision", sizeof columns / sizeof *columns,
                       columns);
    for (size_t s = 0; s < (smoke ? 1 : sizeof states / sizeof *states); s++) {
        for (size_t v = 0; v < sizeof variants / sizeof *variants; v++) {
            if (smoke && !variants[v].smoke) continue;
            if (!all && variants[v].scheme == MCT_TIME_MOMENTS && variants[v].n > 64) continue;
            report_case(options, report, &states[s], &variants[v], &literature, states[s].tau);
        }
    }
    if (smoke) return;
    /* the work with N: cut-off 40, corrected where that holds, tau not known */
    const size_t sizes[] = {256, 512, 1000, 2048, 4096, 16384};
    double first = (double)NAN, last = (double)NAN;
    size_t smallest = 0, largest = 0;
    for (size_t i = 0; i < (all ? sizeof sizes / sizeof *sizes : 3); i++) {
        const mct_grid grid = {sizes[i], 40.0 / (double)sizes[i], MCT_QUADRATURE_CORRECTED};
        const double time = report_case(options, report, &states[0], &variants[3], &grid, (double)NAN);
        if (isnan(time)) continue;
        if (isnan(first)) first = time, smallest = sizes[i];
        last = time, largest = sizes[i];
    }
    if (largest > smallest) {
        bench_report_note(report, "the time grows as N^%.3f from N = %zu to %zu",
                          log(last / first) / log((double)largest / (double)smallest), smallest, largest);
    }
    if (options->threads > 1) all_threads(options, report, all);
}
