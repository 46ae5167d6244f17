/* small_matrix.h: m x m matrices at MCT_WIDTH wave numbers at once; [m*m] vectors, row major.
 * Everything is inlined with m known at compile time for m = 1, 2, 3 (see matrix_loops.c).  No `restrict` here: gcc 12.2
 * -O3 (generic, avx2) then loses stores of the inlined calls and swaps rows wrongly (tests/cpu/test_matrix_loops.c). */
#ifndef MCT_SMALL_MATRIX_H
#define MCT_SMALL_MATRIX_H

#include <stddef.h>
#include <string.h>

#include "cpu/simd/loops.h"
#include "cpu/simd/wide.h"

#define MCT_INLINE static inline __attribute__((always_inline))

/* A from array [m*m][n] at wave numbers q, q + 1, ...; lanes beyond the last one repeat it. */
MCT_INLINE void wide_read_rows(size_t m, size_t n, size_t q, const double *array, mct_wide *A) {
    for (size_t c = 0; c < m * m; c++) {
        const double *const from = array + c * n;
        if (q + MCT_WIDTH <= n) {
            A[c] = mct_wide_read(from + q);
        } else {
            mct_wide filled_up = {0.0};
            for (size_t l = 0; l < MCT_WIDTH; l++) filled_up[l] = from[q + l < n ? q + l : n - 1];
            A[c] = filled_up;
        }
    }
}

/* `count` vectors into rows of n from q on, without what is beyond. */
MCT_INLINE void wide_write_rows(size_t count, size_t n, size_t q, const mct_wide *A, double *array) {
    for (size_t c = 0; c < count; c++) {
        double *const to = array + c * n;
        if (q + MCT_WIDTH <= n) {
            mct_wide_write(&A[c], to + q);
        } else {
            const mct_wide some = A[c]; /* a copy: what is read lane by lane lies in memory */
            for (size_t l = 0; q + l < n; l++) to[q + l] = some[l];
        }
    }
}

/* C = A B, or A^T B, or A B^T by the strides of A and B: element (r, k) of A at A[r*ra + k*ca]. */
MCT_INLINE void wide_multiply(size_t m, const mct_wide *A, size_t ra, size_t ca, const mct_wide *B, size_t rb,
                              size_t cb, mct_wide *C) {
    for (size_t r = 0; r < m; r++) {
        for (size_t c = 0; c < m; c++) {
            mct_wide sum = A[r * ra] * B[c * cb];
            for (size_t k = 1; k < m; k++) sum += A[r * ra + k * ca] * B[k * rb + c * cb];
            C[r * m + c] = sum;
        }
    }
}

/* All ones in the lanes where |a| > |b|. */
MCT_INLINE void wide_larger(const mct_wide *a, const mct_wide *b, mct_wide_mask *larger) {
    const mct_wide zero = {0.0};
    const mct_wide_mask sign = (mct_wide_mask)(-zero);
    *larger = (mct_wide)((mct_wide_mask)*a & ~sign) > (mct_wide)((mct_wide_mask)*b & ~sign);
}

/* In the lanes where `swap` is all ones a and b change places. */
MCT_INLINE void wide_swap(const mct_wide_mask *swap, mct_wide *a, mct_wide *b) {
    const mct_wide_mask x = (mct_wide_mask)*a, y = (mct_wide_mask)*b, change = (x ^ y) & *swap;
    *a = (mct_wide)(x ^ change);
    *b = (mct_wide)(y ^ change);
}

/* X with A X = B, in place of B, by elimination with partial pivoting in every lane; A is overwritten. */
MCT_INLINE void wide_solve(size_t m, mct_wide *A, mct_wide *B) {
    for (size_t k = 0; k < m; k++) {
        for (size_t r = k + 1; r < m; r++) { /* bring the larger pivot up: a swap without branches */
            mct_wide_mask swap;
            wide_larger(&A[r * m + k], &A[k * m + k], &swap);
            for (size_t c = 0; c < m; c++) {
                wide_swap(&swap, &A[k * m + c], &A[r * m + c]);
                wide_swap(&swap, &B[k * m + c], &B[r * m + c]);
            }
        }
        const mct_wide inverse = 1.0 / A[k * m + k];
        for (size_t r = k + 1; r < m; r++) {
            const mct_wide factor = A[r * m + k] * inverse;
            for (size_t c = k + 1; c < m; c++) A[r * m + c] -= factor * A[k * m + c];
            for (size_t c = 0; c < m; c++) B[r * m + c] -= factor * B[k * m + c];
        }
        A[k * m + k] = inverse; /* kept for the substitution */
    }
    for (size_t k = m; k-- > 0;) {
        for (size_t c = 0; c < m; c++) {
            for (size_t r = k + 1; r < m; r++) B[k * m + c] -= A[k * m + r] * B[r * m + c];
            B[k * m + c] *= A[k * m + k];
        }
    }
}

#endif
