/* test_evolution_coarse.c: large grids, whose steps a coarse grid foretells (cpu/evolution/coarse.h), against the
 * same without it. */
#include "evolution/evolution_fixture.h"
#include "evolution/evolution_internal.h"

/* The memory kernel of the library as one of the user's own, for which there is no coarse grid. */
static void plain_kernel(void *user, size_t point, const double *F, const double *G, bool linear, double *M) {
    (void)linear;
    mct_kernel *const kernel = user;
    kernel->backend->apply(kernel->state, point, 1, F, G, M);
}

static mct_evolution *plain_evolution(mct_context *context, const mct_evolution_options *options, const mct_grid *grid,
                                      const mct_mixture *mixture, mct_kernel **kernel) {
    mct_statics *const statics = statics_of(context, grid, mixture);
    mct_evolution *evolution = NULL;
    cr_assert_eq(mct_kernel_create(context, grid, mixture->species_count, 1, &options->solver, kernel), MCT_OK);
    cr_assert_eq(mct_kernel_set_statics(*kernel, 0, statics), MCT_OK);
    const mct_evolution_matrices matrices = {
        .S = statics->structure_factor, .Gamma = statics->relaxation_rate, .W_inverse = statics->frequency_inverse};
    cr_assert_eq(mct_evolution_create_custom(context, options, grid->points, mixture->species_count, 1, &matrices,
                                             plain_kernel, *kernel, &evolution),
                 MCT_OK, "%s", mct_context_error(context));
    mct_statics_destroy(statics);
    return evolution;
}

static mct_grid large_grid(size_t N, mct_quadrature quadrature) {
    return (mct_grid){.points = N, .spacing = 40.0 / (double)N, .quadrature = quadrature};
}

static const struct {
    const char *name;
    size_t N, species;
    double phi, activity, tolerance;
    mct_quadrature quadrature;
} cases[] = {{"close to the transition", 1000, 2, 0.5157, 1.0, 1e-10, MCT_QUADRATURE_RIEMANN},
             {"active", 1203, 2, 0.60, 3.0, 1e-10, MCT_QUADRATURE_RIEMANN},
             {"corrected, of fluid density", 1001, 2, 0.45, 2.0, 1e-9, MCT_QUADRATURE_CORRECTED},
             {"one species", 1000, 1, 0.515, 1.0, 1e-10, MCT_QUADRATURE_RIEMANN},
             {"coarsely solved", 800, 2, 0.50, 1.5, 1e-4, MCT_QUADRATURE_RIEMANN}};

Test(evolution_coarse, values_are_those_of_the_fine_grid_alone) {
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        mct_context *const context = support_context(1);
        const mct_grid grid = large_grid(cases[c].N, cases[c].quadrature);
        mct_species species[SPECIES_MAX];
        const double activity[] = {cases[c].activity, 1.0}, one[] = {1.0};
        const mct_mixture mixture =
            support_mixture(species, cases[c].phi, cases[c].species, cases[c].species == 1 ? one : half, activity);
        mct_evolution_options options = mct_evolution_options_default();
        options.time.tolerance = cases[c].tolerance;
        options.time.until = 1e4;
        mct_kernel *kernel = NULL;
        mct_evolution *const evolution = evolution_of(context, &options, &grid, 1, &mixture);
        mct_evolution *const alone = plain_evolution(context, &options, &grid, &mixture, &kernel);
        record rows = {.n = cases[c].species * cases[c].species * grid.points}, expected = {.n = rows.n};
        mct_evolution_set_sink(evolution, record_row, &rows);
        mct_evolution_set_sink(alone, record_row, &expected);
        cr_assert_eq(mct_evolution_run(evolution), MCT_OK);
        cr_assert_eq(mct_evolution_run(alone), MCT_OK);
        cr_assert_eq(mct_evolution_check(evolution), MCT_OK, "%s", mct_context_error(context));
        cr_assert_eq(rows.count[0], expected.count[0], "%s", cases[c].name);
        double worst = 0.0;
        for (size_t i = 0; i < rows.count[0] * rows.n; i++) {
            worst = fmax(worst, fabs(rows.phi[0][i] - expected.phi[0][i]));
        }
        /* Two solutions within the tolerance.  What a residual makes of later values is amplified by 2/|eps| at most
         * (docs/theory.md), 5000 in the first case and 1100 for one species; 10 was seen with two species, 100 with one. */
        cr_expect(worst < 300.0 * cases[c].tolerance, "%s: %.3e", cases[c].name, worst);
        /* One evaluation per step, one more for each block of 32 steps, 45 for the start.  (One species: M is as k^4, which the
         * interpolation does not know.) */
        const mct_evolution_point point = mct_evolution_look(evolution, 0);
        const double per_step = cases[c].species == 1 ? 1.5 : 1.2;
        cr_expect((double)point.evaluations < per_step * (double)point.steps + 45.0, "%s: %lu evaluations of %lu steps",
                  cases[c].name, point.evaluations, point.steps);
        mct_evolution_destroy(evolution);
        mct_evolution_destroy(alone);
        mct_kernel_destroy(kernel);
        record_clear(&rows);
        record_clear(&expected);
        mct_context_destroy(context);
    }
}

