/* test_critical.c: the critical packing fraction against reference values, bisection and exact symmetries; its cost. */
#include <stdio.h>

#include "glass/critical_fixture.h"
#include "reference/long_support.h"

enum { N = 100 };

/* From nothing to phi_c with everything that comes with it; measured below: at most 303. */
static const unsigned long evaluations_from_nothing = 400;
/* From a neighbour: the search for a glass is saved; measured below: at most 181. */
static const unsigned long evaluations_from_neighbour = 220;

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
            mct_critical_point *point = critical_point(&options, &grid, &mixture, NULL);
            cr_expect(fabs(point->packing_fraction - cases[n].packing_fraction) < 1e-10, "%s, activity %g: %.13f",
                      mct_kernel_algorithm_name(kernel), cases[n].activity, point->packing_fraction);
            cr_expect(point->evaluations > 0 && point->evaluations <= evaluations_from_nothing, "%lu evaluations",
                      point->evaluations);
            mct_critical_point_destroy(point);
        }
}

Test(critical, published_nonergodicity) {
    /* docs/theory.md, "Reference values": f(3.4) ... f(17.4) at the fold, one component and labelled; f_c moves by the
     * square root of the error in the branch, so all six digits follow from phi_c to 1e-11 only with F on the fold */
    const size_t index[] = {8, 17, 18, 26, 30, 43};
    const double f[] = {0.356426, 0.849125, 0.802389, 0.417430, 0.467400, 0.185874}, parts[] = {0.3, 0.7};
    mct_glass_options options = mct_glass_options_default();
    mct_grid grid = mct_grid_default();
    for (size_t m = 1; m <= 2; m++) {
        mct_species species[2];
        mct_mixture mixture = support_mixture(species, 0.52, m, m == 1 ? one : parts, NULL);
        mct_critical_point *point = critical_point(&options, &grid, &mixture, NULL);
        mixture.packing_fraction = point->packing_fraction;
        reference_state *state = reference_state_create(&grid, &mixture);
        for (size_t n = 0; n < 6; n++) {
            double sum_F = 0.0, sum_S = 0.0; /* s^T F s / s^T S s, s = sqrt(x) */
            for (size_t c = 0; c < m * m; c++) {
                double weight = sqrt(mixture.species[c / m].fraction * mixture.species[c % m].fraction);
                sum_F += weight * point->nonergodicity[c * N + index[n]];
                sum_S += weight * (double)state->S[c * N + index[n]];
            }
            cr_expect(fabs(sum_F / sum_S - f[n]) < 0.6e-6, "m = %zu, f(%g) = %.7f", m, (double)state->k[index[n]],
                      sum_F / sum_S);
        }
        reference_state_destroy(state);
        mct_critical_point_destroy(point);
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
        double phi = critical(&options, &grid, &mixture);
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
        double phi = critical(&options, &grid, &mixture);
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
        double phi = critical(&options, &grid, &mixture);
        cr_expect(fabs(phi - 0.610223048242) < 1e-10, "from %g: %.13f", guesses[n], phi);
    }
}

Test(critical, a_looser_tolerance_is_met) {
    const double activities[] = {3.0, 1.0};
    mct_grid grid = mct_grid_default();
    for (int digits = 12; digits >= 4; digits -= 4) {
        mct_species species[2];
        mct_mixture mixture = support_mixture(species, 0.524, 2, half, activities);
        mct_glass_options options = mct_glass_options_default();
        options.solver.tolerance = pow(10.0, -digits);
        mct_critical_point *point = critical_point(&options, &grid, &mixture, NULL);
        /* relative, 10 * tolerance; the reference itself is right to 1e-12 */
        cr_expect(fabs(point->packing_fraction / 0.610223048242 - 1.0) < 10.0 * options.solver.tolerance + 2e-12,
                  "tolerance 1e-%d: %.13f", digits, point->packing_fraction);
        mct_critical_point_destroy(point);
    }
}

