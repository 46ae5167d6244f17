/* computations.c: whole computations on one core, on all cores and on a device: glass, critical point, correlators in time.
 *
 * Errors: of phi_c and of tau_0.1 (passive, k = 7.4), on the grid of the literature, against the reference values of
 * docs/theory.md; on others against what one core finds; of F: the largest difference to that, relative to S.  A sweep, points
 * spread over packing fractions and activities: tau_0.1 of some of them against one core with n = 64. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "apmct/critical.h"
#include "apmct/evolution.h"
#include "apmct/glass.h"
#include "bench.h"

enum { SPECIES = 2, PASSIVE = 1, SINGLE = 0, ALL = 1, DEVICE = 2 };

static const double critical_known = 0.515912134119,
                    tau_known = 2.28551652416e4; /* lambda = 1; phi = 0.515, lambda = 1 */

/* A sweep: packing fractions by activities of the active half. */
static const double spread_phi[] = {0.45, 0.53}, spread_activity[] = {1.0, 6.0};
enum { SAMPLES = 16 }; /* of a sweep, that are computed once more */

/* One computation of `points` state points on one backend. */
typedef struct job {
    mct_context *context;
    mct_grid grid;
    size_t points;
    mct_time_options time;
    mct_solver_options solver;
    mct_species (*species)[SPECIES]; /* [points] */
    mct_mixture *mixture;            /* [points] */
    mct_statics **statics;
    double *F; /* [points][mm][N] */
    mct_glass_result *results;
    mct_critical_point *critical;
    double *tau;                      /* [points] */
    unsigned long steps, evaluations; /* of all points */
} job;

static void run_glass(void *user) {
    job *j = user;
    mct_glass_options options = mct_glass_options_default();
    options.solver = j->solver;
    bench_try(j->context,
              mct_glass_solve(j->context, &options, &j->grid, j->points, j->mixture, j->F, j->results, NULL, NULL));
}

static void run_critical(void *user) {
    job *j = user;
    mct_glass_options options = mct_glass_options_default();
    options.solver = j->solver;
    bench_try(j->context,
              mct_critical_packing_fraction(j->context, &options, &j->grid, &j->mixture[0], NULL, j->critical));
}

/* tau_0.1 of the passive particles of `count` points; steps and evaluations; F [count][mm][N]: the last Phi, or NULL. */
static void follow(job *j, const mct_evolution_options *options, size_t count, const mct_statics *const *statics,
                   double *tau, double *F) {
    const size_t observed = mct_grid_nearest(&j->grid, 7.4);
    mct_evolution_options some = *options;
    mct_evolution *evolution;
    some.observed = &observed, some.observed_count = 1;
    bench_try(j->context, mct_evolution_create(j->context, &some, &j->grid, count, statics, &evolution));
    bench_try(j->context, mct_evolution_run(evolution));
    bench_try(j->context, mct_evolution_check(evolution));
    j->steps = j->evaluations = 0;
    for (size_t p = 0; p < count; p++) {
        const mct_evolution_point end = mct_evolution_look(evolution, p);
        double at[SPECIES];
        mct_evolution_relaxation_at(evolution, p, MCT_RELAXATION_TENTH, observed, at);
        tau[p] = at[PASSIVE];
        if (F) mct_evolution_last(evolution, p, F + p * SPECIES * SPECIES * j->grid.points);
        j->steps += end.steps;
        j->evaluations += end.evaluations;
    }
    mct_evolution_destroy(evolution);
}

static void run_evolve(void *user) {
    job *j = user;
    mct_evolution_options options = mct_evolution_options_default();
    options.solver = j->solver;
    options.time = j->time;
    follow(j, &options, j->points, (const mct_statics *const *)j->statics, j->tau, j->points > 1024 ? NULL : j->F);
}

/* --- cases --------------------------------------------------------------------------------------------------------- */

typedef enum kind { GLASS, CRITICAL, EVOLVE } kind;

typedef struct variant {
    kind kind;
    size_t N, points;
    double packing_fraction, step, until; /* of point p: packing_fraction + p step / points */
    bool smoke;
    mct_kernel_algorithm device; /* of the memory kernel on the device */
    size_t steps;                /* per block; 0: 64 */
    bool spread;                 /* points of a sweep */
    double tau;                  /* of one point that the CPU is not asked for: what it once found */
} variant;