/* Steps after which a run is stopped: within a tile, at its end, at the end of what is looked ahead to, of a block. */
static const unsigned long stops[] = {1, 6, 4, 5, 17, 31};

Test(evolution_coarse, stopped_runs_go_on_bit_for_bit) {
    mct_context *const context = support_context(1);
    const mct_grid grid = large_grid(1000, MCT_QUADRATURE_RIEMANN);
    mct_species species[SPECIES_MAX];
    const double activity[] = {2.0, 1.0};
    const mct_mixture mixture = support_mixture(species, 0.55, 2, half, activity);
    const mct_evolution_options options = mct_evolution_options_default();
    mct_evolution *const whole = evolution_of(context, &options, &grid, 1, &mixture);
    mct_evolution *stopped = evolution_of(context, &options, &grid, 1, &mixture);
    const size_t n = 4 * grid.points;
    double *const phi = malloc(2 * n * sizeof *phi);
    cr_assert_not_null(phi);
    for (size_t s = 0; s < sizeof stops / sizeof *stops; s++) {
        size_t running;
        cr_assert_eq(mct_evolution_advance(whole, stops[s], &running), MCT_OK);
        cr_assert_eq(mct_evolution_advance(stopped, stops[s], &running), MCT_OK);
        const size_t size = mct_evolution_state_size(stopped);
        void *const state = malloc(size);
        cr_assert_not_null(state);
        mct_evolution_save(stopped, state);
        mct_evolution_destroy(stopped);
        stopped = evolution_of(context, &options, &grid, 1, &mixture);
        cr_assert_eq(mct_evolution_restore(stopped, state, size), MCT_OK, "%s", mct_context_error(context));
        free(state);
        cr_assert_eq(mct_evolution_advance(whole, 3, &running), MCT_OK);
        cr_assert_eq(mct_evolution_advance(stopped, 3, &running), MCT_OK);
        mct_evolution_last(whole, 0, phi);
        mct_evolution_last(stopped, 0, phi + n);
        cr_expect_arr_eq(phi, phi + n, n * sizeof *phi, "stop %zu", s);
        cr_expect_eq(mct_evolution_look(whole, 0).evaluations, mct_evolution_look(stopped, 0).evaluations);
    }
    free(phi);
    mct_evolution_destroy(whole);
    mct_evolution_destroy(stopped);
    mct_context_destroy(context);
}

/* Phi of two points after 70 steps by some threads. */
static void run_by(int threads, size_t count, double *phi) {
    mct_context *const context = support_context(threads);
    const mct_grid grid = large_grid(1600, MCT_QUADRATURE_RIEMANN); /* large enough for a team at each point */
    mct_species species[2][SPECIES_MAX];
    const double activity[] = {2.0, 1.0};
    const mct_mixture mixtures[] = {support_mixture(species[0], 0.50, 2, half, activity),
                                    support_mixture(species[1], 0.55, 2, half, activity)};
    const mct_evolution_options options = mct_evolution_options_default();
    mct_evolution *const evolution = evolution_of(context, &options, &grid, count, mixtures);
    size_t running;
    cr_assert_eq(mct_evolution_advance(evolution, 70, &running), MCT_OK);
    for (size_t p = 0; p < count; p++) mct_evolution_last(evolution, p, phi + p * 4 * grid.points);
    mct_evolution_destroy(evolution);
    mct_context_destroy(context);
}

Test(evolution_coarse, threads_do_not_change_a_bit) {
    enum { ROW = 4 * 1600 };
    double *const phi = malloc(6 * ROW * sizeof *phi);
    cr_assert_not_null(phi);
    run_by(1, 2, phi);
    run_by(2, 2, phi + 2 * ROW); /* a thread per point */
    run_by(3, 1, phi + 4 * ROW); /* a team */
    run_by(3, 2, phi + 4 * ROW);
    cr_expect_arr_eq(phi, phi + 2 * ROW, 2 * ROW * sizeof *phi);
    cr_expect_arr_eq(phi, phi + 4 * ROW, 2 * ROW * sizeof *phi);
    free(phi);
}

Test(evolution_coarse, what_is_not_finite_is_announced) {
    mct_context *const context = support_context(1);
    const mct_grid grid = large_grid(1000, MCT_QUADRATURE_RIEMANN);
    mct_species species[SPECIES_MAX];
    const double activity[] = {2.0, 1.0};
    const mct_mixture mixture = support_mixture(species, 0.55, 2, half, activity);
    const mct_evolution_options options = mct_evolution_options_default();
    for (size_t q = 100; q < 104; q++) { /* one of them is a coarse wave number */
        mct_statics *const statics = statics_of(context, &grid, &mixture);
        const mct_statics *const points[] = {statics};
        statics->relaxation_rate[q] = NAN;
        mct_evolution *evolution = NULL;
        size_t running;
        cr_assert_eq(mct_evolution_create(context, &options, &grid, 1, points, &evolution), MCT_OK);
        cr_assert_eq(mct_evolution_advance(evolution, 2, &running), MCT_OK);
        cr_expect_eq(running, 0);
        cr_expect_neq(mct_evolution_check(evolution), MCT_OK);
        mct_evolution_destroy(evolution);
        mct_statics_destroy(statics);
    }
    mct_context_destroy(context);
}
