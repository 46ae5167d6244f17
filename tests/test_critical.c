/* test_critical.c: the critical packing fraction against reference values, bisection and exact symmetries. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "reference/support.h"

enum { N = 100 };

static const double one[] = {1.0}, half[] = {0.5, 0.5};

/* phi_c to 1e-11 asked for; F may be NULL. */
static double critical(const mct_glass_options *options, const mct_grid *grid, const mct_mixture *mixture, double *F) {
    mct_context *context = support_context(1);
    mct_critical_result result = {.packing_fraction = NAN};
    double *kept = F ? F : calloc(mixture->species_count * mixture->species_count * grid->points, sizeof *kept);
    cr_expect_eq(mct_critical_packing_fraction(context, options, grid, mixture, 1e-11, kept, &result), MCT_OK, "%s",
                 mct_context_error(context));
    cr_expect(result.evaluations > 0 && result.evaluations < 1000, "%lu evaluations", result.evaluations);
    if (!F) free(kept);
    mct_context_destroy(context);
    return result.packing_fraction;
}

Test(critical, published_digits) {
    /* docs/theory.md, "Reference values", to 1e-10; a first guess from nowhere near */
    const struct {
        double activity, packing_fraction;
    } cases[] = {{1.0, 0.515912134119}, {1.5, 0.563361787472}, {3.0, 0.610223048242}, {10.0, 0.605298660689}};
    mct_glass_options options = mct_glass_options_default();
    mct_grid grid = mct_grid_default();
    for (mct_kernel_algorithm kernel = MCT_KERNEL_AUTO; kernel <= MCT_KERNEL_FOURIER; kernel++)
        for (size_t n = 0; n < 4; n++) {
            const double activities[] = {cases[n].activity, 1.0};
            mct_species species[2];
            mct_mixture mixture = support_mixture(species, 0.524, 2, half, activities);
            options.solver.kernel = kernel;
            double phi = critical(&options, &grid, &mixture, NULL);
            cr_expect(fabs(phi - cases[n].packing_fraction) < 1e-10, "%s, activity %g: %.13f",
                      mct_kernel_algorithm_name(kernel), cases[n].activity, phi);
        }
}

Test(critical, published_nonergodicity) {
    /* docs/theory.md, "Reference values": f(3.4) ... f(17.4) at the fold, one component and labelled; f_c moves by the square root of
     * the error in the branch, so all six digits follow from phi_c to 1e-11 only with F itself on the fold */
    const size_t index[] = {8, 17, 18, 26, 30, 43};
    const double f[] = {0.356426, 0.849125, 0.802389, 0.417430, 0.467400, 0.185874}, parts[] = {0.3, 0.7};
    mct_glass_options options = mct_glass_options_default();
    mct_grid grid = mct_grid_default();
    for (size_t m = 1; m <= 2; m++) {
        mct_species species[2];
        mct_mixture mixture = support_mixture(species, 0.52, m, m == 1 ? one : parts, NULL);
        double F[4 * N];
        mixture.packing_fraction = critical(&options, &grid, &mixture, F);
        reference_state *state = reference_state_create(&grid, &mixture);
        for (size_t n = 0; n < 6; n++) {
            double sum_F = 0.0, sum_S = 0.0; /* s^T F s / s^T S s, s = sqrt(x) */
            for (size_t c = 0; c < m * m; c++) {
                double weight = sqrt(mixture.species[c / m].fraction * mixture.species[c % m].fraction);
                sum_F += weight * F[c * N + index[n]];
                sum_S += weight * (double)state->S[c * N + index[n]];
            }
            cr_expect(fabs(sum_F / sum_S - f[n]) < 0.6e-6, "m = %zu, f(%g) = %.7f", m, (double)state->k[index[n]],
                      sum_F / sum_S);
        }
        reference_state_destroy(state);
    }
}

Test(critical, converged_values) {
    /* corrected, spacing 0.1, cut-off 80 is right to 1e-8 for these (theory.md sections 2 and 6) */
    const double values[] = {0.5158142406, 0.5626492586}, activity[] = {1.0, 1.5};
    mct_glass_options options = mct_glass_options_default();
    mct_grid grid = {.points = 800, .spacing = 0.1, .quadrature = MCT_QUADRATURE_CORRECTED};
    for (size_t n = 0; n < 2; n++) {
        const double activities[] = {activity[n], 1.0};
        mct_species species[2];
        mct_mixture mixture = support_mixture(species, 0.524, 2, half, activities);
        double phi = critical(&options, &grid, &mixture, NULL);
        cr_expect(fabs(phi - values[n]) < 2e-8, "activity %g: %.12f", activity[n], phi);
    }
}

