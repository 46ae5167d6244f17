/* test_statics.c: c(k), S, C, W, Gamma against the long-double references and exact limits. */
#include <criterion/criterion.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "reference/support.h"

/* statics.h promises 1e-13 of the envelope for 0 < k <= 200, 0 < phi < 1. */
static const long double c_error_allowed = 1e-13L;

static void expect_c(double phi, double k) {
    long double exact = reference_percus_yevick(phi, (long double)k);
    long double error = fabsl((long double)mct_percus_yevick_direct_correlation(phi, k) - exact);
    if (error <= c_error_allowed * fabsl(exact)) return; /* the envelope is larger still, and slow */
    error /= reference_percus_yevick_envelope(phi, (long double)k);
    cr_expect(error <= c_error_allowed, "c(k = %.17g) at phi = %.17g is wrong by %.3Le of its envelope", k, phi, error);
}

Test(statics, the_references_agree_with_each_other) {
    /* Series and closed form, both in 113 bits, share nothing: they must agree to long-double rounding. */
    const double phis[] = {1e-6, 0.1, 0.5159, 0.9, 0.999};
    for (size_t i = 0; i < sizeof phis / sizeof *phis; i++)
        for (long double k = 1.0L; k < 16.0L; k += 0.37L) {
            long double difference =
                reference_percus_yevick_series(phis[i], k) - reference_percus_yevick_closed(phis[i], k);
            cr_expect(fabsl(difference) <= 2.0L * LDBL_EPSILON * reference_percus_yevick_envelope(phis[i], k));
        }
}

Test(statics, c_is_right_everywhere) {
    uint64_t seed = 1;
    for (int i = 0; i < 20000; i++) {
        double phi = support_uniform(&seed, 0.0, 1.0), k = support_uniform(&seed, 0.0, 200.0);
        if (phi > 0.0 && k > 0.0) expect_c(phi, k);
    }
}

Test(statics, c_is_right_at_small_and_moderate_k) {
    uint64_t seed = 2;
    for (int i = 0; i < 20000; i++) {
        double phi = support_uniform(&seed, 1e-3, 0.999);
        expect_c(phi, exp(support_uniform(&seed, log(1e-8), log(20.0))));
    }
}

Test(statics, c_is_right_at_extreme_packing_fractions) {
    const double phis[] = {1e-12, 1e-6, 1e-3, 0.49, 0.5, 0.51, 0.7405, 0.9, 0.99, 0.999, 1.0 - 1e-5, 1.0 - 1e-9};
    for (size_t i = 0; i < sizeof phis / sizeof *phis; i++) {
        for (double k = 1e-8; k < 1e-2; k *= 3.7) expect_c(phis[i], k);
        for (double k = 0.01; k <= 200.0; k += 0.0917) expect_c(phis[i], k);
        expect_c(phis[i], 200.0);
    }
}

Test(statics, c_crosses_over_smoothly) {
    /* Wherever forms change, both sides must be right: dense steps through 0.05 ... 12. */
    for (double k = 0.05; k < 12.0; k += 0.0023) {
        expect_c(0.5159, k);
        expect_c(0.62, k);
    }
}

Test(statics, c_at_zero_is_the_compressibility) {
    /* 1 - rho c(0) = (1 + 2 phi)^2/(1 - phi)^4 */
    for (double phi = 0.05; phi < 1.0; phi += 0.05) {
        double density = 6.0 * phi / 3.14159265358979323846;
        double S = pow(1.0 - phi, 4.0) / pow(1.0 + 2.0 * phi, 2.0);
        double from_zero = 1.0 / (1.0 - density * mct_percus_yevick_direct_correlation(phi, 0.0));
        double from_small = 1.0 / (1.0 - density * mct_percus_yevick_direct_correlation(phi, 1e-9));
        cr_expect(fabs(from_zero / S - 1.0) < 1e-14 * 4.0 && fabs(from_small / S - 1.0) < 4e-14, "phi = %g", phi);
    }
}

/* --- Whole state points ----------------------------------------------------------------------------------- */

static mct_statics *compute(mct_context *context, const mct_grid *grid, const mct_mixture *mixture) {
    mct_structure_options options = mct_structure_options_default();
    mct_statics *statics = NULL;
    cr_assert_eq(mct_statics_create(context, grid, mixture->species_count, &statics), MCT_OK);
    cr_assert_eq(mct_statics_compute(context, &options, grid, mixture, statics), MCT_OK, "%s",
                 mct_context_error(context));
    return statics;
}

/* Largest |A - B|(q) / max over components |B|(q). */
static double array_error(size_t m, size_t N, const double *A, const long double *B) {
    return support_kernel_error(m * m, N, N, NULL, A, B);
}

