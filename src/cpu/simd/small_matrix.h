/* small_matrix.h: m x m matrices at MCT_LANES wave numbers at once; [m*m] of MCT_LANES, row major.
 * Everything is inlined with m known at compile time for m = 1, 2, 3 (see matrix_loops.c).  No `restrict` here: gcc 12.2
 * -O3 (generic, avx2) then loses stores of the inlined calls and swaps rows wrongly (tests/test_matrix_loops.c). */
#ifndef MCT_SMALL_MATRIX_H
#define MCT_SMALL_MATRIX_H

#include <math.h>
#include <stddef.h>

#include "loops.h"

typedef struct mct_lanes {
    double v[MCT_LANES];
} mct_lanes;

#define MCT_INLINE static inline __attribute__((always_inline))

/* A from array [m*m][n] at wave numbers q ... q + count - 1; lanes beyond repeat the last one. */
MCT_INLINE void lanes_read(size_t m, size_t n, size_t q, size_t count, const double *array, mct_lanes *A) {
    for (size_t c = 0; c < m * m; c++) {
        const double *from = array + c * n + q;
        if (count == MCT_LANES) {
            for (size_t l = 0; l < MCT_LANES; l++) A[c].v[l] = from[l];
        } else {
            for (size_t l = 0; l < MCT_LANES; l++) A[c].v[l] = from[l < count ? l : count - 1];
        }
    }
}

MCT_INLINE void lanes_write(size_t m, size_t n, size_t q, size_t count, const mct_lanes *A, double *array) {
    for (size_t c = 0; c < m * m; c++) {
        double *to = array + c * n + q;
        if (count == MCT_LANES) {
            for (size_t l = 0; l < MCT_LANES; l++) to[l] = A[c].v[l];
        } else {
            for (size_t l = 0; l < count; l++) to[l] = A[c].v[l];
        }
    }
}

/* C = A B, or A^T B, or A B^T by the strides of A and B: element (r, k) of A at A[r*ra + k*ca]. */
MCT_INLINE void lanes_multiply(size_t m, const mct_lanes *A, size_t ra, size_t ca, const mct_lanes *B, size_t rb,
                               size_t cb, mct_lanes *C) {
    for (size_t r = 0; r < m; r++) {
        for (size_t c = 0; c < m; c++) {
            for (size_t l = 0; l < MCT_LANES; l++) C[r * m + c].v[l] = A[r * ra].v[l] * B[c * cb].v[l];
            for (size_t k = 1; k < m; k++) {
                for (size_t l = 0; l < MCT_LANES; l++) {
                    C[r * m + c].v[l] += A[r * ra + k * ca].v[l] * B[k * rb + c * cb].v[l];
                }
            }
        }
    }
}

/* X with A X = B, in place of B, by elimination with partial pivoting in every lane; A is overwritten. */
MCT_INLINE void lanes_solve(size_t m, mct_lanes *A, mct_lanes *B) {
    for (size_t k = 0; k < m; k++) {
        for (size_t r = k + 1; r < m; r++) { /* bring the larger pivot up: a swap without branches */
            mct_lanes swap;
            for (size_t l = 0; l < MCT_LANES; l++) swap.v[l] = fabs(A[r * m + k].v[l]) > fabs(A[k * m + k].v[l]);
            for (size_t c = 0; c < m; c++) {
                for (size_t l = 0; l < MCT_LANES; l++) {
                    const double a = A[k * m + c].v[l], b = A[r * m + c].v[l], x = B[k * m + c].v[l],
                                 y = B[r * m + c].v[l];
                    A[k * m + c].v[l] = swap.v[l] != 0.0 ? b : a;
                    A[r * m + c].v[l] = swap.v[l] != 0.0 ? a : b;
                    B[k * m + c].v[l] = swap.v[l] != 0.0 ? y : x;
                    B[r * m + c].v[l] = swap.v[l] != 0.0 ? x : y;
                }
            }
        }
        for (size_t r = k + 1; r < m; r++) {
            mct_lanes factor;
            for (size_t l = 0; l < MCT_LANES; l++) factor.v[l] = A[r * m + k].v[l] / A[k * m + k].v[l];
            for (size_t c = k + 1; c < m; c++) {
                for (size_t l = 0; l < MCT_LANES; l++) A[r * m + c].v[l] -= factor.v[l] * A[k * m + c].v[l];
            }
            for (size_t c = 0; c < m; c++) {
                for (size_t l = 0; l < MCT_LANES; l++) B[r * m + c].v[l] -= factor.v[l] * B[k * m + c].v[l];
            }
        }
    }
    for (size_t k = m; k-- > 0;) {
        mct_lanes inverse;
        for (size_t l = 0; l < MCT_LANES; l++) inverse.v[l] = 1.0 / A[k * m + k].v[l];
        for (size_t c = 0; c < m; c++) {
            for (size_t r = k + 1; r < m; r++) {
                for (size_t l = 0; l < MCT_LANES; l++) B[k * m + c].v[l] -= A[k * m + r].v[l] * B[r * m + c].v[l];
            }
            for (size_t l = 0; l < MCT_LANES; l++) B[k * m + c].v[l] *= inverse.v[l];
        }
    }
}

#endif
