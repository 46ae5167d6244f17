/* test_glass.c: nonergodicity parameters against reference values, plain iteration in long double, symmetries. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "reference/support.h"

enum { N = 100, SPECIES_MAX = 3, SIZE = SPECIES_MAX * SPECIES_MAX * N, K74 = 18 /* k = 7.4 */ };

static const double half[] = {0.5, 0.5};
static const double phi_c_passive = 0.515912134119; /* docs/theory.md */

static mct_glass_options with_kernel(mct_kernel_algorithm kernel) {
    mct_glass_options options = mct_glass_options_default();
    options.solver.kernel = kernel;
    return options;
}

/* Solves one mixture on the literature's grid and expects MCT_OK. */
static mct_glass_result solve(const mct_glass_options *options, const mct_mixture *mixture, double *F) {
    mct_context *context = support_context(1);
    mct_grid grid = mct_grid_default();
    mct_glass_result result;
    cr_expect_eq(mct_glass_solve(context, options, &grid, 1, mixture, F, &result, NULL, NULL), MCT_OK, "%s",
                 mct_context_error(context));
    cr_expect_eq(result.status, MCT_OK, "%s", result.message);
    cr_expect(result.residual <= options->solver.tolerance, "residual %.2e", result.residual);
    mct_context_destroy(context);
    return result;
}

/* max |A - B| over everything, in units of the largest |B|. */
static double distance(size_t count, const double *A, const double *B) {
    double largest = 0.0, error = 0.0;
    for (size_t i = 0; i < count; i++) {
        largest = fmax(largest, fabs(B[i]));
        error = fmax(error, isnan(A[i]) ? INFINITY : fabs(A[i] - B[i]));
    }
    return error / largest;
}

/* --- Reference values --------------------------------------------------------------------------------------- */

Test(glass, published_digits_with_every_algorithm) {
    /* docs/theory.md, "Reference values", k = 7.4, order aa, ap, pa, pp: every digit given */
    const struct {
        double packing_fraction, activity, F[4];
    } cases[] = {{0.524, 1.02, {1.659262040, 0.825716296, 0.832797021, 1.677297210}},
                 {0.65, 3.0, {0.719139213, 0.409647457, 0.924500763, 1.914618885}}};
    for (mct_kernel_algorithm kernel = MCT_KERNEL_AUTO; kernel <= MCT_KERNEL_FOURIER; kernel++)
        for (size_t n = 0; n < 2; n++) {
            const double activities[] = {cases[n].activity, 1.0};
            mct_species species[2];
            mct_mixture mixture = support_mixture(species, cases[n].packing_fraction, 2, half, activities);
            mct_glass_options options = with_kernel(kernel);
            double F[4 * N];
            mct_glass_result result = solve(&options, &mixture, F);
            cr_expect_eq(result.state, MCT_GLASS);
            cr_expect(result.eigenvalue < 1.0 && result.eigenvalue > 0.0, "eigenvalue %g", result.eigenvalue);
            for (size_t c = 0; c < 4; c++)
                cr_expect(fabs(F[c * N + K74] - cases[n].F[c]) < 0.6e-9, "%s, case %zu, component %zu: %.10f",
                          mct_kernel_algorithm_name(kernel), n, c, F[c * N + K74]);
        }
}

Test(glass, every_method_gives_what_plain_iteration_gives) {
    /* in long double, by the equations; the library's residual of 1e-12 is an error of 1e-12/(1 - eigenvalue) */
    const mct_glass_method methods[] = {MCT_GLASS_AUTO, MCT_GLASS_PLAIN, MCT_GLASS_ANDERSON, MCT_GLASS_NEWTON_KRYLOV};
    mct_context *context = support_context(1);
    uint64_t seed = 9;
    for (int round = 0; round < 6; round++) {
        size_t m = 1 + (size_t)round % 3;
        mct_grid grid = {.points = 50, .spacing = 0.8};
        if (round >= 3) grid = (mct_grid){.points = 150, .spacing = 0.2, .quadrature = MCT_QUADRATURE_CORRECTED};
        mct_species species[3];
        mct_mixture mixture = support_random_mixture(&seed, species, 0.69, m, 0.1, 2.0);
        for (size_t mu = 0; mu < m; mu++) species[mu].diffusivity = support_uniform(&seed, 0.5, 2.0);
        reference_state *state = reference_state_create(&grid, &mixture);
        long double *expected = reference_array(m * m * grid.points);
        cr_assert_eq(reference_plain_iteration(state, grid.quadrature, 1e-15L, 3000, expected), REFERENCE_GLASS);
        double *F = calloc(m * m * grid.points, sizeof *F);
        for (size_t method = 0; method < 4; method++) {
            mct_glass_options options = mct_glass_options_default();
            mct_glass_result result;
            options.method = methods[method];
            cr_assert_eq(mct_glass_solve(context, &options, &grid, 1, &mixture, F, &result, NULL, NULL), MCT_OK, "%s",
                         mct_context_error(context));
            cr_expect_eq(result.state, MCT_GLASS);
            long double *wide = reference_widen(m * m * grid.points, F);
            double error = (double)reference_distance(state, wide, expected);
            cr_expect(error < 3e-11, "round %d, method %zu: %.2e", round, method, error);
            free(wide);
        }
        free(F), free(expected);
        reference_state_destroy(state);
    }
    mct_context_destroy(context);
}