Test(critical, of_two_folds_the_first_counts) {
    /* x_a = 0.9: near activity 4.15 another fold becomes the lower one; plain iteration 1e-5 below and above phi_c */
    const double activity[] = {4.10, 4.14, 4.15, 4.16, 4.20}, fractions[] = {0.9, 0.1};
    const reference_phase expected[] = {REFERENCE_FLUID, REFERENCE_GLASS};
    mct_context *context = support_context(1);
    mct_glass_options options = mct_glass_options_default();
    mct_grid grid = mct_grid_default();
    for (size_t n = 0; n < sizeof activity / sizeof *activity; n++) {
        const double activities[] = {activity[n], 1.0};
        mct_species species[2];
        mct_mixture mixture = support_mixture(species, 0.7, 2, fractions, activities);
        const double phi = critical(&options, &grid, &mixture);
        for (int side = 0; side < 2; side++) {
            mixture.packing_fraction = phi * (side ? 1.0 + 1e-5 : 1.0 - 1e-5);
            long_point point = long_point_create(context, &grid, &mixture);
            long double *F = reference_array(point.count), change;
            reference_phase phase = long_point_iterate(&point, 1e-10L, 60000, F, &change);
            cr_expect_eq(phase, expected[side], "activity %g: phase %d at %.12f, phi_c = %.12f", activity[n],
                         (int)phase, mixture.packing_fraction, phi);
            free(F);
            long_point_destroy(&point);
        }
    }
    mct_context_destroy(context);
}

/* --- From a neighbour ---------------------------------------------------------------------------------------- */

/* phi_c of `mixture` from `start`, the same as from nothing; returns the point in place of `start`. */
static mct_critical_point *next_point(const mct_mixture *mixture, mct_critical_point *start, bool near) {
    mct_glass_options options = mct_glass_options_default();
    mct_grid grid = mct_grid_default();
    mct_critical_point *point = critical_point(&options, &grid, mixture, start);
    mct_critical_point *alone = critical_point(&options, &grid, mixture, NULL);
    char where[64];
    snprintf(where, sizeof where, "activity %g, fraction %g", mixture->species[0].activity,
             mixture->species[0].fraction);
    double phis[] = {point->packing_fraction, alone->packing_fraction};
    double parameters[] = {point->exponents.exponent_parameter, alone->exponents.exponent_parameter};
    cr_expect(fabs(phis[0] / phis[1] - 1.0) < 2e-11, /* each to 1e-11 */
              "%s: %.13f, from nothing %.13f", where, phis[0], phis[1]);
    /* F_c, and with it lambda_MCT, to the square root of 1e-11 and a factor */
    cr_expect(fabs(parameters[0] - parameters[1]) < 1e-5, "%s: lambda_MCT %.9f, from nothing %.9f", where,
              parameters[0], parameters[1]);
    if (near) {
        cr_expect(point->evaluations <= evaluations_from_neighbour, "%s: %lu evaluations", where, point->evaluations);
        cr_expect(alone->evaluations <= evaluations_from_nothing, "%s: %lu evaluations from nothing", where,
                  alone->evaluations);
    }
    mct_critical_point_destroy(alone);
    mct_critical_point_destroy(start);
    return point;
}

Test(critical, along_the_activity_each_point_starts_from_the_last) {
    mct_critical_point *point = NULL;
    for (int step = 0; step <= 60; step++) {
        const double activities[] = {1.0 + 0.15 * step, 1.0}; /* the spacing of published diagrams */
        mct_species species[2];
        mct_mixture mixture = support_mixture(species, point ? point->packing_fraction : 0.515, 2, half, activities);
        if (!point) { /* there is no neighbour yet */
            mct_glass_options options = mct_glass_options_default();
            mct_grid grid = mct_grid_default();
            point = critical_point(&options, &grid, &mixture, NULL);
        } else
            point = next_point(&mixture, point, true);
    }
    mct_critical_point_destroy(point);
}

Test(critical, along_the_composition_each_point_starts_from_the_last) {
    const double lambdas[] = {2.0, 5.0};
    for (size_t n = 0; n < 2; n++) {
        mct_critical_point *point = NULL;
        for (int step = 0; step <= 18; step++) {
            const double x = 0.05 + 0.05 * step, fractions[] = {x, 1.0 - x}, activities[] = {lambdas[n], 1.0};
            mct_species species[2];
            mct_mixture mixture = support_mixture(species, 0.55, 2, fractions, activities);
            if (!point) {
                mct_glass_options options = mct_glass_options_default();
                mct_grid grid = mct_grid_default();
                point = critical_point(&options, &grid, &mixture, NULL);
            } else
                /* at activity 5 beyond x = 3/4 another glass melts, phi_c jumps by 0.03 and the neighbour is none */
                point = next_point(&mixture, point, n == 0 || x < 0.76);
        }
        mct_critical_point_destroy(point);
    }
}

