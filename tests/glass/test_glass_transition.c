/* test_glass_transition.c: glass or fluid next to the transition, and failures with a name. */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "reference/support.h"

enum { N = 100 };

static const double half[] = {0.5, 0.5};

/* Glass or fluid at phi_c (1 + epsilon), |epsilon| given, on both sides. */
static void expect_sides(const mct_mixture *mixture, double critical, double epsilon, double tolerance) {
    for (int side = -1; side <= 1; side += 2) {
        mct_context *context = support_context(1);
        mct_grid grid = mct_grid_default();
        mct_glass_options options = mct_glass_options_default();
        mct_glass_result result;
        mct_mixture moved = *mixture;
        double F[4 * N];
        moved.packing_fraction = critical * (1.0 + side * epsilon);
        options.solver.tolerance = tolerance;
        cr_expect_eq(mct_glass_solve(context, &options, &grid, 1, &moved, F, &result, NULL, NULL), MCT_OK, "%s",
                     mct_context_error(context));
        cr_expect_eq(result.state, side > 0 ? MCT_GLASS : MCT_FLUID, "epsilon = %g, tolerance = %g, residual = %g",
                     side * epsilon, tolerance, result.residual);
        cr_expect(result.evaluations < 600, "hundreds, not thousands: %lu", result.evaluations);
        mct_context_destroy(context);
    }
}

Test(glass, the_ghost_of_the_fold_is_told_from_a_solution) {
    /* just below the fold a residual as small as epsilon stays, and accelerated iterations stop there */
    const double all[] = {1.0}, lambdas[] = {1.0, 3.0, 10.0};
    for (size_t m = 1; m <= 2; m++)
        for (size_t l = 0; l < sizeof lambdas / sizeof *lambdas; l++) {
            mct_context *context = support_context(1);
            mct_grid grid = mct_grid_default();
            mct_species species[2];
            const double activities[] = {lambdas[l], 1.0};
            mct_mixture mixture = support_mixture(species, 0.55, m, m == 1 ? all : half, activities);
            mct_glass_options options = mct_glass_options_default();
            mct_critical_point *critical;
            cr_assert_eq(mct_critical_point_create(context, &grid, m, &critical), MCT_OK);
            cr_assert_eq(mct_critical_packing_fraction(context, &options, &grid, &mixture, NULL, critical), MCT_OK);
            const double epsilons[] = {1e-2, 1e-4, 1e-6, 1e-8, 1e-9, 5e-10, 1e-10};
            for (size_t e = 0; e < sizeof epsilons / sizeof *epsilons; e++)
                expect_sides(&mixture, critical->packing_fraction, epsilons[e], 1e-12);
            /* a loose tolerance does not make a glass of a fluid */
            for (int t = 2; t < 8; t++)
                expect_sides(&mixture, critical->packing_fraction, pow(10.0, -t - 1), pow(10.0, -t));
            expect_sides(&mixture, critical->packing_fraction, 0.05, 1e-2);
            mct_critical_point_destroy(critical);
            mct_context_destroy(context);
        }
}

Test(glass, dense_mixtures_melt_and_freeze_again) {
    /* fluid, glass, fluid, glass with growing packing fraction; from 0.798735 to 0.799389 there are two glasses, and a fold of
     * the other one.  What plain iteration says of every state */
    const struct {
        double packing_fraction;
        mct_state state;
    } cases[] = {{0.766785, MCT_FLUID}, {0.770779, MCT_GLASS},   {0.776051, MCT_GLASS}, {0.782760, MCT_FLUID},
                 {0.790747, MCT_FLUID}, {0.79873344, MCT_FLUID}, {0.798737, MCT_GLASS}, {0.798815, MCT_GLASS},
                 {0.799374, MCT_GLASS}, {0.799414, MCT_GLASS},   {0.806722, MCT_GLASS}};
    const double fractions[] = {0.30136774589294324, 0.69863225410705676};
    const double activities[] = {2.5846236394926039, 6.345615382709104};
    mct_context *context = support_context(1);
    mct_grid grid = mct_grid_default();
    mct_glass_options options = mct_glass_options_default();
    for (size_t n = 0; n < sizeof cases / sizeof *cases; n++) {
        mct_species species[2];
        mct_mixture mixture = support_mixture(species, cases[n].packing_fraction, 2, fractions, activities);
        mct_glass_result result;
        double F[4 * N];
        cr_expect_eq(mct_glass_solve(context, &options, &grid, 1, &mixture, F, &result, NULL, NULL), MCT_OK, "%s",
                     mct_context_error(context));
        cr_expect_eq(result.state, cases[n].state, "%.9f told %s (fold at %.9f)", cases[n].packing_fraction,
                     mct_state_name(result.state), result.packing_fraction_critical);
    }
    mct_context_destroy(context);
}

Test(glass, non_finite_values_are_named) {
    mct_context *context = support_context(1);
    mct_grid grid = mct_grid_default();
    mct_species species[2];
    mct_mixture mixture = support_mixture(species, 0.55, 2, half, NULL);
    mct_glass_options options = mct_glass_options_default();
    mct_glass_result result;
    double F[4 * N];
    species[0].diffusivity = 1e200;
    cr_expect_eq(mct_glass_solve(context, &options, &grid, 1, &mixture, F, &result, NULL, NULL), MCT_NON_FINITE);
    cr_expect(strstr(mct_context_error(context), "point 0") && strstr(mct_context_error(context), "wave number 0.2"),
              "%s", mct_context_error(context));
    mct_context_destroy(context);
}
