/* computations.c: whole computations on one core, on all cores and on a device: glass, critical point, correlators in time.
 *
 * Errors, on the grid of the literature: of phi_c and of tau_0.1 (passive, k = 7.4) against the reference values of
 * docs/theory.md; else, and of F: the largest difference to what one core finds, relative to S. */
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

/* One computation of `points` state points on one backend. */
typedef struct job {
    mct_context *context;
    mct_grid grid;
    size_t points;
    double until;
    mct_solver_options solver;
    mct_species species[SPECIES];
    mct_mixture *mixture; /* [points] */
    mct_statics **statics;
    double *F; /* [points][mm][N] */
    mct_glass_result *results;
    mct_critical_point *critical;
    double tau; /* of the first point */
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

static void run_evolve(void *user) {
    job *j = user;
    mct_evolution_options options = mct_evolution_options_default();
    mct_evolution *evolution;
    double *tau = bench_allocate(SPECIES * j->grid.points, sizeof *tau);
    options.solver = j->solver;
    options.time.steps_per_block = 64;
    options.time.order = 5;
    options.time.tolerance = 1.0e-10;
    options.time.until = j->until;
    bench_try(j->context, mct_evolution_create(j->context, &options, &j->grid, j->points,
                                               (const mct_statics *const *)j->statics, &evolution));
    bench_try(j->context, mct_evolution_run(evolution));
    bench_try(j->context, mct_evolution_check(evolution));
    mct_evolution_relaxation(evolution, 0, MCT_RELAXATION_TENTH, tau);
    j->tau = tau[PASSIVE * j->grid.points + mct_grid_nearest(&j->grid, 7.4)];
    for (size_t p = 0; p < j->points; p++) {
        mct_evolution_last(evolution, p, j->F + p * SPECIES * SPECIES * j->grid.points);
    }
    mct_evolution_destroy(evolution);
    free(tau);
}

/* --- cases --------------------------------------------------------------------------------------------------------- */

typedef enum kind { GLASS, CRITICAL, EVOLVE } kind;

typedef struct variant {
    kind kind;
    size_t N, points;
    double packing_fraction, step, until; /* of point p: packing_fraction + p step / points */
    bool smoke;
    mct_kernel_algorithm device; /* of the memory kernel on the device */
} variant;

/* smoke: the only ones of the shortest extent; there a simulated device takes part. */
static const variant variants[] = {{EVOLVE, 16, 2, 0.515, -0.01, 1.0e-5, true, MCT_KERNEL_AUTO},
                                   {EVOLVE, 16, 2, 0.515, -0.01, 1.0e-5, true, MCT_KERNEL_FACTORIZED},
                                   {GLASS, 100, 1, 0.53, 0.0, 0.0, true, MCT_KERNEL_AUTO},
                                   {GLASS, 100, 64, 0.53, 0.015, 0.0, false, MCT_KERNEL_AUTO},
                                   {GLASS, 1000, 16, 0.53, 0.015, 0.0, false, MCT_KERNEL_AUTO},
                                   {GLASS, 4096, 1, 0.53, 0.0, 0.0, false, MCT_KERNEL_AUTO},
                                   {CRITICAL, 100, 1, 0.5, 0.0, 0.0, true, MCT_KERNEL_AUTO},
                                   {CRITICAL, 1000, 1, 0.5, 0.0, 0.0, false, MCT_KERNEL_AUTO},
                                   {EVOLVE, 100, 1, 0.515, 0.0, 2.0e5, false, MCT_KERNEL_AUTO},
                                   {EVOLVE, 100, 64, 0.515, -0.01, 2.0e5, false, MCT_KERNEL_AUTO},
                                   {EVOLVE, 100, 1024, 0.515, -0.01, 2.0e5, false, MCT_KERNEL_AUTO},
                                   {EVOLVE, 100, 64, 0.515, -0.01, 2.0e5, false, MCT_KERNEL_FACTORIZED},
                                   {EVOLVE, 100, 1024, 0.515, -0.01, 2.0e5, false, MCT_KERNEL_FACTORIZED},
                                   {EVOLVE, 1000, 1, 0.515, 0.0, 2.0e5, false, MCT_KERNEL_AUTO},
                                   {EVOLVE, 4096, 1, 0.515, 0.0, 2.0e5, false, MCT_KERNEL_AUTO}};

static const char *const kind_name[] = {"glass", "critical", "evolve"};
static void (*const run_of[])(void *) = {run_glass, run_critical, run_evolve};

/* N = 100 is the literature's grid, of the known values; the others are fine, with the same cut-off. */
static job *job_create(const variant *v, const mct_backend *backend, int threads) {
    job *j = bench_allocate(1, sizeof *j);
    const mct_structure_options structure = mct_structure_options_default();
    bench_try(NULL, mct_context_create(&j->context));
    mct_context_set_threads(j->context, threads);
    j->grid = mct_grid_default();
    if (v->N != j->grid.points) j->grid = (mct_grid){v->N, 40.0 / (double)v->N, MCT_QUADRATURE_CORRECTED};
    j->points = v->points;
    j->until = v->until;
    j->solver = mct_solver_options_default();
    if (!backend->host_memory) j->solver.kernel = v->device;
    snprintf(j->solver.backend, sizeof j->solver.backend, "%s", backend->name);
    for (size_t a = 0; a < SPECIES; a++) {
        j->species[a] = (mct_species){.fraction = 0.5, .activity = 1.0, .diffusivity = 1.0, .diameter = 1.0};
        snprintf(j->species[a].name, sizeof j->species[a].name, "%s", a ? "passive" : "active");
    }
    j->mixture = bench_allocate(v->points, sizeof *j->mixture);
    j->statics = bench_allocate(v->points, sizeof *j->statics);
    j->results = bench_allocate(v->points, sizeof *j->results);
    j->F = bench_allocate(v->points * SPECIES * SPECIES * j->grid.points, sizeof *j->F);
    for (size_t p = 0; p < v->points; p++) {
        const double phi = v->packing_fraction + v->step * (double)p / (double)v->points;
        j->mixture[p] = (mct_mixture){phi, SPECIES, j->species};
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
    free(j->statics);
    free(j->results);
    free(j->F);
    free(j);
}

/* known: what one core found, or NULL. */
static double error_of(const variant *v, const job *j, const job *known) {
    const size_t n = SPECIES * SPECIES * v->N;
    double worst = 0.0;
    if (v->kind == CRITICAL && v->N == 100) return fabs(j->critical->packing_fraction - critical_known);
    if (v->kind == EVOLVE && v->N == 100) return fabs(j->tau / tau_known - 1.0);
    if (!known) return NAN;
    if (v->kind == CRITICAL) return fabs(j->critical->packing_fraction - known->critical->packing_fraction);
    for (size_t i = 0; i < v->points * n; i++) {
        const double S = j->statics[i / n]->structure_factor[i % n % v->N]; /* of the first species */
        const double error = fabs(j->F[i] - known->F[i]) / S;
        if (!(error <= worst)) worst = error;
    }
    return worst;
}

static const double error_max[] = {[GLASS] = 1.0e-9, [CRITICAL] = 1.0e-9, [EVOLVE] = 1.0e-6};

/* --- rows ------------------------------------------------------------------------------------------------------------ */

/* The last ones are of the device. */
static const bench_column columns[] = {{"case", "case", NULL},
                                       {"single_ms", "1 core ms", "%.2f"},
                                       {"all_ms", "all cores ms", "%.2f"},
                                       {"single_error", "error", "%.1e"},
                                       {"all_error", "error (all)", "%.1e"},
                                       {"device_ms", "device ms", "%.2f"},
                                       {"device_error", "error (device)", "%.1e"},
                                       {"speed_up", "x all cores", "%.2f"}};
enum { COLUMNS = sizeof columns / sizeof *columns, CPU_COLUMNS = 5 };

/* Large batches take one core too long. */
static bool runs(const variant *v, const bench_machines *machines, size_t machine) {
    if (machine >= machines->count) return false;
    if (machine == SINGLE && v->kind == EVOLVE && v->points > 2) return false;
    if (machine == ALL && v->kind == EVOLVE && v->points / (size_t)machines->threads[ALL] > 64) return false;
    return v->kind != EVOLVE || machines->backend[machine]->evolution;
}

static void row(const bench_options *options, bench_report *report, const bench_machines *machines, const variant *v) {
    char name[96];
    job *done[BENCH_COLUMNS] = {NULL};
    double seconds[BENCH_COLUMNS], error[BENCH_COLUMNS];
    snprintf(name, sizeof name, "%s/N%zu/points%zu%s", kind_name[v->kind], v->N, v->points,
             v->device == MCT_KERNEL_FACTORIZED ? "/blocks" : "");
    if (!bench_selected(options, name)) return;
    for (size_t i = 0; i < BENCH_COLUMNS; i++) {
        seconds[i] = error[i] = NAN;
        if (!runs(v, machines, i)) continue;
        done[i] = job_create(v, machines->backend[i], machines->threads[i]);
        bench_task task = {.run = run_of[v->kind], .user = done[i]};
        bench_measure(1, &task, options->seconds);
        seconds[i] = task.minimum;
        error[i] = error_of(v, done[i], i > SINGLE ? done[SINGLE] : NULL);
        if (error[i] > error_max[v->kind]) {
            bench_report_failure(report, "%s: error %.2e on %s, at most %.0e is allowed", name, error[i],
                                 machines->backend[i]->name, error_max[v->kind]);
        }
    }
    bench_report_row(report, (bench_cell[COLUMNS]){{.text = name},
                                                   {.number = 1.0e3 * seconds[SINGLE]},
                                                   {.number = 1.0e3 * seconds[ALL]},
                                                   {.number = error[SINGLE]},
                                                   {.number = error[ALL]},
                                                   {.number = 1.0e3 * seconds[DEVICE]},
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