Test(critical, however_near_the_neighbour_phi_c_is_as_good) {
    /* what the roots of a line are refined with: 1 ... 1e-7 away, on both sides */
    const double activity[] = {1.5, 3.774788820961, 5.213327616367};
    mct_glass_options options = mct_glass_options_default();
    mct_grid grid = mct_grid_default();
    for (size_t n = 0; n < 3; n++) {
        mct_species species[2];
        double activities[] = {activity[n], 1.0};
        mct_mixture mixture = support_mixture(species, 0.55, 2, half, activities);
        mct_critical_point *alone = critical_point(&options, &grid, &mixture, NULL);
        double worst = 0.0, worst_at = 0.0, parameter = 0.0, parameter_at = 0.0;
        for (int step = 1; step < 57; step++) {
            double away = pow(10.0, -0.25 * (step / 2)) * (step % 2 ? 0.49 : -0.49);
            species[0].activity = activity[n] + away;
            mct_critical_point *start = critical_point(&options, &grid, &mixture, NULL);
            species[0].activity = activity[n];
            mct_critical_point *point = critical_point(&options, &grid, &mixture, start);
            double error = fabs(point->packing_fraction / alone->packing_fraction - 1.0);
            if (!(error <= worst)) worst = error, worst_at = away;
            error = fabs(point->exponents.exponent_parameter - alone->exponents.exponent_parameter);
            if (!(error <= parameter)) parameter = error, parameter_at = away;
            mct_critical_point_destroy(point);
            mct_critical_point_destroy(start);
        }
        cr_expect(worst < 2e-11, "activity %g: phi_c to %.2e from %.2e away", activity[n], worst, worst_at);
        cr_expect(parameter < 1e-5, "activity %g: lambda_MCT to %.2e from %.2e away", activity[n], parameter,
                  parameter_at);
        mct_critical_point_destroy(alone);
    }
}

Test(critical, a_neighbour_far_away_does_no_harm) {
    /* from 1 to 10 and back at once: more evaluations, the same fold */
    const double far[2][2] = {{1.0, 1.0}, {10.0, 1.0}}, expected[] = {0.515912134119, 0.605298660689};
    mct_glass_options options = mct_glass_options_default();
    mct_grid grid = mct_grid_default();
    mct_species species[2];
    for (int to = 0; to < 2; to++) {
        mct_mixture mixture = support_mixture(species, 0.55, 2, half, far[1 - to]);
        mct_critical_point *start = critical_point(&options, &grid, &mixture, NULL);
        mixture = support_mixture(species, 0.55, 2, half, far[to]);
        mct_critical_point *point = critical_point(&options, &grid, &mixture, start);
        cr_expect(fabs(point->packing_fraction - expected[to]) < 1e-10, "%.13f", point->packing_fraction);
        /* and in place */
        mct_context *context = support_context(1);
        cr_expect_eq(mct_critical_packing_fraction(context, &options, &grid, &mixture, start, start), MCT_OK);
        cr_expect(fabs(start->packing_fraction - expected[to]) < 1e-10, "%.13f", start->packing_fraction);
        mct_context_destroy(context);
        mct_critical_point_destroy(start);
        mct_critical_point_destroy(point);
    }
}

/* --- Failures ------------------------------------------------------------------------------------------------ */

Test(critical, failures_are_said) {
    mct_context *context = support_context(1);
    mct_grid grid = mct_grid_default(), bad = {.points = 2, .spacing = 0.4};
    mct_species species[2];
    mct_mixture mixture = support_mixture(species, 0.52, 1, one, NULL);
    mct_glass_options options = mct_glass_options_default();
    mct_critical_point *point = point_create(&grid, 1), *other = point_create(&grid, 2);
    cr_expect_eq(mct_critical_packing_fraction(context, &options, &bad, &mixture, NULL, point), MCT_ARGUMENT);
    mixture.packing_fraction = -0.1;
    cr_expect_eq(mct_critical_packing_fraction(context, &options, &grid, &mixture, NULL, point), MCT_ARGUMENT);
    cr_expect_not(point->found);
    mixture.packing_fraction = 0.52;
    cr_expect_eq(mct_critical_packing_fraction(context, &options, &grid, &mixture, NULL, other), MCT_ARGUMENT,
                 "a point of another shape");
    cr_expect_eq(mct_critical_packing_fraction(context, &options, &grid, &mixture, other, point), MCT_ARGUMENT,
                 "a start of another shape");
    options.evaluations_max = 10;
    mct_context_clear(context);
    cr_expect_eq(mct_critical_packing_fraction(context, &options, &grid, &mixture, NULL, point), MCT_NOT_CONVERGED);
    cr_expect(*mct_context_error(context) != '\0');
    cr_expect(isnan(point->packing_fraction) && !point->found);
    cr_expect(point->evaluations <= 12, "%lu evaluations of 10", point->evaluations);
    /* a start that found nothing is none */
    options = mct_glass_options_default();
    other->found = false;
    mixture = support_mixture(species, 0.52, 2, half, NULL);
    mct_critical_point *again = critical_point(&options, &grid, &mixture, other);
    cr_expect(fabs(again->packing_fraction - 0.515912134119) < 1e-10);
    mct_critical_point_destroy(again);
    mct_critical_point_destroy(point);
    mct_critical_point_destroy(other);
    mct_context_destroy(context);
}