/* smoke: the only ones of the shortest extent; there a simulated device takes part. */
static const variant variants[] = {
    {.kind = EVOLVE, .N = 16, .points = 2, .packing_fraction = 0.515, .step = -0.01, .until = 1.0e-5, .smoke = true},
    {.kind = EVOLVE,
     .N = 16,
     .points = 2,
     .packing_fraction = 0.515,
     .step = -0.01,
     .until = 1.0e-5,
     .device = MCT_KERNEL_FACTORIZED,
     .smoke = true},
    {.kind = EVOLVE, .N = 16, .points = 32, .until = 1.0e10, .steps = 32, .spread = true, .smoke = true},
    {.kind = GLASS, .N = 100, .points = 1, .packing_fraction = 0.53, .smoke = true},
    {.kind = GLASS, .N = 100, .points = 64, .packing_fraction = 0.53, .step = 0.015},
    {.kind = GLASS, .N = 1000, .points = 16, .packing_fraction = 0.53, .step = 0.015},
    {.kind = GLASS, .N = 4096, .points = 1, .packing_fraction = 0.53},
    {.kind = CRITICAL, .N = 100, .points = 1, .packing_fraction = 0.5, .smoke = true},
    {.kind = CRITICAL, .N = 1000, .points = 1, .packing_fraction = 0.5},
    {.kind = EVOLVE, .N = 100, .points = 1, .packing_fraction = 0.515, .until = 2.0e5},
    {.kind = EVOLVE, .N = 100, .points = 64, .packing_fraction = 0.515, .step = -0.01, .until = 2.0e5},
    {.kind = EVOLVE, .N = 100, .points = 1024, .packing_fraction = 0.515, .step = -0.01, .until = 2.0e5},
    {.kind = EVOLVE,
     .N = 100,
     .points = 64,
     .packing_fraction = 0.515,
     .step = -0.01,
     .until = 2.0e5,
     .device = MCT_KERNEL_FACTORIZED},
    {.kind = EVOLVE,
     .N = 100,
     .points = 1024,
     .packing_fraction = 0.515,
     .step = -0.01,
     .until = 2.0e5,
     .device = MCT_KERNEL_FACTORIZED},
    {.kind = EVOLVE, .N = 100, .points = 10000, .until = 1.0e10, .steps = 32, .spread = true},
    {.kind = EVOLVE, .N = 1000, .points = 1, .packing_fraction = 0.515, .until = 2.0e5},
    {.kind = EVOLVE, .N = 4096, .points = 1, .packing_fraction = 0.515, .until = 2.0e5},
    {.kind = EVOLVE, .N = 16384, .points = 1, .packing_fraction = 0.515, .until = 2.0e5},
    {.kind = EVOLVE, .N = 65536, .points = 1, .packing_fraction = 0.515, .until = 2.0e5, .tau = 2.921420004918e4},
};

static const char *const kind_name[] = {"glass", "critical", "evolve"};
static void (*const run_of[])(void *) = {run_glass, run_critical, run_evolve};

/* N = 100 is the literature's grid, of the known values; the others are fine, with the same cut-off. */
static mct_mixture mixture_of(const variant *v, size_t p, mct_species *species) {
    const size_t side = (size_t)ceil(sqrt((double)v->points));
    double phi = v->packing_fraction + v->step * (double)p / (double)v->points, activity = 1.0;
    if (v->spread) {
        phi = spread_phi[0] + (spread_phi[1] - spread_phi[0]) * (double)(p / side) / (double)(side - 1);
        activity =
            spread_activity[0] + (spread_activity[1] - spread_activity[0]) * (double)(p % side) / (double)(side - 1);
    }
    for (size_t a = 0; a < SPECIES; a++) {
        species[a] =
            (mct_species){.fraction = 0.5, .activity = a ? 1.0 : activity, .diffusivity = 1.0, .diameter = 1.0};
        snprintf(species[a].name, sizeof species[a].name, "%s", a ? "passive" : "active");
    }
    return (mct_mixture){phi, SPECIES, species};
}