Test(statics, every_array_matches_the_reference) {
    mct_context *context = support_context(1);
    uint64_t seed = 3;
    for (int round = 0; round < 60; round++) {
        size_t m = 1 + (size_t)round % 4;
        mct_species species[4];
        mct_mixture mixture = support_random_mixture(&seed, species, support_uniform(&seed, 0.01, 0.74), m, 0.02, 10.0);
        for (size_t mu = 0; mu < m; mu++) species[mu].diffusivity = support_uniform(&seed, 0.2, 5.0);
        mct_grid grid = {.points = 100, .spacing = support_uniform(&seed, 0.01, 2.0)};
        mct_statics *statics = compute(context, &grid, &mixture);
        reference_state *state = reference_state_create(&grid, &mixture);
        cr_expect_eq(statics->points, 100);
        cr_expect_eq(statics->species, m);
        cr_expect(statics->one_direct_correlation);
        cr_expect(fabsl((long double)statics->density / state->density - 1.0L) < 4e-16L);
        for (size_t mu = 0; mu < m; mu++) {
            cr_expect_eq(statics->fraction[mu], species[mu].fraction);
            cr_expect_eq(statics->diffusivity[mu], species[mu].diffusivity);
        }
        for (size_t q = 0; q < 100; q++)
            cr_expect(fabsl((long double)statics->wave_number[q] / state->k[q] - 1.0L) < 3e-16L);
        /* Errors of c (1e-13 of its envelope) grow in S by S rho envelope and are worst where S(k) peaks; W adds its
         * condition number, at most lambda_max S_max.  Factors seen: < 50 up to phi = 0.74. */
        double largest = 1.0;
        for (size_t i = 0; i < m * m * 100; i++) largest = fmax(largest, statics->structure_factor[i]);
        double allowed = 2e-13 * largest;
        cr_expect(array_error(m, 100, statics->structure_factor, state->S) < allowed, "S, round %d", round);
        cr_expect(array_error(m, 100, statics->structure_factor_inverse, state->S_inverse) < allowed, "1/S %d", round);
        cr_expect(array_error(m, 100, statics->frequency, state->W) < allowed, "W, round %d", round);
        cr_expect(array_error(m, 100, statics->frequency_inverse, state->W_inverse) < allowed, "1/W, %d", round);
        cr_expect(array_error(m, 100, statics->relaxation_rate, state->Gamma) < allowed, "Gamma, round %d", round);
        for (size_t i = 0; i < m * m * 100; i++) {
            long double error = fabsl((long double)statics->direct_correlation[i] - state->c[i]), k = state->k[i % 100];
            if (error <= 1e-13L * fabsl(state->c[i])) continue;
            /* k itself is rounded: c moves by k dk <= 200 x 1e-16 of the envelope */
            cr_expect(error < 1.5e-13L * reference_percus_yevick_envelope(mixture.packing_fraction, k));
        }
        reference_state_destroy(state);
        mct_statics_destroy(statics);
    }
    mct_context_destroy(context);
}

Test(statics, inverses_are_inverses) {
    mct_context *context = support_context(1);
    mct_species species[3];
    const double fractions[] = {0.3, 0.5, 0.2}, activities[] = {1.0, 8.0, 2.5};
    mct_mixture mixture = support_mixture(species, 0.6, 3, fractions, activities);
    mct_grid grid = {.points = 200, .spacing = 0.2};
    mct_statics *s = compute(context, &grid, &mixture);
    for (size_t q = 0; q < grid.points; q++)
        for (size_t mu = 0; mu < 3; mu++)
            for (size_t nu = 0; nu < 3; nu++) {
                double SS = 0.0, WW = 0.0, size = 0.0, identity = mu == nu ? 1.0 : 0.0;
                for (size_t g = 0; g < 3; g++) {
                    size_t left = (mu * 3 + g) * grid.points + q, right = (g * 3 + nu) * grid.points + q;
                    SS += s->structure_factor[left] * s->structure_factor_inverse[right];
                    WW += s->frequency[left] * s->frequency_inverse[right];
                    size = fmax(size, fabs(s->structure_factor[left] * s->structure_factor_inverse[right]));
                    size = fmax(size, fabs(s->frequency[left] * s->frequency_inverse[right]));
                }
                /* rounding of the products, and of the inverses times the condition number */
                cr_expect(fabs(SS - identity) < 4e-14 * (1.0 + size) && fabs(WW - identity) < 4e-14 * (1.0 + size));
            }
    mct_statics_destroy(s);
    mct_context_destroy(context);
}