/* --- Exact symmetries --------------------------------------------------------------------------------------- */

/* sum over the species of a group: F_gh = sum_{i in g, j in h} sqrt(x_i x_j/(x_g x_h)) F_ij */
static void merge(const mct_mixture *mixture, const double *F, const size_t *group, size_t groups, double *merged) {
    size_t m = mixture->species_count;
    double total[SPECIES_MAX] = {0.0};
    for (size_t mu = 0; mu < m; mu++) total[group[mu]] += mixture->species[mu].fraction;
    memset(merged, 0, groups * groups * N * sizeof *merged);
    for (size_t mu = 0; mu < m; mu++)
        for (size_t nu = 0; nu < m; nu++) {
            double weight = sqrt(mixture->species[mu].fraction / total[group[mu]] * mixture->species[nu].fraction /
                                 total[group[nu]]);
            for (size_t q = 0; q < N; q++)
                merged[(group[mu] * groups + group[nu]) * N + q] += weight * F[(mu * m + nu) * N + q];
        }
}

Test(glass, labels_on_passive_particles_change_nothing) {
    const double all[] = {1.0}, parts[] = {0.2, 0.3, 0.5};
    const size_t group[] = {0, 0, 0};
    mct_species one[1], three[3];
    mct_mixture single = support_mixture(one, 0.53, 1, all, NULL);
    mct_mixture labelled = support_mixture(three, 0.53, 3, parts, NULL);
    mct_glass_options options = mct_glass_options_default();
    double A[N], B[SIZE], merged[N];
    solve(&options, &single, A);
    solve(&options, &labelled, B);
    merge(&labelled, B, group, 1, merged);
    cr_expect(distance(N, merged, A) < 1e-10, "%.2e", distance(N, merged, A));
    for (size_t c = 0; c < 9; c++) /* symmetric where nobody is active */
        cr_expect(distance(N, B + c * N, B + (c % 3 * 3 + c / 3) * N) < 1e-10);
}

Test(glass, splitting_a_species_changes_nothing_at_any_activity) {
    const double parts[] = {0.2, 0.3, 0.5}, two[] = {3.0, 1.5}, three[] = {3.0, 3.0, 1.5};
    const size_t group[] = {0, 0, 1};
    mct_species a[2], b[3];
    mct_mixture whole = support_mixture(a, 0.69, 2, half, two), split = support_mixture(b, 0.69, 3, parts, three);
    mct_glass_options options = mct_glass_options_default();
    double A[4 * N], B[SIZE], merged[4 * N];
    solve(&options, &whole, A);
    solve(&options, &split, B);
    merge(&split, B, group, 2, merged);
    cr_expect(distance(4 * N, merged, A) < 1e-10, "%.2e", distance(4 * N, merged, A));
    cr_expect(distance(N, A + N, A + 2 * N) > 1e-2, "an active F is not symmetric");
}

Test(glass, permuting_species_permutes_the_result) {
    const double parts[] = {0.2, 0.3, 0.5}, activities[] = {5.0, 1.0, 2.0};
    const size_t order[] = {1, 2, 0};
    mct_species species[3], permuted[3];
    mct_mixture mixture = support_mixture(species, 0.66, 3, parts, activities), other = mixture;
    for (size_t mu = 0; mu < 3; mu++) permuted[mu] = species[order[mu]];
    other.species = permuted;
    mct_glass_options options = mct_glass_options_default();
    double A[SIZE], B[SIZE];
    solve(&options, &mixture, A);
    solve(&options, &other, B);
    for (size_t c = 0; c < 9; c++) cr_expect(distance(N, B + c * N, A + (order[c / 3] * 3 + order[c % 3]) * N) < 1e-10);
}

Test(glass, diffusivities_scale_out) {
    /* all D times s: the same F at any activity; all passive: the same F for any D at all, as in equilibrium */
    const double activities[] = {3.0, 1.0};
    mct_species species[2];
    mct_glass_options options = mct_glass_options_default();
    double A[4 * N], B[4 * N];
    mct_mixture mixture = support_mixture(species, 0.64, 2, half, activities);
    species[1].diffusivity = 2.0;
    solve(&options, &mixture, A);
    species[0].diffusivity = 0.01, species[1].diffusivity = 0.02;
    solve(&options, &mixture, B);
    cr_expect(distance(4 * N, B, A) < 1e-10, "%.2e", distance(4 * N, B, A));
    mixture = support_mixture(species, 0.53, 2, half, NULL);
    solve(&options, &mixture, A);
    species[0].diffusivity = 30.0;
    solve(&options, &mixture, B);
    cr_expect(distance(4 * N, B, A) < 1e-10, "%.2e", distance(4 * N, B, A));
}