Test(critical, no_transition_is_no_error) {
    /* a cut-off far below the first peak of S: no glass at any packing fraction */
    mct_context *context = support_context(1);
    mct_grid grid = {.points = 8, .spacing = 0.05};
    mct_species species[1];
    mct_mixture mixture = support_mixture(species, 0.52, 1, one, NULL);
    mct_glass_options options = mct_glass_options_default();
    mct_critical_point *point = point_create(&grid, 1);
    cr_expect_eq(mct_critical_packing_fraction(context, &options, &grid, &mixture, NULL, point), MCT_OK, "%s",
                 mct_context_error(context));
    cr_expect_not(point->found);
    cr_expect(isnan(point->packing_fraction) && isnan(point->exponents.exponent_parameter) &&
              isnan(mct_critical_amplitude(point)));
    cr_expect(point->message[0] != '\0' && point->evaluations > 0);
    mct_critical_point_destroy(point);
    mct_context_destroy(context);
}

Test(critical, stops_when_asked_to) {
    mct_context *context = support_context(1);
    mct_grid grid = mct_grid_default();
    mct_species species[1];
    mct_mixture mixture = support_mixture(species, 0.52, 1, one, NULL);
    mct_glass_options options = mct_glass_options_default();
    mct_critical_point *point = point_create(&grid, 1);
    mct_context_interrupt(context);
    cr_expect_eq(mct_critical_packing_fraction(context, &options, &grid, &mixture, NULL, point), MCT_INTERRUPTED);
    cr_expect(!point->found && isnan(point->packing_fraction) && point->evaluations <= 2);
    mct_context_clear(context);
    cr_expect_eq(mct_critical_packing_fraction(context, &options, &grid, &mixture, NULL, point), MCT_OK);
    cr_expect(point->found);
    mct_critical_point_destroy(point);
    mct_context_destroy(context);
}

/* Vectors, matrices, structure factors and the memory kernel of so many wave numbers are shared by threads
 * (src/backend/automatic.h): sums are made in the same order by any number of them. */
Test(critical, threads_change_nothing) {
    const double activities[] = {3.0, 1.0};
    mct_grid grid = {.points = 1700, .spacing = 40.0 / 1700.0, .quadrature = MCT_QUADRATURE_CORRECTED};
    mct_species species[2];
    mct_mixture mixture = support_mixture(species, 0.6, 2, half, activities);
    mct_glass_options options = mct_glass_options_default();
    const size_t bytes = 4 * grid.points * sizeof(double);
    mct_critical_point *const alone = critical_point(&options, &grid, &mixture, NULL);
    for (int threads = 2; threads <= 3; threads++) {
        mct_context *context = support_context(threads);
        mct_critical_point *const shared = point_create(&grid, 2);
        cr_assert_eq(mct_critical_packing_fraction(context, &options, &grid, &mixture, NULL, shared), MCT_OK);
        cr_expect_eq(alone->packing_fraction, shared->packing_fraction, "%d threads", threads);
        cr_expect_eq(alone->exponents.exponent_parameter, shared->exponents.exponent_parameter);
        cr_expect_eq(alone->evaluations, shared->evaluations);
        cr_expect_arr_eq(alone->nonergodicity, shared->nonergodicity, bytes);
        cr_expect_arr_eq(alone->left, shared->left, bytes);
        cr_expect_arr_eq(alone->right, shared->right, bytes);
        mct_critical_point_destroy(shared);
        mct_context_destroy(context);
    }
    mct_critical_point_destroy(alone);
}
