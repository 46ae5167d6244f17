/* test_kernel.c: M[F, G] of every algorithm, path and quadrature against the long-double sums. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "backend/kernel_fixture.h"

/* Worst error over all q relative to max over components |M(q)|: the increments in double reach 6e-14 (N = 100) to
 * 3e-13 (N = 1000), docs/theory.md, "Memory kernel"; long_kernel_accuracy.c does the larger N. */
static const double error_allowed = 1e-12;
/* M[F, G] with a G of both signs has no sum of positive terms to be measured by: room for a factor of 5. */
static const double bilinear_error_allowed = 5e-12;

/* --- The references ----------------------------------------------------------------------------------------- */

Test(kernel, the_references_agree_with_each_other) {
    /* Sum over the triangle region as it is written = differences of triangle sums = correlation sums, in long double;
     * 2e-15 is 500 times
     * better than what they are used for (and half of it the rounding of one of them to double). */
    const size_t sizes[] = {4, 5, 16, 33, 60};
    mct_context *context = support_context(1);
    uint64_t seed = 4;
    for (size_t n = 0; n < sizeof sizes / sizeof *sizes; n++) {
        size_t N = sizes[n], m = 1 + n % 3, count = m * m * N;
        mct_grid grid = {.points = N, .spacing = 40.0 / (double)N};
        mct_species species[3];
        mct_mixture mixture = mixture_of(species, 0.6, m);
        mct_statics *statics = support_statics_unequal(context, &grid, &mixture);
        reference_state *state = reference_state_from_statics(&grid, statics);
        double *F = fields_create(count), *G = fields_create(count), *M = fields_create(count);
        support_fill(SUPPORT_SMOOTH, &grid, statics, &seed, F);
        support_fill(SUPPORT_SMOOTH, &grid, statics, &seed, G);
        long double *f = reference_widen(count, F), *g = reference_widen(count, G), *sum = reference_array(count);
        size_t *q = calloc(N, sizeof *q);
        cr_assert_not_null(q);
        for (size_t i = 0; i < N; i++) q[i] = i;
        for (int corrected = 0; corrected < 2; corrected++) {
            mct_quadrature quadrature = corrected ? MCT_QUADRATURE_CORRECTED : MCT_QUADRATURE_RIEMANN;
            reference_kernel_increments(state, quadrature, f, g, sum);
            reference_narrow(count, sum, M);
            reference_kernel_triangle(state, quadrature, f, g, sum);
            cr_expect(support_kernel_error(m * m, N, N, NULL, M, sum) < 2e-15, "triangle, N = %zu", N);
            if (corrected) continue;
            reference_kernel_direct(state, f, g, N, q, sum);
            cr_expect(support_kernel_error(m * m, N, N, NULL, M, sum) < 2e-15, "direct, N = %zu", N);
        }
        free(f), free(g), free(sum), free(F), free(G), free(M), free(q);
        reference_state_destroy(state);
        mct_statics_destroy(statics);
    }
    mct_context_destroy(context);
}

/* --- Accuracy ----------------------------------------------------------------------------------------------- */

/* A glass with these on every grid that reaches 40.  (In the F of a fluid
 * after some plain iterations the species nearly cancel in X = C F C^T.) */
static const double packing_fraction = 0.66;