Test(glass, the_general_path_equals_rank_one) {
    const double activities[] = {4.0, 1.0};
    mct_species species[2];
    mct_mixture mixture = support_mixture(species, 0.63, 2, half, activities);
    mct_glass_options options = mct_glass_options_default();
    double A[4 * N], B[4 * N];
    options.solver.path = MCT_PATH_GENERAL;
    solve(&options, &mixture, A);
    options.solver.path = MCT_PATH_RANK_ONE;
    solve(&options, &mixture, B);
    cr_expect(distance(4 * N, B, A) < 1e-10, "%.2e", distance(4 * N, B, A));
}

Test(glass, grows_with_the_packing_fraction) {
    const double all[] = {1.0};
    const size_t watched[] = {8, 17, 18, 26, 43}; /* k = 3.4, 7.0, 7.4, 10.6, 17.4 */
    mct_species species[1];
    mct_glass_options options = mct_glass_options_default();
    double F[N], last[5] = {0.0};
    for (double phi = 0.516; phi < 0.58; phi += 0.01) {
        mct_mixture mixture = support_mixture(species, phi, 1, all, NULL);
        mct_grid grid = mct_grid_default();
        reference_state *state = reference_state_create(&grid, &mixture);
        cr_expect_eq(solve(&options, &mixture, F).state, MCT_GLASS);
        for (size_t n = 0; n < 5; n++) {
            double f = F[watched[n]] / (double)state->S[watched[n]];
            cr_expect(f > last[n] && f < 1.0, "phi = %g: f(%g) = %g after %g", phi, (double)state->k[watched[n]], f,
                      last[n]);
            last[n] = f;
        }
        reference_state_destroy(state);
    }
}

/* --- Fluid, and the neighbourhood of the transition --------------------------------------------------------- */

Test(glass, a_fluid_is_exactly_zero) {
    const double activities[] = {3.0, 1.0}, phis[] = {1e-3, 0.1, 0.3, 0.5, 0.55, 0.6, 0.6102};
    for (size_t n = 0; n < sizeof phis / sizeof *phis; n++) {
        mct_species species[2];
        mct_mixture mixture = support_mixture(species, phis[n], 2, half, activities);
        mct_glass_options options = mct_glass_options_default();
        double F[4 * N];
        cr_expect_eq(solve(&options, &mixture, F).state, MCT_FLUID, "phi = %g", phis[n]);
        for (size_t i = 0; i < 4 * N; i++) cr_expect_eq(F[i], 0.0);
    }
}

Test(glass, near_the_transition_costs_hundreds_and_is_decided_right) {
    /* phi_c (1 +- epsilon); plain iteration would take 8000 steps at 1e-6 */
    const double epsilons[] = {1e-3, 1e-5, 1e-6}, all[] = {1.0};
    for (size_t n = 0; n < 3; n++)
        for (int sign = -1; sign <= 1; sign += 2) {
            mct_species species[1];
            mct_mixture mixture = support_mixture(species, phi_c_passive * (1.0 + sign * epsilons[n]), 1, all, NULL);
            mct_glass_options options = mct_glass_options_default();
            double F[N];
            mct_glass_result result = solve(&options, &mixture, F);
            cr_expect_eq(result.state, sign < 0 ? MCT_FLUID : MCT_GLASS, "epsilon = %g", sign * epsilons[n]);
            cr_expect(result.evaluations <= 600, "epsilon = %g took %lu", sign * epsilons[n], result.evaluations);
            if (sign < 0) continue;
            /* f - f_c ~ sqrt(epsilon) > 0 on the physical branch, < 0 on the other; f_c(7.4) = 0.802389 */
            cr_expect(result.eigenvalue < 1.0 && result.eigenvalue > 0.9, "eigenvalue %.9f", result.eigenvalue);
            mct_grid grid = mct_grid_default();
            reference_state *state = reference_state_create(&grid, &mixture);
            double f = F[K74] / (double)state->S[K74];
            cr_expect(f > 0.802389 + 0.1 * sqrt(epsilons[n]) && f < 0.802389 + sqrt(epsilons[n]), "f(7.4) = %.9f", f);
            reference_state_destroy(state);
        }
}

/* --- Failures and batches ----------------------------------------------------------------------------------- */

