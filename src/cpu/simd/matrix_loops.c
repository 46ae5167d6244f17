/* matrix_loops.c: the algebra of m x m matrices at every wave number, MCT_WIDTH wave numbers at a time. */
#include "cpu/simd/small_matrix.h"

enum { FIXED = 3 }; /* up to this m the loops are compiled for each m, with their scratch on the stack */

MCT_INLINE void glass_map_wide(size_t m, size_t n, size_t q, const double *S, const double *S_inverse,
                               const double *W_inverse, const double *M, mct_wide *scratch, double *G) {
    const size_t mm = m * m;
    mct_wide *a = scratch, *b = a + mm, *c = b + mm, *d = c + mm;
    wide_read_rows(m, n, q, W_inverse, a);
    wide_read_rows(m, n, q, M, b);
    wide_multiply(m, a, m, 1, b, m, 1, c);
    wide_multiply(m, c, m, 1, a, m, 1, b); /* b = Pi */
    wide_read_rows(m, n, q, S, a);
    wide_multiply(m, b, m, 1, a, m, 1, c); /* c = Pi S */
    wide_read_rows(m, n, q, S_inverse, d);
    for (size_t e = 0; e < mm; e++) d[e] += b[e];
    wide_solve(m, d, c);
    wide_write_rows(m * m, n, q, c, G);
}

MCT_INLINE void glass_linearise_wide(size_t m, size_t n, size_t q, const double *S, const double *W_inverse,
                                     const double *G, mct_wide *scratch, double *left, double *right) {
    const size_t mm = m * m;
    mct_wide *a = scratch, *b = a + mm, *c = b + mm;
    wide_read_rows(m, n, q, S, a);
    wide_read_rows(m, n, q, G, b);
    for (size_t e = 0; e < mm; e++) a[e] -= b[e];
    wide_read_rows(m, n, q, W_inverse, b);
    wide_multiply(m, a, m, 1, b, m, 1, c);
    wide_write_rows(m * m, n, q, c, left);
    wide_multiply(m, b, m, 1, a, m, 1, c);
    wide_write_rows(m * m, n, q, c, right);
}

MCT_INLINE void sandwich_wide(size_t m, size_t n, size_t q, const double *left, const double *A, const double *right,
                              int transposed, mct_wide *scratch, double *out) {
    const size_t mm = m * m, row = transposed ? 1 : m, column = transposed ? m : 1;
    mct_wide *a = scratch, *b = a + mm, *c = b + mm;
    wide_read_rows(m, n, q, left, a);
    wide_read_rows(m, n, q, A, b);
    wide_multiply(m, a, row, column, b, m, 1, c);
    wide_read_rows(m, n, q, right, a);
    wide_multiply(m, c, m, 1, a, row, column, b);
    wide_write_rows(m * m, n, q, b, out);
}

/* Runs CALL for blocks of the wave numbers first ... last - 1 with m replaced by a constant where m <= FIXED. */
#define FOR_WAVE_NUMBERS(CALL)                         \
    mct_wide local[5 * FIXED * FIXED];                 \
    for (size_t q = first; q < last; q += MCT_WIDTH) { \
        switch (m) {                                   \
        case 1: CALL(1, local); break;                 \
        case 2: CALL(2, local); break;                 \
        case 3: CALL(3, local); break;                 \
        default: CALL(m, (mct_wide *)scratch); break;  \
        }                                              \
    }

static void glass_map(size_t m, size_t n, size_t first, size_t last, const double *S, const double *S_inverse,
                      const double *W_inverse, const double *M, double *scratch, double *G) {
#define CALL(size, work) glass_map_wide(size, n, q, S, S_inverse, W_inverse, M, work, G)
    FOR_WAVE_NUMBERS(CALL)
#undef CALL
}

static void glass_linearise(size_t m, size_t n, size_t first, size_t last, const double *S, const double *W_inverse,
                            const double *G, double *scratch, double *left, double *right) {
#define CALL(size, work) glass_linearise_wide(size, n, q, S, W_inverse, G, work, left, right)
    FOR_WAVE_NUMBERS(CALL)
#undef CALL
}

static void sandwich(size_t m, size_t n, size_t first, size_t last, const double *left, const double *A,
                     const double *right, int transposed, double *scratch, double *out) {
#define CALL(size, work) sandwich_wide(size, n, q, left, A, right, transposed, work, out)
    FOR_WAVE_NUMBERS(CALL)
#undef CALL
}

const mct_matrix_loops MCT_VARIANT(mct_matrix_loops_) = {
    .glass_map = glass_map,
    .glass_linearise = glass_linearise,
    .sandwich = sandwich,
};