Test(critical, bisection_finds_the_same) {
    /* plain iteration in long double on a coarse grid; the bracket ends 4e-6 wide */
    const double activities[] = {2.5, 1.0}, parts[] = {0.35, 0.65};
    mct_glass_options options = mct_glass_options_default();
    mct_grid grid = {.points = 32, .spacing = 1.0};
    for (size_t m = 1; m <= 2; m++) {
        mct_species species[2];
        mct_mixture mixture = support_mixture(species, 0.55, m, m == 1 ? one : parts, m == 1 ? NULL : activities);
        double phi = critical(&options, &grid, &mixture, NULL);
        double bisected = reference_bisect(&grid, &mixture, 0.4, 0.72, 4e-6);
        cr_expect(fabs(phi - bisected) < 2.1e-6, "m = %zu: %.9f, by bisection %.9f", m, phi, bisected);
    }
}

Test(critical, the_first_guess_does_not_matter) {
    const double activities[] = {3.0, 1.0}, guesses[] = {0.05, 0.4, 0.5, 0.6102, 0.6103, 0.7, 0.9};
    mct_glass_options options = mct_glass_options_default();
    mct_grid grid = mct_grid_default();
    for (size_t n = 0; n < sizeof guesses / sizeof *guesses; n++) {
        mct_species species[2];
        mct_mixture mixture = support_mixture(species, guesses[n], 2, half, activities);
        double phi = critical(&options, &grid, &mixture, NULL);
        cr_expect(fabs(phi - 0.610223048242) < 1e-10, "from %g: %.13f", guesses[n], phi);
    }
}

Test(critical, symmetries) {
    const double parts[] = {0.2, 0.3, 0.5}, two[] = {3.0, 1.5}, three[] = {3.0, 3.0, 1.5};
    mct_species a[2], b[3], c[2];
    mct_glass_options options = mct_glass_options_default();
    mct_grid grid = mct_grid_default();
    mct_mixture whole = support_mixture(a, 0.6, 2, half, two), split = support_mixture(b, 0.6, 3, parts, three);
    double phi = critical(&options, &grid, &whole, NULL);
    cr_expect(fabs(critical(&options, &grid, &split, NULL) - phi) < 2e-11, "splitting a species");
    mct_mixture swapped = whole;
    swapped.species = c;
    c[0] = a[1], c[1] = a[0];
    cr_expect(fabs(critical(&options, &grid, &swapped, NULL) - phi) < 2e-11, "permuting species");
    a[0].diffusivity = a[1].diffusivity = 0.03;
    cr_expect(fabs(critical(&options, &grid, &whole, NULL) - phi) < 2e-11, "all diffusivities scaled");
    a[0].diffusivity = a[1].diffusivity = 1.0;
    options.solver.path = MCT_PATH_GENERAL;
    cr_expect(fabs(critical(&options, &grid, &whole, NULL) - phi) < 2e-11, "general path");
}

Test(critical, failures_are_said) {
    mct_context *context = support_context(1);
    mct_grid grid = mct_grid_default(), bad = {.points = 2, .spacing = 0.4};
    mct_species species[1];
    mct_mixture mixture = support_mixture(species, 0.52, 1, one, NULL);
    mct_glass_options options = mct_glass_options_default();
    mct_critical_result result;
    double F[N];
    cr_expect_eq(mct_critical_packing_fraction(context, &options, &bad, &mixture, 1e-10, F, &result), MCT_ARGUMENT);
    mixture.packing_fraction = -0.1;
    cr_expect_eq(mct_critical_packing_fraction(context, &options, &grid, &mixture, 1e-10, F, &result), MCT_ARGUMENT);
    mixture.packing_fraction = 0.52;
    options.evaluations_max = 10;
    mct_context_clear(context);
    cr_expect_eq(mct_critical_packing_fraction(context, &options, &grid, &mixture, 1e-10, F, &result),
                 MCT_NOT_CONVERGED);
    cr_expect(*mct_context_error(context) != '\0');
    /* a cut-off far below the first peak of S: no glass at any packing fraction or an honest failure, never a crash */
    grid.points = 8, grid.spacing = 0.05;
    options = mct_glass_options_default();
    mct_status status = mct_critical_packing_fraction(context, &options, &grid, &mixture, 1e-10, F, &result);
    cr_expect(status == MCT_OK || status == MCT_NOT_CONVERGED || status == MCT_NON_FINITE, "%d", (int)status);
    mct_context_destroy(context);
}
