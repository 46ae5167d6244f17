/* states.c: glass and critical points: time, evaluations, residual; what they cost beyond the bare evaluations.
 *
 * The known values are those of docs/theory.md, "Reference values": F at k = 7.4 for the mixture of phi = 0.524, lambda = 1.02 and
 * phi_c of lambda = 1, on the literature's grid; on the fine grid phi_c converged (right to 1e-9 there). */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "apmct/critical.h"
#include "bench.h"

typedef struct setup {
    const char *name;
    mct_grid grid;
    double critical; /* phi_c at lambda = 1 */
    double F[4];     /* at k = 7.4, phi = 0.524, lambda = 1.02; NaN: not known */
} setup;

static const setup setups[] = {
    {"N100", {100, 0.4, MCT_QUADRATURE_RIEMANN}, 0.515912134119, {1.659262040, 0.825716296, 0.832797021, 1.677297210}},
    {"N1000-corrected", {1000, 0.08, MCT_QUADRATURE_CORRECTED}, 0.5158142406, {NAN, NAN, NAN, NAN}},
};

static const bench_column columns[] = {{"case", "case", NULL},
                                       {"minimum_ms", "min ms", "%.3f"},
                                       {"median_ms", "median ms", "%.3f"},
                                       {"points", "points", "%.0f"},
                                       {"evaluations", "evaluations", "%.0f"},
                                       {"apply_us", "apply us", "%.2f"},
                                       {"overhead", "x apply", "%.2f"},
                                       {"residual", "residual", "%.1e"},
                                       {"eigenvalue", "eigenvalue", "%.6f"},
                                       {"packing_fraction_critical", "phi_c", "%.12f"},
                                       {"error", "error", "%.1e"},
                                       {"kernel", NULL, NULL},
                                       {"state", NULL, NULL}};

/* --- what runs --------------------------------------------------------------------------------------------------- */

enum { SPECIES = 2, POINTS_MAX = 16 };

typedef struct job {
    mct_context *context;
    mct_glass_options options;
    const setup *setup;
    mct_species species[SPECIES];
    mct_mixture mixture[POINTS_MAX];
    size_t points; /* 0: the critical point of mixture[0] */
    double *F;
    mct_glass_result results[POINTS_MAX];
    mct_critical_point *critical, *start; /* start: NULL, from nothing */
    mct_kernel_algorithm algorithm;
} job;

static void solve(void *user) {
    job *j = user;
    const mct_grid *grid = &j->setup->grid;
    if (j->points) {
        bench_try(j->context, mct_glass_solve(j->context, &j->options, grid, j->points, j->mixture, j->F, j->results,
                                              &j->algorithm, NULL));
    } else {
        bench_try(j->context,
                  mct_critical_packing_fraction(j->context, &j->options, grid, &j->mixture[0], j->start, j->critical));
    }
}

static job *job_create(const setup *s, size_t points, double packing_fraction, double activity, int threads) {
    job *j = bench_allocate(1, sizeof *j);
    bench_try(NULL, mct_context_create(&j->context));
    mct_context_set_threads(j->context, threads);
    j->options = mct_glass_options_default();
    j->setup = s;
    j->points = points;
    for (size_t a = 0; a < SPECIES; a++) {
        j->species[a] =
            (mct_species){.fraction = 0.5, .activity = a ? 1.0 : activity, .diffusivity = 1.0, .diameter = 1.0};
        snprintf(j->species[a].name, sizeof j->species[a].name, "%s", a ? "passive" : "active");
    }
    for (size_t p = 0; p < POINTS_MAX; p++) {
        j->mixture[p] = (mct_mixture){
            .packing_fraction = packing_fraction + 1.0e-3 * (double)p, .species_count = SPECIES, .species = j->species};
    }
    bench_try(j->context, mct_critical_point_create(j->context, &s->grid, SPECIES, &j->critical));
    j->F = bench_allocate((points ? points : 1) * SPECIES * SPECIES * s->grid.points, sizeof *j->F);
    return j;
}

static void job_destroy(job *j) {
    mct_critical_point_destroy(j->critical);
    mct_critical_point_destroy(j->start);
    mct_context_destroy(j->context);
    free(j->F);
    free(j);
}

/* --- a bare evaluation, for comparison: one point, one thread ------------------------------------------------------ */

typedef struct bare {
    mct_kernel *kernel;
    double *F, *M;
} bare;

static void apply(void *user) {
    bare *b = user;
    bench_try(NULL, mct_kernel_apply(b->kernel, 0, 1, b->F, b->M));
}

static bare bare_create(const job *j) {
    const mct_grid *grid = &j->setup->grid;
    const size_t count = SPECIES * SPECIES * grid->points;
    bare b = {.F = bench_allocate(count, sizeof(double)), .M = bench_allocate(count, sizeof(double))};
    mct_statics *statics;
    bench_try(j->context, mct_statics_create(j->context, grid, SPECIES, &statics));
    bench_try(j->context, mct_statics_compute(j->context, &j->options.structure, grid, &j->mixture[0], statics));
    bench_try(j->context,
              mct_kernel_create_shared(j->context, grid, SPECIES, 1, &j->options.solver, 1, NULL, &b.kernel));
    bench_try(j->context, mct_kernel_set_statics(b.kernel, 0, statics));
    for (size_t i = 0; i < count; i++) b.F[i] = statics->structure_factor[i];
    mct_statics_destroy(statics);
    return b;
}

static void bare_destroy(bare *b) {
    mct_kernel_destroy(b->kernel);
    free(b->F);
    free(b->M);
}