static job *job_create(const variant *v, const mct_backend *backend, int threads) {
    job *j = bench_allocate(1, sizeof *j);
    const mct_structure_options structure = mct_structure_options_default();
    bench_try(NULL, mct_context_create(&j->context));
    mct_context_set_threads(j->context, threads);
    j->grid = mct_grid_default();
    if (v->N != j->grid.points) j->grid = (mct_grid){v->N, 40.0 / (double)v->N, MCT_QUADRATURE_CORRECTED};
    j->points = v->points;
    j->time = mct_time_options_default();
    j->time.steps_per_block = v->steps ? v->steps : 64;
    j->time.until = v->until;
    j->solver = mct_solver_options_default();
    if (!backend->host_memory) j->solver.kernel = v->device;
    snprintf(j->solver.backend, sizeof j->solver.backend, "%s", backend->name);
    j->species = bench_allocate(v->points, sizeof *j->species);
    j->tau = bench_allocate(v->points, sizeof *j->tau);
    j->mixture = bench_allocate(v->points, sizeof *j->mixture);
    j->statics = bench_allocate(v->points, sizeof *j->statics);
    j->results = bench_allocate(v->points, sizeof *j->results);
    j->F = bench_allocate(v->points * SPECIES * SPECIES * j->grid.points, sizeof *j->F);
    for (size_t p = 0; p < v->points; p++) {
        j->mixture[p] = mixture_of(v, p, j->species[p]);
        bench_try(j->context, mct_statics_create(j->context, &j->grid, SPECIES, &j->statics[p]));
        bench_try(j->context, mct_statics_compute(j->context, &structure, &j->grid, &j->mixture[p], j->statics[p]));
    }
    bench_try(j->context, mct_critical_point_create(j->context, &j->grid, SPECIES, &j->critical));
    return j;
}

static void job_destroy(job *j) {
    mct_critical_point_destroy(j->critical);
    for (size_t p = 0; p < j->points; p++) mct_statics_destroy(j->statics[p]);
    mct_context_destroy(j->context);
    free(j->mixture);
    free(j->species);
    free(j->tau);
    free(j->statics);
    free(j->results);
    free(j->F);
    free(j);
}

/* Of some points of a sweep, against one core with more steps; a glass has no tau, on either. */
static double error_of_samples(const job *j) {
    mct_evolution_options options = mct_evolution_options_default();
    job check = *j;
    double worst = 0.0;
    options.time.until = j->time.until;
    snprintf(options.solver.backend, sizeof options.solver.backend, "cpu");
    for (size_t s = 0; s < SAMPLES; s++) {
        const size_t p = (2 * s + 1) * j->points / (2 * SAMPLES);
        const mct_statics *const statics = j->statics[p];
        double tau;
        follow(&check, &options, 1, &statics, &tau, NULL);
        const double error = isnan(tau) && isnan(j->tau[p]) ? 0.0 : fabs(j->tau[p] / tau - 1.0);
        if (!(error <= worst)) worst = error;
    }
    return worst;
}

/* known: what one core found, or NULL. */
static double error_of(const variant *v, const job *j, const job *known) {
    const size_t n = SPECIES * SPECIES * v->N;
    double worst = 0.0;
    if (v->kind == CRITICAL && v->N == 100) return fabs(j->critical->packing_fraction - critical_known);
    if (v->kind == EVOLVE && v->spread) return error_of_samples(j);
    if (v->kind == EVOLVE && v->N == 100) return fabs(j->tau[0] / tau_known - 1.0);
    if (v->kind == EVOLVE && v->tau > 0.0) return fabs(j->tau[0] / v->tau - 1.0);
    if (!known) return NAN;
    if (v->kind == EVOLVE && isfinite(known->tau[0])) return fabs(j->tau[0] / known->tau[0] - 1.0);
    if (v->kind == CRITICAL) return fabs(j->critical->packing_fraction - known->critical->packing_fraction);
    for (size_t i = 0; i < v->points * n; i++) {
        const double S = j->statics[i / n]->structure_factor[i % n % v->N]; /* of the first species */
        const double error = fabs(j->F[i] - known->F[i]) / S;
        if (!(error <= worst)) worst = error;
    }
    return worst;
}

/* a sweep: 1e-5 is what n = 32 is taken for */
static const double error_max[] = {[GLASS] = 1.0e-9, [CRITICAL] = 1.0e-9, [EVOLVE] = 1.0e-6}, spread_error_max = 1.0e-5;

/* --- rows ------------------------------------------------------------------------------------------------------------ */

/* The last ones are of the device. */
static const bench_column columns[] = {{"case", "case", NULL},
                                       {"single_ms", "1 core ms", "%.2f"},
                                       {"all_ms", "all cores ms", "%.2f"},
                                       {"single_error", "error", "%.1e"},
                                       {"all_error", "error (all)", "%.1e"},
                                       {"device_ms", "device ms", "%.2f"},
                                       {"model_ms", "model ms", "%.2f"},
                                       {"steps", "steps", "%.0f"},
                                       {"evaluations", "evaluations", "%.0f"},
                                       {"device_error", "error (device)", "%.1e"},
                                       {"speed_up", "x all cores", "%.2f"}};
