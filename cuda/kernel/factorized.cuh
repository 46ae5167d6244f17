/* factorized.cuh: the correlations of the increment form as plain sums, as src/cpu/kernel/factorized.c. */
#ifndef MCT_FACTORIZED_CUH
#define MCT_FACTORIZED_CUH

#include "cuda.cuh"

/* t and e of a function at -N <= j < N. */
struct mct_sequence_value {
    double t, e;
};

__device__ inline mct_sequence_value mct_sequence_at(const mct_cuda_view &v, const double *X, int j) {
    const int i = j < 0 ? -1 - j : j;
    const double k = v.k[i], t = k * X[i];
    return {j < 0 ? -t : t, k * t};
}

/* Adds K1, K2, O, K3 at `lag` from the images of x, y, u, v; the lanes of a warp share the sum over j. */
__device__ inline void mct_add_lag(const mct_cuda_view &v, const double *xu, const double *yv, mct_cuda_term term,
                                   int lag, double *sum) {
    const size_t N = (size_t)v.N;
    const double *X = xu + (size_t)term.x * N, *Y = yv + (size_t)term.y * N;
    const double *U = xu + (size_t)term.u * N, *V = yv + (size_t)term.v * N;
    for (int j = -v.N + (int)(threadIdx.x % WARP_SIZE); j < v.N - lag; j += WARP_SIZE) {
        const mct_sequence_value x = mct_sequence_at(v, X, j), y = mct_sequence_at(v, Y, j + lag),
                                 u = mct_sequence_at(v, U, j), w = mct_sequence_at(v, V, j + lag);
        sum[0] += x.t * y.t;
        sum[1] += u.t * w.t;
        sum[2] += x.e * y.t + x.t * y.e;
        sum[3] += x.e * y.e - u.e * w.e;
    }
}

/* The increments of a component at `lag` from images a [functions][N] (kept: of M[kept, a] + M[a, kept]); by one warp. */
__device__ inline void mct_correlate(const mct_cuda_view &v, mct_cuda_term term, int lag, const double *a,
                                     const double *kept, double *increment) {
    const size_t pitch = (size_t)v.N + 2;
    double sum[4] = {0.0, 0.0, 0.0, 0.0};
    mct_add_lag(v, kept ? kept : a, a, term, lag, sum);
    if (kept) mct_add_lag(v, a, kept, term, lag, sum);
    for (int s = 0; s < 4; s++) {
        for (int by = WARP_SIZE / 2; by; by /= 2) sum[s] += __shfl_xor_sync(FULL_WARP, sum[s], by);
    }
    if (threadIdx.x % WARP_SIZE != 0) return;
    double *P = increment + lag;
    P[0] = sum[0] + sum[1];
    P[pitch] = sum[2];
    P[2 * pitch] = sum[3];
    P[3 * pitch] = sum[0] - sum[1];
}

#endif
