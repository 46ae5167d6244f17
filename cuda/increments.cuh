/* increments.cuh: from correlations to M(q) by running sums over q, as src/cpu/increments.c and its loops. */
#ifndef MCT_INCREMENTS_CUH
#define MCT_INCREMENTS_CUH

#include "constants.h"
#include "cuda.cuh"

/* value of all threads before this one (their sum) and of all; a scan by shuffles, then over warps. */
__device__ inline double mct_block_scan(double value, double *total) {
    SHARED_ARRAY(double, part, WARP_SIZE);
    const unsigned lane = threadIdx.x % WARP_SIZE, warp = threadIdx.x / WARP_SIZE, warps = blockDim.x / WARP_SIZE;
    double sum = value;
    for (unsigned by = 1; by < WARP_SIZE; by *= 2) {
        const double left = __shfl_up_sync(FULL_WARP, sum, by);
        if (lane >= by) sum += left;
    }
    if (lane == WARP_SIZE - 1) part[warp] = sum;
    __syncthreads();
    double before = 0.0, all = 0.0;
    for (unsigned w = 0; w < warps; w++) {
        if (w == warp) before = all;
        all += part[w];
    }
    __syncthreads();
    *total = all;
    return before + sum;
}

/* What the running sum adds at i: the increment, or its corrected form; increments are even in i. */
__device__ inline double mct_increment_term(const double *d, int i, bool corrected) {
    if (!corrected) return d[i];
    const double weight[3] = MCT_CORRECTED_WEIGHTS;
    const int below1 = i < 1 ? 1 - i : i - 1, below2 = i < 2 ? 2 - i : i - 2;
    return weight[0] * d[i] + weight[1] * (d[below1] + d[i + 1]) + weight[2] * (d[below2] + d[i + 2]);
}

/* Component c of M [N] from its increments P [4][N + 2], which are overwritten; by the whole block of BLOCK threads. */
__device__ inline void mct_assemble(const mct_cuda_view &v, size_t point, size_t c, double *P, double *M) {
    const size_t pitch = (size_t)v.N + 2;
    double *O = P + pitch, *K3 = O + pitch, *D = K3 + pitch;
    const double factor = v.prefactor[point * (size_t)v.mm + c] * v.spacing * v.spacing / (16.0 * MCT_PI * MCT_PI);
    const double four = 4.0 / (v.balance * v.balance);
    for (int i = (int)threadIdx.x; i < v.lags; i += BLOCK) {
        const double mi = i * v.spacing, m2 = mi * mi;
        O[i] *= -mi / v.balance;
        K3[i] = m2 * (four * K3[i] + m2 * D[i]);
    } /* the scan of P, as it is, comes before anything of these is read */
    double carry[3] = {0.0, 0.0, 0.0};
    const double *const d[3] = {P, O, K3};
    for (int start = 0; start < v.N; start += BLOCK) {
        const int i = start + (int)threadIdx.x;
        double a[3];
        for (int s = 0; s < 3; s++) {
            double total, value = i < v.N ? mct_increment_term(d[s], i, v.corrected) : 0.0;
            if (i == 0) value *= 0.5;
            a[s] = carry[s] + mct_block_scan(value, &total);
            carry[s] += total;
        }
        if (i < v.N) {
            const double q = (i + 0.5) * v.spacing, q2 = q * q;
            M[i] = factor / q * (q2 * (q2 * a[0] + 2.0 * a[1]) + a[2]);
        }
    }
}

#endif