enum { COLUMNS = sizeof columns / sizeof *columns, CPU_COLUMNS = 5 };

/* Large batches take one core too long. */
static bool runs(const variant *v, const bench_machines *machines, size_t machine) {
    if (machine >= machines->count || (v->tau > 0.0 && machine != DEVICE)) return false;
    if (machine == DEVICE && v->spread && v->smoke) return false; /* simulated, it takes half a minute */
    if (machine == SINGLE && v->kind == EVOLVE && v->points > 2) return false;
    if (machine == ALL && v->kind == EVOLVE && v->points / (size_t)machines->threads[ALL] > 64) return false;
    return v->kind != EVOLVE || machines->backend[machine]->evolution;
}

/* Of runs in time on the device, from the steps and evaluations that they took. */
static double model_of(const variant *v, const job *j, const bench_machines *machines) {
    if (!j || v->kind != EVOLVE) return NAN;
    const bench_case c = {.algorithm = v->spread ? MCT_KERNEL_FACTORIZED : v->device,
                          .N = v->N,
                          .species = SPECIES,
                          .batch = v->points,
                          .rank_one = true};
    const bench_counts counts =
        bench_device_run_of(&c, j->time.steps_per_block, (double)j->steps, (double)j->evaluations);
    return bench_device_seconds(&counts, machines->copy, machines->peak);
}

static void row(const bench_options *options, bench_report *report, const bench_machines *machines, const variant *v) {
    char name[96];
    job *done[BENCH_COLUMNS] = {NULL};
    double seconds[BENCH_COLUMNS], error[BENCH_COLUMNS];
    snprintf(name, sizeof name, "%s/N%zu/points%zu%s", kind_name[v->kind], v->N, v->points,
             v->device == MCT_KERNEL_FACTORIZED ? "/blocks"
             : v->spread                        ? "/sweep"
                                                : "");
    if (!bench_selected(options, name)) return;
    for (size_t i = 0; i < BENCH_COLUMNS; i++) {
        seconds[i] = error[i] = NAN;
        if (!runs(v, machines, i)) continue;
        done[i] = job_create(v, machines->backend[i], machines->threads[i]);
        bench_task task = {.run = run_of[v->kind], .user = done[i]};
        bench_measure(1, &task, options->seconds);
        seconds[i] = task.minimum;
        error[i] = error_of(v, done[i], i > SINGLE ? done[SINGLE] : NULL);
        if (error[i] > (v->spread ? spread_error_max : error_max[v->kind])) {
            bench_report_failure(report, "%s: error %.2e on %s, at most %.0e is allowed", name, error[i],
                                 machines->backend[i]->name, v->spread ? spread_error_max : error_max[v->kind]);
        }
    }
    bench_report_row(report,
                     (bench_cell[COLUMNS]){{.text = name},
                                           {.number = 1.0e3 * seconds[SINGLE]},
                                           {.number = 1.0e3 * seconds[ALL]},
                                           {.number = error[SINGLE]},
                                           {.number = error[ALL]},
                                           {.number = 1.0e3 * seconds[DEVICE]},
                                           {.number = 1.0e3 * model_of(v, done[DEVICE], machines)},
                                           {.number = done[DEVICE] ? (double)done[DEVICE]->steps : (double)NAN},
                                           {.number = done[DEVICE] ? (double)done[DEVICE]->evaluations : (double)NAN},
                                           {.number = error[DEVICE]},
                                           {.number = seconds[ALL] / seconds[DEVICE]}});
    for (size_t i = 0; i < BENCH_COLUMNS; i++) {
        if (done[i]) job_destroy(done[i]);
    }
}

void bench_computations(const bench_options *options, bench_report *report, const bench_machines *machines) {
    const bool device = machines->count > DEVICE;
    bench_report_table(report, "computations", "Whole computations on every backend", device ? COLUMNS : CPU_COLUMNS,
                       columns);
    for (size_t v = 0; v < sizeof variants / sizeof *variants; v++) {
        if (options->extent == BENCH_SMOKE ? !variants[v].smoke : variants[v].N < 100) continue;
        row(options, report, machines, &variants[v]);
    }
    if (device && !machines->backend[DEVICE]->evolution) {
        bench_report_note(report, "%s has no evolution in time.", machines->backend[DEVICE]->name);
    }
}
