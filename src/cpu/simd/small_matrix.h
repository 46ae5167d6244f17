/* small_matrix.h: m x m matrices at MCT_LANES wave numbers at once; [m*m] of MCT_LANES, row major.
 * Everything is inlined with m known at compile time for m = 1, 2, 3 (see matrix_loops.c).  No `restrict` here: gcc 12.2
 * -O3 (generic, avx2) then loses stores of the inlined calls and swaps rows wrongly (tests/test_matrix_loops.c). */
#ifndef MCT_SMALL_MATRIX_H
#define MCT_SMALL_MATRIX_H

#include <stddef.h>
#include <string.h>

#include "loops.h"

/* gcc's and clang's vector types: one register, or several where the instruction set has shorter ones. */
typedef double mct_lanes __attribute__((vector_size(8 * MCT_LANES), aligned(8)));
/* The same among the doubles of an array: read and written by this, not by memcpy, which gcc 12 does in halves where it
 * prefers shorter vectors, and a load of the whole waits for them. */
typedef double mct_lanes_in_place __attribute__((vector_size(8 * MCT_LANES), aligned(8), may_alias));
typedef long long mct_mask __attribute__((vector_size(8 * MCT_LANES), aligned(8)));

#define MCT_INLINE static inline __attribute__((always_inline))

/* A from array [m*m][n] at wave numbers q ... q + count - 1; lanes beyond repeat the last one. */
MCT_INLINE void lanes_read(size_t m, size_t n, size_t q, size_t count, const double *array, mct_lanes *A) {
    for (size_t c = 0; c < m * m; c++) {
        const double *const from = array + c * n + q;
        if (count == MCT_LANES) {
            A[c] = *(const mct_lanes_in_place *)from;
        } else {
            mct_lanes filled_up = {0.0};
            for (size_t l = 0; l < MCT_LANES; l++) filled_up[l] = from[l < count ? l : count - 1];
            A[c] = filled_up;
        }
    }
}

MCT_INLINE void lanes_write(size_t m, size_t n, size_t q, size_t count, const mct_lanes *A, double *array) {
    for (size_t c = 0; c < m * m; c++) {
        double *const to = array + c * n + q;
        if (count == MCT_LANES) {
            *(mct_lanes_in_place *)to = A[c];
        } else {
            for (size_t l = 0; l < count; l++) to[l] = A[c][l];
        }
    }
}

/* C = A B, or A^T B, or A B^T by the strides of A and B: element (r, k) of A at A[r*ra + k*ca]. */
MCT_INLINE void lanes_multiply(size_t m, const mct_lanes *A, size_t ra, size_t ca, const mct_lanes *B, size_t rb,
                               size_t cb, mct_lanes *C) {
    for (size_t r = 0; r < m; r++) {
        for (size_t c = 0; c < m; c++) {
            mct_lanes sum = A[r * ra] * B[c * cb];
            for (size_t k = 1; k < m; k++) sum += A[r * ra + k * ca] * B[k * rb + c * cb];
            C[r * m + c] = sum;
        }
    }
}

/* All ones in the lanes where |a| > |b|.  (By address: vectors as arguments have no ABI on older processors.) */
MCT_INLINE void lanes_larger(const mct_lanes *a, const mct_lanes *b, mct_mask *larger) {
    const mct_lanes zero = {0.0};
    const mct_mask sign = (mct_mask)(-zero);
    *larger = (mct_lanes)((mct_mask)*a & ~sign) > (mct_lanes)((mct_mask)*b & ~sign);
}

/* In the lanes where `swap` is all ones a and b change places. */
MCT_INLINE void lanes_swap(const mct_mask *swap, mct_lanes *a, mct_lanes *b) {
    const mct_mask x = (mct_mask)*a, y = (mct_mask)*b, change = (x ^ y) & *swap;
    *a = (mct_lanes)(x ^ change);
    *b = (mct_lanes)(y ^ change);
}

/* X with A X = B, in place of B, by elimination with partial pivoting in every lane; A is overwritten. */
MCT_INLINE void lanes_solve(size_t m, mct_lanes *A, mct_lanes *B) {
    for (size_t k = 0; k < m; k++) {
        for (size_t r = k + 1; r < m; r++) { /* bring the larger pivot up: a swap without branches */
            mct_mask swap;
            lanes_larger(&A[r * m + k], &A[k * m + k], &swap);
            for (size_t c = 0; c < m; c++) {
                lanes_swap(&swap, &A[k * m + c], &A[r * m + c]);
                lanes_swap(&swap, &B[k * m + c], &B[r * m + c]);
            }
        }
        const mct_lanes inverse = 1.0 / A[k * m + k];
        for (size_t r = k + 1; r < m; r++) {
            const mct_lanes factor = A[r * m + k] * inverse;
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
