/* displacement.cuh: mean-squared displacements, dr2' + int m0(t-u) dr2'(u) du = source, as
 * cpu/evolution/displacement.c: an evolution of their own with S = Gamma = 0 that makes the same steps after Phi has
 * made them, with the clocks of Phi. */
#ifndef MCT_DISPLACEMENT_CUH
#define MCT_DISPLACEMENT_CUH

#include "evolution/evolution.cuh"

/* Where a block works. */
struct mct_displaced {
    size_t point, at; /* of the displacements [points][count] */
    int i;
};

/* What this thread adds to m0[F, G] = sum over k of (u^T F u) G_ss. */
__device__ inline double mct_memory_of(const mct_cuda_steps &v, const mct_cuda_displacements &d, mct_displaced here,
                                       const double *F, const double *G) {
    const size_t N = (size_t)v.N, m = (size_t)v.m;
    const double *u = d.coupling + here.at * m * N, *phi = G + (size_t)d.species[here.i] * (m + 1) * N;
    double sum = 0.0;
    for (size_t at = threadIdx.x; at < v.n; at += BLOCK) {
        const size_t c = at / N, k = at % N;
        sum += u[c / m * N + k] * F[at] * u[c % m * N + k] * phi[k];
    }
    return sum;
}

/* The new value, A^-1 (m0 right + source) - offset, no iteration; f: the evolution of the displacements.  By one thread. */
__device__ inline void mct_follow_with(const mct_cuda_steps &v, const mct_cuda_steps &f,
                                       const mct_cuda_displacements &d, mct_displaced here, double m0) {
    const int i = (int)v.clocks[here.point].i + 1;
    double *const base = mct_cuda_at(f, here.point, 0) + here.i;
    const double value =
        base[(size_t)f.at.A_inverse * f.n] * (m0 * base[(size_t)f.at.right * f.n] + d.source[here.at]) -
        base[(size_t)f.at.offset * f.n];
    base[(size_t)(f.at.F + i) * f.n] = value;
    base[(size_t)(f.at.M + i) * f.n] = m0;
    mct_cuda_keep(f, mct_cuda_row(v, here.point), 0, (size_t)here.i, value);
}

/* m0 from the new Phi, and the new value; by the whole block. */
__device__ inline void mct_follow(const mct_cuda_steps &v, const mct_cuda_steps &f, const mct_cuda_displacements &d,
                                  mct_displaced here) {
    const double *phi = mct_cuda_at(v, here.point, v.at.F + (int)v.clocks[here.point].i + 1);
    const double m0 = mct_cuda_block_sum(mct_memory_of(v, d, here, phi, phi));
    if (threadIdx.x == 0) mct_follow_with(v, f, d, here, m0);
}

#endif