Test(statics, passive_species_diffuse_freely) {
    /* all activities 1: W = q^2 D_mu delta_mn exactly, S symmetric */
    mct_context *context = support_context(1);
    mct_species species[2];
    const double fractions[] = {0.25, 0.75};
    mct_mixture mixture = support_mixture(species, 0.5, 2, fractions, NULL);
    species[1].diffusivity = 3.0;
    mct_grid grid = mct_grid_default();
    mct_statics *s = compute(context, &grid, &mixture);
    for (size_t q = 0; q < 100; q++) {
        double k2 = s->wave_number[q] * s->wave_number[q];
        cr_expect(s->frequency[100 + q] == 0.0 && s->frequency[200 + q] == 0.0);
        cr_expect(fabs(s->frequency[q] / k2 - 1.0) < 1e-15 && fabs(s->frequency[300 + q] / (3.0 * k2) - 1.0) < 1e-15);
        cr_expect_eq(s->structure_factor[100 + q], s->structure_factor[200 + q]);
    }
    mct_statics_destroy(s);
    mct_context_destroy(context);
}

Test(statics, labels_do_not_change_the_liquid) {
    /* s^T S s with s = sqrt(x) is the S(k) of one species, for any number of labels; S -> 1 at large k. */
    mct_context *context = support_context(1);
    mct_grid grid = {.points = 500, .spacing = 0.4};
    mct_species one[1], many[4];
    const double all[] = {1.0}, fractions[] = {0.1, 0.2, 0.3, 0.4};
    mct_mixture single = support_mixture(one, 0.5159, 1, all, NULL);
    mct_mixture labelled = support_mixture(many, 0.5159, 4, fractions, NULL);
    mct_statics *a = compute(context, &grid, &single), *b = compute(context, &grid, &labelled);
    double peak = 0.0, position = 0.0;
    for (size_t q = 0; q < grid.points; q++) {
        double sum = 0.0;
        for (size_t mu = 0; mu < 4; mu++)
            for (size_t nu = 0; nu < 4; nu++)
                sum += sqrt(fractions[mu] * fractions[nu]) * b->structure_factor[(mu * 4 + nu) * grid.points + q];
        cr_expect(fabs(sum - a->structure_factor[q]) < 1e-14 * (1.0 + sum), "q = %zu", q);
        if (a->structure_factor[q] > peak) peak = a->structure_factor[q], position = a->wave_number[q];
    }
    cr_expect(peak > 3.4 && peak < 3.7 && position > 6.8 && position < 7.4, "S(%g) = %g", position, peak);
    cr_expect(fabs(a->structure_factor[grid.points - 1] - 1.0) < 5e-3); /* rho c ~ 4 pi rho g(1)/k^2 */
    mct_statics_destroy(a);
    mct_statics_destroy(b);
    mct_context_destroy(context);
}

Test(statics, a_small_compressibility_keeps_its_digits) {
    /* One species: S = 1/(1 - rho c) is right to 1e-13 of itself where c is, however small (1e-9 at phi = 0.99); taken
     * as 1 + (S - 1) it would be right to rounding of 1. */
    mct_context *context = support_context(1);
    mct_species species[1];
    const double phis[] = {0.3, 0.5, 0.74, 0.9, 0.99}, all[] = {1.0};
    for (size_t n = 0; n < sizeof phis / sizeof *phis; n++) {
        mct_mixture mixture = support_mixture(species, phis[n], 1, all, NULL);
        mct_grid grid = {.points = 20, .spacing = 0.1};
        mct_statics *statics = compute(context, &grid, &mixture);
        reference_state *state = reference_state_create(&grid, &mixture);
        double error = array_error(1, 20, statics->structure_factor, state->S);
        cr_expect(error < 1e-13, "phi = %g: %.2e", phis[n], error);
        reference_state_destroy(state);
        mct_statics_destroy(statics);
    }
    mct_context_destroy(context);
}

Test(statics, refuses_what_it_cannot_do) {
    mct_context *context = support_context(1);
    mct_grid grid = mct_grid_default();
    mct_species species[2];
    const double fractions[] = {0.5, 0.5};
    mct_mixture mixture = support_mixture(species, 0.5, 2, fractions, NULL);
    mct_structure_options options = mct_structure_options_default();
    mct_statics *statics = NULL;
    cr_assert_eq(mct_statics_create(context, &grid, 2, &statics), MCT_OK);
    species[0].diameter = 0.8;
    cr_expect_eq(mct_statics_compute(context, &options, &grid, &mixture, statics), MCT_ARGUMENT);
    cr_expect(*mct_context_error(context) != '\0');
    species[0].diameter = 1.0;
    mixture.packing_fraction = 1.0;
    cr_expect_eq(mct_statics_compute(context, &options, &grid, &mixture, statics), MCT_ARGUMENT);
    mixture.packing_fraction = NAN;
    cr_expect_eq(mct_statics_compute(context, &options, &grid, &mixture, statics), MCT_ARGUMENT);
    mixture.packing_fraction = 0.5;
    cr_expect_eq(mct_statics_compute(context, &options, &grid, &mixture, statics), MCT_OK);
    cr_expect_str_eq(mct_closure_name(options.closure), "percus-yevick");
    mct_statics_destroy(statics);
    mct_statics_destroy(NULL);
    mct_context_destroy(context);
}
