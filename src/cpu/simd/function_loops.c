/* function_loops.c: the functions of one wave number that enter the memory kernel, from F. */
#include "cpu/simd/loops.h"

static void combine(size_t n, size_t terms, const double *restrict coefficient, const double *restrict in,
                    size_t stride, const double *restrict scale, int power, double *restrict out) {
    for (size_t i = 0; i < n; i++) out[i] = coefficient[0] * in[i];
    for (size_t j = 1; j < terms; j++) {
        const double *restrict term = in + j * stride;
        const double a = coefficient[j];
        for (size_t i = 0; i < n; i++) out[i] += a * term[i];
    }
    for (int p = 0; p < power; p++) {
        for (size_t i = 0; i < n; i++) out[i] *= scale[i];
    }
}

static void product_sum(size_t n, size_t terms, const double *restrict A, size_t stride_A, const double *restrict B,
                        size_t stride_B, double *restrict out) {
    for (size_t i = 0; i < n; i++) out[i] = A[i] * B[i];
    for (size_t j = 1; j < terms; j++) {
        const double *restrict a = A + j * stride_A, *restrict b = B + j * stride_B;
        for (size_t i = 0; i < n; i++) out[i] += a[i] * b[i];
    }
}

const mct_function_loops MCT_VARIANT(mct_function_loops_) = {
    .combine = combine,
    .product_sum = product_sum,
};
