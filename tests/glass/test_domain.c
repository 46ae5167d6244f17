/* test_domain.c: where the equations leave their domain: far apart activities and diffusivities.  The states are
 * those of an independent program, which iterates F = G(F) plainly to a residual of 1e-12. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apmct/apmct.h"
#include "numeric/host_matrix.h"
#include "reference/support.h"

static const double fractions[] = {0.7736, 0.2264}, activities[] = {13.558, 1.0};

/* The glass of these mixtures at packing fraction 0.7226; f of the second species, the largest, into *largest. */
static mct_status glass_of(mct_context *context, double one, double two, double *largest, char message[320]) {
    const mct_grid grid = mct_grid_default();
    const mct_glass_options options = mct_glass_options_default();
    const mct_structure_options structure = mct_structure_options_default();
    mct_species species[2];
    mct_mixture mixture = support_mixture(species, 0.7226, 2, fractions, activities);
    double *F = calloc(4 * grid.points, sizeof *F);
    mct_statics *statics = NULL;
    mct_glass_result result;
    species[0].diffusivity = one;
    species[1].diffusivity = two;
    const mct_status status = mct_glass_solve(context, &options, &grid, 1, &mixture, F, &result, NULL, NULL);
    snprintf(message, 320, "%s", result.message);
    cr_assert_eq(mct_statics_create(context, &grid, 2, &statics), MCT_OK);
    cr_assert_eq(mct_statics_compute(context, &structure, &grid, &mixture, statics), MCT_OK);
    *largest = 0.0;
    for (size_t q = 0; q < grid.points; q++) {
        *largest = fmax(*largest, F[3 * grid.points + q] / statics->structure_factor[3 * grid.points + q]);
    }
    mct_statics_destroy(statics);
    free(F);
    return status;
}

Test(domain, glasses_of_near_diffusivities_are_sound) {
    mct_context *context = support_context(1);
    char message[320];
    double f;
    cr_expect_eq(glass_of(context, 1.0, 1.0, &f, message), MCT_OK, "%s", message);
    cr_expect(fabs(f - 0.9912) < 1e-4, "%.6f", f);
    cr_expect_eq(glass_of(context, 1.0, 0.5, &f, message), MCT_OK, "%s", message);
    cr_expect(fabs(f - 0.9908) < 1e-4, "%.6f", f);
    mct_context_destroy(context);
}

Test(domain, solutions_with_f_outside_are_unphysical) {
    mct_context *context = support_context(1);
    char message[320];
    double f;
    cr_expect_eq(glass_of(context, 1.0, 0.2, &f, message), MCT_UNPHYSICAL, "%s", message);
    cr_expect(fabs(f - 2.131) < 1e-3, "%.6f", f);
    cr_expect_eq(glass_of(context, 2.236, 0.2414, &f, message), MCT_UNPHYSICAL, "%s", message);
    cr_expect(fabs(f - 1.1960) < 1e-4, "%.6f", f);
    cr_expect(strstr(message, "species 1 is 1.196"), "%s", message);
    cr_expect(strstr(message, "wave number"), "%s", message);
    mct_context_destroy(context);
}

enum { WARNINGS = 2000 };

static void hear(void *user, mct_message_kind kind, const char *text) {
    char *all = user;
    if (kind == MCT_MESSAGE_WARNING) snprintf(all + strlen(all), WARNINGS - strlen(all), "%s\n", text);
}

/* Equal diffusivities, near close packing: a solution of the motion, with f a little outside. */
Test(domain, a_little_outside_is_warned_of) {
    mct_context *context = support_context(1);
    const mct_grid grid = mct_grid_default();
    const mct_glass_options options = mct_glass_options_default();
    mct_species species[2];
    mct_mixture mixture = support_mixture(species, 0.6, 2, (const double[]){0.95, 0.05}, (const double[]){5.0, 1.0});
    mct_critical_point *point = NULL;
    char warning[WARNINGS] = "";
    mct_context_set_messages(context, hear, warning);
    cr_assert_eq(mct_critical_point_create(context, &grid, 2, &point), MCT_OK);
    cr_expect_eq(mct_critical_packing_fraction(context, &options, &grid, &mixture, NULL, point), MCT_OK);
    cr_expect(point->found);
    cr_expect(strstr(warning, "a little outside of [0, 1]"), "%s", warning);
    mct_critical_point_destroy(point);
    mct_context_destroy(context);
}

