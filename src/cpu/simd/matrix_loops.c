/* matrix_loops.c: the algebra of m x m matrices at every wave number, MCT_LANES wave numbers at a time. */
#include "small_matrix.h"

enum { FIXED = 3 }; /* up to this m the loops are compiled for each m, with their scratch on the stack */

MCT_INLINE void glass_map_lanes(size_t m, size_t n, size_t q, size_t count, const double *S, const double *S_inverse,
                                const double *W_inverse, const double *M, mct_lanes *scratch, double *G) {
    const size_t mm = m * m;
    mct_lanes *a = scratch, *b = a + mm, *c = b + mm, *d = c + mm;
    lanes_read(m, n, q, count, W_inverse, a);
    lanes_read(m, n, q, count, M, b);
    lanes_multiply(m, a, m, 1, b, m, 1, c);
    lanes_multiply(m, c, m, 1, a, m, 1, b); /* b = Pi */
    lanes_read(m, n, q, count, S, a);
    lanes_multiply(m, b, m, 1, a, m, 1, c); /* c = Pi S */
    lanes_read(m, n, q, count, S_inverse, d);
    for (size_t e = 0; e < mm; e++) d[e] += b[e];
    lanes_solve(m, d, c);
    lanes_write(m, n, q, count, c, G);
}

MCT_INLINE void glass_linearise_lanes(size_t m, size_t n, size_t q, size_t count, const double *S,
                                      const double *W_inverse, const double *G, mct_lanes *scratch, double *left,
                                      double *right) {
    const size_t mm = m * m;
    mct_lanes *a = scratch, *b = a + mm, *c = b + mm;
    lanes_read(m, n, q, count, S, a);
    lanes_read(m, n, q, count, G, b);
    for (size_t e = 0; e < mm; e++) a[e] -= b[e];
    lanes_read(m, n, q, count, W_inverse, b);
    lanes_multiply(m, a, m, 1, b, m, 1, c);
    lanes_write(m, n, q, count, c, left);
    lanes_multiply(m, b, m, 1, a, m, 1, c);
    lanes_write(m, n, q, count, c, right);
}

MCT_INLINE void sandwich_lanes(size_t m, size_t n, size_t q, size_t count, const double *left, const double *A,
                               const double *right, int transposed, mct_lanes *scratch, double *out) {
    const size_t mm = m * m, row = transposed ? 1 : m, column = transposed ? m : 1;
    mct_lanes *a = scratch, *b = a + mm, *c = b + mm;
    lanes_read(m, n, q, count, left, a);
    lanes_read(m, n, q, count, A, b);
    lanes_multiply(m, a, row, column, b, m, 1, c);
    lanes_read(m, n, q, count, right, a);
    lanes_multiply(m, c, m, 1, a, row, column, b);
    lanes_write(m, n, q, count, b, out);
}

/* Runs CALL for blocks of wave numbers with m replaced by a constant where m <= FIXED. */
#define FOR_LANES(CALL)                                             \
    mct_lanes local[5 * FIXED * FIXED];                             \
    for (size_t q = 0; q < n; q += MCT_LANES) {                     \
        const size_t count = n - q < MCT_LANES ? n - q : MCT_LANES; \
        switch (m) {                                                \
        case 1: CALL(1, local); break;                              \
        case 2: CALL(2, local); break;                              \
        case 3: CALL(3, local); break;                              \
        default: CALL(m, (mct_lanes *)scratch); break;              \
        }                                                           \
    }

static void glass_map(size_t m, size_t n, const double *S, const double *S_inverse, const double *W_inverse,
                      const double *M, double *scratch, double *G) {
#define CALL(size, work) glass_map_lanes(size, n, q, count, S, S_inverse, W_inverse, M, work, G)
    FOR_LANES(CALL)
#undef CALL
}

static void glass_linearise(size_t m, size_t n, const double *S, const double *W_inverse, const double *G,
                            double *scratch, double *left, double *right) {
#define CALL(size, work) glass_linearise_lanes(size, n, q, count, S, W_inverse, G, work, left, right)
    FOR_LANES(CALL)
#undef CALL
}

static void sandwich(size_t m, size_t n, const double *left, const double *A, const double *right, int transposed,
                     double *scratch, double *out) {
#define CALL(size, work) sandwich_lanes(size, n, q, count, left, A, right, transposed, work, out)
    FOR_LANES(CALL)
#undef CALL
}

const mct_matrix_loops MCT_VARIANT(mct_matrix_loops_) = {
    .glass_map = glass_map,
    .glass_linearise = glass_linearise,
    .sandwich = sandwich,
};