/* Every field (the glass where `glass`) through both paths; unequal c_mn through the general one. */
static void expect_accurate(const mct_grid *grid, size_t m, mct_kernel_algorithm algorithm, bool glass) {
    mct_context *context = support_context(1);
    size_t N = grid->points, count = m * m * N;
    mct_species species[3];
    mct_mixture mixture = mixture_of(species, packing_fraction, m);
    for (size_t mu = 0; mu < m; mu++) species[mu].diffusivity = 1.0 + 0.5 * (double)mu;
    mct_statics *equal = support_statics(context, grid, &mixture);
    mct_statics *unequal = support_statics_unequal(context, grid, &mixture);
    mct_kernel *general = create(context, grid, m, 1, algorithm, MCT_PATH_GENERAL);
    mct_kernel *rank_one = create(context, grid, m, 1, algorithm, MCT_PATH_RANK_ONE);
    double *F = fields_create(count), *G = fields_create(count), *M = fields_create(count);
    long double *sum = reference_array(count), *size = reference_array(N);
    uint64_t seed = 5;
    cr_assert_eq(mct_kernel_algorithm_used(general), algorithm);
    for (support_field field = 0; field < SUPPORT_FIELD_COUNT; field++)
        for (int turn = field == SUPPORT_GLASS && !glass ? 3 : 0; turn < 3; turn++) {
            const mct_statics *statics = turn == 2 ? unequal : equal;
            mct_kernel *kernel = turn == 1 ? rank_one : general;
            support_fill(field, grid, equal, &seed, F);
            support_fill(SUPPORT_DIRECTION, grid, equal, &seed, G);
            reference_state *state = reference_state_from_statics(grid, statics);
            long double *f = reference_widen(count, F), *g = reference_widen(count, G);
            cr_assert_eq(mct_kernel_set_statics(kernel, 0, statics), MCT_OK);
            reference_kernel_increments(state, grid->quadrature, f, f, sum);
            cr_assert_eq(mct_kernel_apply(kernel, 0, 1, F, M), MCT_OK);
            double error = support_kernel_error(m * m, N, N, NULL, M, sum);
            cr_expect(error <= error_allowed, "%s %s N = %zu m = %zu %s, turn %d: %.2e",
                      mct_kernel_algorithm_name(algorithm), mct_quadrature_name(grid->quadrature), N, m,
                      support_field_name(field), turn, error);
            if (N <= 129) { /* the size is slow */
                reference_kernel_increments(state, grid->quadrature, f, g, sum);
                cr_assert_eq(mct_kernel_bilinear(kernel, 0, 1, F, G, M), MCT_OK);
                reference_kernel_size(state, f, g, size); /* G has both signs: M[F, G] may vanish */
                error = support_kernel_error_sized(m * m, N, M, sum, size);
                cr_expect(error <= bilinear_error_allowed, "bilinear, %s N = %zu m = %zu %s, turn %d: %.2e",
                          mct_kernel_algorithm_name(algorithm), N, m, support_field_name(field), turn, error);
            }
            free(f), free(g);
            reference_state_destroy(state);
        }
    free(sum), free(size), free(F), free(G), free(M);
    mct_kernel_destroy(general);
    mct_kernel_destroy(rank_one);
    mct_statics_destroy(equal);
    mct_statics_destroy(unequal);
    mct_context_destroy(context);
}

static void expect_accurate_both(size_t N, double spacing, size_t m, mct_kernel_algorithm algorithm) {
    mct_grid grid = {.points = N, .spacing = spacing};
    expect_accurate(&grid, m, algorithm, (double)N * spacing > 39.0);
    grid.quadrature = MCT_QUADRATURE_CORRECTED;
    expect_accurate(&grid, m, algorithm, (double)N * spacing > 39.0);
}

Test(kernel, direct_is_accurate) {
    for (size_t m = 1; m <= 3; m++) {
        expect_accurate_both(16, 2.5, m, MCT_KERNEL_DIRECT);
        expect_accurate_both(100, 0.4, m, MCT_KERNEL_DIRECT);
    }
}

Test(kernel, factorized_is_accurate) {
    for (size_t m = 1; m <= 3; m++) {
        expect_accurate_both(16, 2.5, m, MCT_KERNEL_FACTORIZED);
        expect_accurate_both(100, 0.4, m, MCT_KERNEL_FACTORIZED);
    }
    expect_accurate_both(257, 40.0 / 257.0, 2, MCT_KERNEL_FACTORIZED);
}

Test(kernel, fourier_is_accurate) {
    for (size_t m = 1; m <= 3; m++) {
        expect_accurate_both(16, 2.5, m, MCT_KERNEL_FOURIER);
        expect_accurate_both(100, 0.4, m, MCT_KERNEL_FOURIER);
    }
    expect_accurate_both(257, 40.0 / 257.0, 2, MCT_KERNEL_FOURIER);
}

Test(kernel, every_small_and_odd_size_is_accurate) {
    /* every N from the smallest, primes, powers of two and their neighbours: edges of vector loops and of transforms */
    const size_t more[] = {37, 47, 63, 64, 65, 97, 127, 129};
    for (size_t a = 0; a < 3; a++) {
        for (size_t N = 4; N <= 33; N++) expect_accurate_both(N, 0.4, 2, algorithms[a]);
        for (size_t n = 0; n < sizeof more / sizeof *more; n++) expect_accurate_both(more[n], 0.3, 1, algorithms[a]);
    }
}