/* What the fluid does at these activities and diffusivities nobody knows but a run in time, which diverges. */
Test(domain, runs_in_time_say_the_same) {
    mct_context *context = support_context(1);
    const mct_grid grid = mct_grid_default();
    const mct_structure_options structure = mct_structure_options_default();
    mct_evolution_options options = mct_evolution_options_default();
    mct_species species[2];
    mct_mixture mixture = support_mixture(species, 0.7226, 2, fractions, activities);
    mct_statics *statics = NULL;
    mct_evolution *run = NULL;
    species[0].diffusivity = 2.236;
    species[1].diffusivity = 0.2414;
    cr_assert_eq(mct_statics_create(context, &grid, 2, &statics), MCT_OK);
    cr_assert_eq(mct_statics_compute(context, &structure, &grid, &mixture, statics), MCT_OK);
    cr_assert_eq(mct_evolution_create(context, &options, &grid, 1, &(const mct_statics *){statics}, &run), MCT_OK);
    cr_expect_eq(mct_evolution_run(run), MCT_OK);
    cr_expect_eq(mct_evolution_check(run), MCT_UNPHYSICAL);
    cr_expect(strstr(mct_context_error(context), "correlator of species"), "%s", mct_context_error(context));
    mct_evolution_destroy(run);
    mct_statics_destroy(statics);
    mct_context_destroy(context);
}

/* phi_c, bracketed by plain iteration, which is the definition. */
static void expect_bracketed(mct_context *context, const mct_grid *grid, const mct_mixture *mixture, double critical) {
    mct_glass_options options = mct_glass_options_default();
    const size_t n = mixture->species_count * mixture->species_count * grid->points;
    double *F = calloc(n, sizeof *F);
    options.method = MCT_GLASS_PLAIN;
    options.solver.tolerance = 1e-10;
    options.evaluations_max = 100000;
    for (int side = 0; side < 2; side++) {
        mct_mixture moved = *mixture;
        mct_glass_result result;
        moved.packing_fraction = critical * (side ? 1.0 + 1e-4 : 1.0 - 1e-4);
        cr_expect_eq(mct_glass_solve(context, &options, grid, 1, &moved, F, &result, NULL, NULL), MCT_OK, "%s",
                     result.message);
        cr_expect_eq(result.state, side ? MCT_GLASS : MCT_FLUID, "%s phi_c = %.10f", side ? "above" : "below",
                     critical);
    }
    free(F);
}

/* Newton's method stops here at a residual of 0.005, far from the fold: found from below, with patience. */
Test(domain, dense_liquids_of_one_active_species_have_their_transition) {
    mct_context *context = support_context(1);
    const mct_grid grid = mct_grid_default();
    const mct_glass_options options = mct_glass_options_default();
    mct_critical_point *point = NULL;
    mct_species species[1];
    cr_assert_eq(mct_critical_point_create(context, &grid, 1, &point), MCT_OK);
    for (double activity = 10.0; activity < 20.5; activity += 0.5) {
        mct_mixture mixture = support_mixture(species, 0.5, 1, (const double[]){1.0}, &activity);
        cr_expect_eq(mct_critical_packing_fraction(context, &options, &grid, &mixture, NULL, point), MCT_OK, "%g: %s",
                     activity, mct_context_error(context));
        cr_expect(point->found, "%g: %s", activity, point->message);
        if (point->found) expect_bracketed(context, &grid, &mixture, point->packing_fraction);
        cr_expect(point->exponents.exponent_parameter >= 0.5 && point->exponents.exponent_parameter < 1.0);
    }
    mct_critical_point_destroy(point);
    mct_context_destroy(context);
}

Test(domain, critical_points_out_of_the_domain_are_named) {
    mct_context *context = support_context(1);
    const mct_grid grid = mct_grid_default();
    const mct_glass_options options = mct_glass_options_default();
    mct_species species[2];
    mct_mixture mixture = support_mixture(species, 0.5, 2, fractions, activities);
    mct_critical_point *point = NULL;
    species[0].diffusivity = 1.0;
    species[1].diffusivity = 0.1;
    cr_assert_eq(mct_critical_point_create(context, &grid, 2, &point), MCT_OK);
    cr_expect_eq(mct_critical_packing_fraction(context, &options, &grid, &mixture, NULL, point), MCT_UNPHYSICAL);
    cr_expect(!point->found && isnan(point->exponents.exponent_parameter));
    mct_critical_point_destroy(point);
    mct_context_destroy(context);
}

/* Eigenvalues by hand: triangular matrices in another basis. */
Test(domain, signs_of_eigenvalues) {
    double work[18];
    double a[] = {2.0, 5.0, 0.0, 1.0}, b[] = {2.0, 5.0, 0.0, -1.0};
    double rotating[] = {0.1, -3.0, 3.0, 0.1}, falling[] = {-0.1, -3.0, 3.0, -0.1};
    cr_expect(mct_matrix_is_positive(2, a, work));
    cr_expect_not(mct_matrix_is_positive(2, b, work));
    cr_expect(mct_matrix_is_positive(2, rotating, work), "0.1 +- 3 i");
    cr_expect_not(mct_matrix_is_positive(2, falling, work), "-0.1 +- 3 i");
    /* T diag(1, 4, x) T^-1 with T = {1 1 0; 0 1 1; 0 0 1} */
    for (int sign = -1; sign <= 1; sign += 2) {
        const double x = 1e-3 * sign;
        double c[] = {1.0, 3.0, -3.0, 0.0, 4.0, x - 4.0, 0.0, 0.0, x};
        cr_expect_eq(mct_matrix_is_positive(3, c, work), sign > 0, "%g", x);
    }
}