/* --- rows -------------------------------------------------------------------------------------------------------- */

/* Largest |F - known| at k = 7.4. */
static double error_of_F(const job *j) {
    const size_t N = j->setup->grid.points, q = mct_grid_nearest(&j->setup->grid, 7.4);
    double worst = 0.0;
    for (size_t c = 0; c < SPECIES * SPECIES; c++) {
        const double error = fabs(j->F[c * N + q] - j->setup->F[c]);
        if (!(error <= worst)) worst = error;
    }
    return worst;
}

/* error: of F or phi_c; error_max: more is a failure.  Returns phi_c, of a critical point. */
static double report_job(const bench_options *options, bench_report *report, const char *name, job *j, bool known,
                         double error_max) {
    if (!bench_selected(options, name)) return (double)NAN;
    bare b = bare_create(j);
    bench_task tasks[] = {{.run = solve, .user = j}, {.run = apply, .user = &b}};
    bench_measure(2, tasks, options->seconds);
    bare_destroy(&b);
    double evaluations = 0.0, residual = 0.0, eigenvalue = -INFINITY, error = (double)NAN;
    for (size_t p = 0; p < j->points; p++) {
        const mct_glass_result *r = &j->results[p];
        evaluations += (double)r->evaluations;
        residual = r->residual > residual ? r->residual : residual;
        eigenvalue = r->eigenvalue > eigenvalue ? r->eigenvalue : eigenvalue;
        if (r->state != MCT_GLASS || !(r->eigenvalue < 1.0) || !(r->residual <= j->options.solver.tolerance)) {
            bench_report_failure(report, "%s: point %zu is %s, residual %.2e, eigenvalue %.9f", name, p,
                                 mct_state_name(r->state), r->residual, r->eigenvalue);
        }
    }
    if (!j->points) {
        evaluations = (double)j->critical->evaluations;
        residual = eigenvalue = (double)NAN;
    }
    if (known) error = j->points ? error_of_F(j) : fabs(j->critical->packing_fraction - j->setup->critical);
    bench_report_row(report, (bench_cell[]){{.text = name},
                                            {.number = 1.0e3 * tasks[0].minimum},
                                            {.number = 1.0e3 * tasks[0].median},
                                            {.number = (double)(j->points ? j->points : 1)},
                                            {.number = evaluations},
                                            {.number = 1.0e6 * tasks[1].minimum},
                                            {.number = tasks[0].minimum / (evaluations * tasks[1].minimum)},
                                            {.number = residual},
                                            {.number = eigenvalue},
                                            {.number = j->points ? (double)NAN : j->critical->packing_fraction},
                                            {.number = error},
                                            {.text = mct_kernel_algorithm_name(j->algorithm)},
                                            {.text = j->points ? "glass" : "critical"}});
    if (error > error_max)
        bench_report_failure(report, "%s: error %.2e, at most %.0e is allowed", name, error, error_max);
    return j->points ? (double)NAN : j->critical->packing_fraction;
}

static void states_of(const bench_options *options, bench_report *report, const setup *s) {
    const bool has_F = !isnan(s->F[0]);
    char name[96];
    for (int t = 0; t < (options->threads > 1 ? 2 : 1); t++) {
        const int threads = t ? options->threads : 1;
        job *j = job_create(s, 1, 0.524, 1.02, threads);
        snprintf(name, sizeof name, "glass/phi0.524/lambda1.02/%s/threads%d", s->name, threads);
        report_job(options, report, name, j, has_F, 1.0e-9);
        job_destroy(j);

        j = job_create(s, POINTS_MAX, 0.53, 1.02, threads);
        snprintf(name, sizeof name, "glass/phi0.53-0.545/lambda1.02/%s/threads%d", s->name, threads);
        report_job(options, report, name, j, false, 0.0);
        job_destroy(j);
    }
    job *j = job_create(s, 0, 0.5, 1.0, 1); /* from a packing fraction that is nowhere near */
    snprintf(name, sizeof name, "critical/lambda1/%s/threads1", s->name);
    const double found = report_job(options, report, name, j, true, has_F ? 1.0e-11 : 2.0e-9);
    job_destroy(j);

    /* the same from the critical point of activity 1.15, a step as in a scan of the literature */
    j = job_create(s, 0, 0.5, 1.0, 1);
    bench_try(j->context, mct_critical_point_create(j->context, &s->grid, SPECIES, &j->start));
    j->species[0].activity = 1.15;
    bench_try(j->context,
              mct_critical_packing_fraction(j->context, &j->options, &s->grid, &j->mixture[0], NULL, j->start));
    j->species[0].activity = 1.0;
    snprintf(name, sizeof name, "critical-warm/lambda1/%s/threads1", s->name);
    report_job(options, report, name, j, true, has_F ? 1.0e-11 : 2.0e-9);
    job_destroy(j);

    j = job_create(s, 1, (isnan(found) ? s->critical : found) * (1.0 + 1.0e-6), 1.0, 1);
    snprintf(name, sizeof name, "glass/epsilon1e-6/lambda1/%s/threads1", s->name);
    report_job(options, report, name, j, false, 0.0);
    job_destroy(j);
}

void bench_states(const bench_options *options, bench_report *report) {
    const size_t count = options->extent == BENCH_SMOKE ? 1 : sizeof setups / sizeof *setups;
    bench_report_table(report, "state", "Glass and critical points", sizeof columns / sizeof *columns, columns);
    for (size_t s = 0; s < count; s++) states_of(options, report, &setups[s]);
}
