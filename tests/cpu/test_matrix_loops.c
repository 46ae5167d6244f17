/* test_matrix_loops.c: the small matrices of every instruction set against elimination in long double, with matrices
 * whose pivots are anywhere: physical ones rarely need a swap of rows. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

#include "cpu/simd/loops.h"
#include "reference/support.h"

enum { POINTS = 61, SPECIES_MAX = 5, SIZE = SPECIES_MAX * SPECIES_MAX * POINTS };

static void fill(uint64_t *seed, size_t count, double *values) {
    for (size_t i = 0; i < count; i++) values[i] = support_uniform(seed, -1.0, 1.0);
}

static long double at(const double *array, size_t m, size_t q, size_t r, size_t c) {
    return (long double)array[(r * m + c) * POINTS + q];
}

/* C = A B of one wave number, [m][m]. */
static void multiply(size_t m, const long double *A, const long double *B, long double *C) {
    for (size_t r = 0; r < m; r++)
        for (size_t c = 0; c < m; c++) {
            C[r * m + c] = 0.0L;
            for (size_t k = 0; k < m; k++) C[r * m + c] += A[r * m + k] * B[k * m + c];
        }
}

static void gather(const double *array, size_t m, size_t q, bool transposed, long double *A) {
    for (size_t r = 0; r < m; r++)
        for (size_t c = 0; c < m; c++) A[r * m + c] = transposed ? at(array, m, q, c, r) : at(array, m, q, r, c);
}

static void expect_glass_map(const mct_loops *loops, size_t m, uint64_t *seed) {
    static double S[SIZE], S_inverse[SIZE], W_inverse[SIZE], M[SIZE], G[SIZE];
    static _Alignas(64) double scratch[5 * 25 * MCT_LANES];
    fill(seed, m * m * POINTS, S);
    fill(seed, m * m * POINTS, S_inverse);
    fill(seed, m * m * POINTS, W_inverse);
    fill(seed, m * m * POINTS, M);
    loops->matrix->glass_map(m, POINTS, 0, POINTS, S, S_inverse, W_inverse, M, scratch, G);
    for (size_t q = 0; q < POINTS; q++) {
        /* the residual of (S^-1 + Pi) G = Pi S, Pi = W^-1 M W^-1, relative to its terms */
        long double w[25], mm[25], s[25], g[25], t[25], pi[25], right[25], k[25], left[25];
        gather(W_inverse, m, q, false, w);
        gather(M, m, q, false, mm);
        gather(S, m, q, false, s);
        gather(G, m, q, false, g);
        gather(S_inverse, m, q, false, k);
        multiply(m, w, mm, t);
        multiply(m, t, w, pi);
        multiply(m, pi, s, right);
        for (size_t e = 0; e < m * m; e++) k[e] += pi[e];
        multiply(m, k, g, left);
        long double size = 1.0L;
        for (size_t e = 0; e < m * m; e++) size = fmaxl(size, fabsl(g[e]));
        for (size_t e = 0; e < m * m; e++) {
            cr_expect(fabsl(left[e] - right[e]) < 1e-13L * size, "%s m = %zu q %zu: %Lg", loops->name, m, q,
                      (left[e] - right[e]) / size);
        }
    }
}

static void expect_sandwich(const mct_loops *loops, size_t m, uint64_t *seed) {
    static double left[SIZE], A[SIZE], right[SIZE], out[SIZE];
    static _Alignas(64) double scratch[5 * 25 * MCT_LANES];
    fill(seed, m * m * POINTS, left);
    fill(seed, m * m * POINTS, A);
    fill(seed, m * m * POINTS, right);
    for (int transposed = 0; transposed < 2; transposed++) {
        loops->matrix->sandwich(m, POINTS, 0, POINTS, left, A, right, transposed, scratch, out);
        for (size_t q = 0; q < POINTS; q++) {
            long double l[25], a[25], r[25], t[25], u[25], o[25];
            gather(left, m, q, transposed, l);
            gather(A, m, q, false, a);
            gather(right, m, q, transposed, r);
            gather(out, m, q, false, o);
            multiply(m, l, a, t);
            multiply(m, t, r, u);
            for (size_t e = 0; e < m * m; e++) cr_expect(fabsl(u[e] - o[e]) < 1e-14L * (long double)(m * m));
        }
    }
}

static void expect_linearise(const mct_loops *loops, size_t m, uint64_t *seed) {
    static double S[SIZE], W_inverse[SIZE], G[SIZE], left[SIZE], right[SIZE];
    static _Alignas(64) double scratch[5 * 25 * MCT_LANES];
    fill(seed, m * m * POINTS, S);
    fill(seed, m * m * POINTS, W_inverse);
    fill(seed, m * m * POINTS, G);
    loops->matrix->glass_linearise(m, POINTS, 0, POINTS, S, W_inverse, G, scratch, left, right);
    for (size_t q = 0; q < POINTS; q++) {
        long double h[25], g[25], w[25], t[25], l[25], r[25];
        gather(S, m, q, false, h);
        gather(G, m, q, false, g);
        gather(W_inverse, m, q, false, w);
        gather(left, m, q, false, l);
        gather(right, m, q, false, r);
        for (size_t e = 0; e < m * m; e++) h[e] -= g[e];
        multiply(m, h, w, t);
        for (size_t e = 0; e < m * m; e++) cr_expect(fabsl(t[e] - l[e]) < 1e-14L);
        multiply(m, w, h, t);
        for (size_t e = 0; e < m * m; e++) cr_expect(fabsl(t[e] - r[e]) < 1e-14L);
    }
}

Test(matrix_loops, every_instruction_set_is_right) {
    const char *names[] = {"generic", "avx2", "avx512"};
    for (size_t n = 0; n < sizeof names / sizeof *names; n++) {
        const mct_loops *loops = mct_loops_select(names[n]);
        if (!loops) continue; /* not of this build or not of this processor */
        uint64_t seed = 11;
        for (size_t m = 1; m <= SPECIES_MAX; m++) {
            for (int round = 0; round < 5; round++) expect_glass_map(loops, m, &seed);
            expect_sandwich(loops, m, &seed);
            expect_linearise(loops, m, &seed);
        }
    }
    cr_assert_not_null(mct_loops_select("generic"));
    cr_expect_null(mct_loops_select("abacus"));
}