Test(glass, says_when_it_has_not_converged) {
    const mct_glass_method methods[] = {MCT_GLASS_AUTO, MCT_GLASS_PLAIN, MCT_GLASS_ANDERSON, MCT_GLASS_NEWTON_KRYLOV};
    const double all[] = {1.0};
    mct_context *context = support_context(1);
    mct_grid grid = mct_grid_default();
    mct_species species[1];
    mct_mixture mixture = support_mixture(species, phi_c_passive * (1.0 + 1e-5), 1, all, NULL);
    for (size_t n = 0; n < 4; n++) {
        mct_glass_options options = mct_glass_options_default();
        mct_glass_result result;
        double F[N];
        options.method = methods[n];
        options.evaluations_max = 7;
        cr_expect_eq(mct_glass_solve(context, &options, &grid, 1, &mixture, F, &result, NULL, NULL), MCT_NOT_CONVERGED);
        cr_expect_eq(result.status, MCT_NOT_CONVERGED);
        cr_expect(result.message[0] != '\0' && *mct_context_error(context) != '\0');
        /* one more for the residual of the F returned */
        cr_expect(result.evaluations <= 8, "method %zu took %lu of 7", n, result.evaluations);
        options.evaluations_max = mct_glass_options_default().evaluations_max;
        options.solver.tolerance = 1e-15; /* below rounding this near the fold: never claimed without being met */
        (void)mct_glass_solve(context, &options, &grid, 1, &mixture, F, &result, NULL, NULL);
        cr_expect(result.status == MCT_OK ? result.residual <= 1e-15
                                          : result.status == MCT_NOT_CONVERGED && result.message[0] != '\0');
        cr_expect(result.evaluations <= options.evaluations_max);
    }
    mct_context_destroy(context);
}

Test(glass, one_bad_point_does_not_spoil_the_others) {
    enum { POINTS = 5 };
    const double activities[] = {2.0, 1.0}, phis[POINTS] = {0.62, 0.50, 1.5, 0.60, 0.66};
    mct_context *context = support_context(2);
    mct_grid grid = mct_grid_default();
    mct_species species[2];
    mct_mixture mixtures[POINTS];
    mct_glass_result results[POINTS];
    mct_glass_options options = mct_glass_options_default();
    mct_kernel_algorithm kernel = MCT_KERNEL_AUTO;
    const char *backend = NULL;
    double *F = calloc(POINTS * 4 * N, sizeof *F), alone[4 * N];
    for (size_t point = 0; point < POINTS; point++)
        mixtures[point] = support_mixture(species, phis[point], 2, half, activities);
    cr_expect_eq(mct_glass_solve(context, &options, &grid, POINTS, mixtures, F, results, &kernel, &backend),
                 MCT_ARGUMENT);
    cr_expect_eq(results[2].status, MCT_ARGUMENT);
    cr_expect(results[2].message[0] != '\0' && *mct_context_error(context) != '\0');
    cr_expect(kernel != MCT_KERNEL_AUTO);
    cr_expect_str_eq(backend, "cpu");
    for (size_t point = 0; point < POINTS; point++) {
        if (point == 2) continue;
        mct_glass_result result = solve(&options, &mixtures[point], alone);
        cr_expect_eq(results[point].status, MCT_OK);
        cr_expect_eq(results[point].state, point == 1 ? MCT_FLUID : MCT_GLASS);
        cr_expect_eq(results[point].evaluations, result.evaluations);
        /* bit for bit: threads and neighbours change nothing */
        cr_expect_arr_eq(F + point * 4 * N, alone, sizeof alone, "point %zu", point);
    }
    free(F);
    mct_context_destroy(context);
}

Test(glass, refuses_bad_options) {
    const double all[] = {1.0};
    mct_context *context = support_context(1);
    mct_grid grid = mct_grid_default(), bad = {.points = 2, .spacing = 0.4};
    mct_species species[1];
    mct_mixture mixture = support_mixture(species, 0.52, 1, all, NULL);
    mct_glass_options options = mct_glass_options_default();
    mct_glass_result result;
    double F[N];
    cr_expect_eq(mct_glass_solve(context, &options, &bad, 1, &mixture, F, &result, NULL, NULL), MCT_ARGUMENT);
    options.solver.tolerance = 0.0;
    cr_expect_eq(mct_glass_solve(context, &options, &grid, 1, &mixture, F, &result, NULL, NULL), MCT_ARGUMENT);
    options = mct_glass_options_default();
    strcpy(options.solver.backend, "abacus");
    cr_expect_eq(mct_glass_solve(context, &options, &grid, 1, &mixture, F, &result, NULL, NULL), MCT_BACKEND);
    cr_expect_str_eq(mct_state_name(MCT_FLUID), "fluid");
    cr_expect_str_eq(mct_state_name(MCT_GLASS), "glass");
    mct_context_destroy(context);
}
