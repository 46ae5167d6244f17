/* increments.cuh: from correlations to M(q) by running sums over q, as src/cpu/kernel/increments.c and its loops.
 *
 * What gives the increments of a component at a lag is a type with `mct_increment at(v, component, lag)`: arrays of plain
 * sums (here) or what transforms leave (fourier.cu). */
#ifndef MCT_INCREMENTS_CUH
#define MCT_INCREMENTS_CUH

#include "base/constants.h"
#include "cuda.cuh"

/* ---- running sums of a block ---------------------------------------------------------------------------------------------- */

/* sum[s] = the values s of all threads up to this one, total[s] = of all; scans by shuffles, then over warps. */
template <int count> __device__ void mct_block_scan(const double *value, double *sum, double *total) {
    SHARED_ARRAY(double, part, count *WARP_SIZE);
    const unsigned lane = threadIdx.x % WARP_SIZE, warp = threadIdx.x / WARP_SIZE, warps = blockDim.x / WARP_SIZE;
    for (int s = 0; s < count; s++) {
        sum[s] = value[s];
        for (unsigned by = 1; by < WARP_SIZE; by *= 2) {
            const double left = __shfl_up_sync(FULL_WARP, sum[s], by);
            if (lane >= by) sum[s] += left;
        }
        if (lane == WARP_SIZE - 1) part[s * WARP_SIZE + (int)warp] = sum[s];
    }
    __syncthreads();
    for (int s = 0; s < count; s++) {
        double before = 0.0, all = 0.0;
        for (unsigned w = 0; w < warps; w++) {
            if (w == warp) before = all;
            all += part[s * WARP_SIZE + (int)w];
        }
        sum[s] += before;
        total[s] = all;
    }
    __syncthreads(); /* before the next one writes */
}

/* ---- increments ------------------------------------------------------------------------------------------------------------ */

/* Of a component at a lag: O times the balance of the sequences, K3 times its square. */
struct mct_increment {
    double P, O, K3, D; /* K1 + K2, O, K3, K1 - K2 */
};

/* Plain sums [components][4][N + 2]. */
struct mct_summed_increments {
    const double *P;
    __device__ mct_increment at(const mct_cuda_view &v, size_t component, int lag) const {
        const size_t pitch = (size_t)v.N + 2;
        const double *here = P + component * 4 * pitch + lag;
        return {here[0], here[pitch], here[2 * pitch], here[3 * pitch]};
    }
};

/* The three sums that make up M. */
enum { MCT_RUNNING = 3 };

/* P, -m O, m^2 (4 K3 + m^2 D) at lag m */
template <class Increments>
__device__ void mct_increment_terms(const mct_cuda_view &v, const Increments &increments, size_t component, int lag,
                                    double *term) {
    const mct_increment d = increments.at(v, component, lag);
    const double mi = lag * v.spacing, m2 = mi * mi, inverse = 1.0 / v.balance; /* a power of 2 */
    term[0] = d.P;
    term[1] = -mi * inverse * d.O;
    term[2] = m2 * (4.0 * inverse * inverse * d.K3 + m2 * d.D);
}

/* What the running sums add at wave number i: these terms, or their corrected form; they are even in i. */
template <class Increments>
__device__ void mct_running_terms(const mct_cuda_view &v, const Increments &increments, size_t component, int i,
                                  double *term) {
    mct_increment_terms(v, increments, component, i, term);
    if (v.corrected) {
        const double weight[3] = MCT_CORRECTED_WEIGHTS;
        for (int s = 0; s < MCT_RUNNING; s++) term[s] *= weight[0];
        for (int by = 1; by <= 2; by++) {
            double below[MCT_RUNNING], above[MCT_RUNNING];
            mct_increment_terms(v, increments, component, i < by ? by - i : i - by, below);
            mct_increment_terms(v, increments, component, i + by, above);
            for (int s = 0; s < MCT_RUNNING; s++) term[s] += weight[by] * (below[s] + above[s]);
        }
    }
    for (int s = 0; s < MCT_RUNNING && i == 0; s++) term[s] *= 0.5;
}

/* M at wave number i of component c from the running sums. */
__device__ inline double mct_of_running_sums(const mct_cuda_view &v, size_t point, size_t c, int i, const double *a) {
    const double factor = v.prefactor[point * (size_t)v.mm + c] * v.spacing * v.spacing / (16.0 * MCT_PI * MCT_PI);
    const double q = (i + 0.5) * v.spacing, q2 = q * q;
    return factor / q * (q2 * (q2 * a[0] + 2.0 * a[1]) + a[2]);
}

#endif
