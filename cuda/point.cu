/* point.cu: one block of threads makes all steps of one point: for many points of at most BLOCK wave numbers.
 *
 * The functions of the memory kernel lie in shared memory, their correlations are plain sums (factorized.cuh), everything else
 * is read from the cache; a block that is done makes room for the next point.  An evaluation of the memory kernel: for each of
 * m^2 components and N lags 2N - lag terms of 6 multiply-adds, 9 m^2 N^2 in all; 6 m^2 + 6 barriers with what follows it. */
#include "commit.cuh"
#include "decimate.cuh"
#include "displacement.cuh"
#include "factorized.cuh"
#include "functions.cuh"
#include "history.cuh"
#include "increments.cuh"
#include "iterate.cuh"

/* M[x, x] of a point; function [functions][N] in shared memory, increment [mm][4][N + 2].  A thread gets M at its own wave
 * number and needs no other. */
__device__ static void evaluate(const mct_cuda_view &k, size_t point, const double *x, double *function,
                                double *increment, double *M) {
    const size_t N = (size_t)k.N, pitch = N + 2;
    const bool rank_one = k.rank_one[point];
    const size_t work = (size_t)mct_cuda_functions_of(rank_one, k.m) * N;
    for (size_t at = threadIdx.x; at < work; at += BLOCK) {
        function[at] = mct_function(k, point, (int)(at / N), at % N, x, x);
    }
    __syncthreads();
    for (int at = (int)(threadIdx.x / WARP_SIZE); at < k.mm * k.lags; at += BLOCK / WARP_SIZE) {
        const int c = at / k.lags;
        mct_correlate(k, mct_cuda_term_of(rank_one, k.m, c), at % k.lags, function, NULL,
                      increment + (size_t)c * 4 * pitch);
    }
    __syncthreads();
    for (size_t c = 0; c < (size_t)k.mm; c++) mct_assemble(k, point, c, increment + c * 4 * pitch, M + c * N);
}

/* offset of the coming step; ahead ends with a barrier where it does anything. */
template <int m> __device__ static void history(const mct_cuda_steps &v, size_t point) {
    for (int group = 0; group * WARP_SIZE < v.N; group++) mct_history_ahead<m>(v, point, group);
    for (size_t q = threadIdx.x; q < (size_t)v.N; q += BLOCK) mct_history_step<m>(v, point, q);
}

/* The fixed point; false where there is none. */
template <int m>
__device__ static bool iterate(const mct_cuda_steps &v, const mct_cuda_view &k, size_t point, double *function,
                               double *increment) {
    const double *x = v.x + point * v.n;
    if (threadIdx.x == 0) {
        v.paces[point].pair = -1;
        v.clocks[point].iterations = 0;
    }
    __syncthreads(); /* the first guess is there */
    for (;;) {
        evaluate(k, point, x, function, increment, v.M + point * v.n);
        mct_update<m>(v, point, threadIdx.x);
        __syncthreads();
        if (threadIdx.x < WARP_SIZE) mct_decide(v, point);
        __syncthreads();
        if (!v.paces[point].iterating) return mct_cuda_runs(v, point);
        for (size_t at = threadIdx.x; at < v.n; at += BLOCK) mct_mix(v, point, at);
        __syncthreads();
    }
}

template <int m> __device__ static void open_block(const mct_cuda_steps &v, size_t point) {
    for (size_t at = threadIdx.x; at < 2 * v.n; at += BLOCK) {
        switch (v.degree) {
        case 1: mct_open<1>(v, point, at); break;
        case 3: mct_open<3>(v, point, at); break;
        default: mct_open<MCT_DEGREE_MAX>(v, point, at);
        }
    }
    __syncthreads();
    for (size_t q = threadIdx.x; q < (size_t)v.N; q += BLOCK) mct_prepare<m>(v, point, q);
}

template <int m>
__global__ void __launch_bounds__(BLOCK) point_kernel(mct_cuda_steps v, mct_cuda_view k, mct_cuda_steps f,
                                                      mct_cuda_displacements d, double *increments, size_t steps) {
    SHARED_DYNAMIC(double, function);
    const size_t point = blockIdx.x;
    double *const increment = increments + point * (size_t)k.mm * 4 * ((size_t)k.N + 2);
    for (size_t s = 0; s < steps && mct_cuda_runs(v, point); s++) {
        for (size_t at = threadIdx.x; at < v.n; at += BLOCK) mct_predict(v, point, at);
        history<m>(v, point);
        if (!iterate<m>(v, k, point, function, increment)) return;
        mct_commit<m>(v, point, threadIdx.x);
        if (d.count) history<1>(f, point);
        for (int i = 0; i < d.count; i++) mct_follow(v, f, d, {point, point * (size_t)d.count + (size_t)i, i});
        __syncthreads();
        if (threadIdx.x < WARP_SIZE) mct_tick(v, point);
        __syncthreads();
        if (!mct_at_end(v, point)) continue;
        mct_change(v, point, threadIdx.x);
        __syncthreads();
        if (threadIdx.x < WARP_SIZE) mct_turn(v, point);
        __syncthreads();
        if (v.paces[point].turn == MCT_TURN_NONE) return; /* a plateau */
        open_block<m>(v, point);
        if (d.count) open_block<1>(f, point);
    }
}

/* Shared memory of a block: the functions, and what the kernel has besides, for the most species. */
static size_t shared_of(const mct_cuda *cuda) {
    return cuda->functions_max * cuda->N * sizeof(double);
}
static const size_t shared_besides = (size_t)22 << 10;

using point_launch = cudaError_t (*)(const launch_shape &, cudaStream_t, mct_cuda_steps, mct_cuda_view, mct_cuda_steps,
                                     mct_cuda_displacements, double *, size_t);

enum { MOST_SPECIES = 3 }; /* that there are registers for */

bool mct_cuda_point_fits(mct_cuda_evolution *e) {
    cudaDeviceProp device;
    const size_t shared = shared_of(e->cuda);
    if (e->cuda->algorithm != &mct_cuda_factorized || e->shape.N > BLOCK || e->steps.m > MOST_SPECIES) return false;
    if (cudaGetDeviceProperties(&device, 0) != cudaSuccess) return false;
    if (shared + shared_besides > device.sharedMemPerBlockOptin) return false;
    const auto attribute = cudaFuncAttributeMaxDynamicSharedMemorySize;
    switch (e->steps.m) {
    case 1: return cudaFuncSetAttribute(point_kernel<1>, attribute, (int)shared) == cudaSuccess;
    case 2: return cudaFuncSetAttribute(point_kernel<2>, attribute, (int)shared) == cudaSuccess;
    default: return cudaFuncSetAttribute(point_kernel<MOST_SPECIES>, attribute, (int)shared) == cudaSuccess;
    }
}

void mct_cuda_point_advance(mct_cuda_evolution *e, size_t steps) {
    const mct_cuda_steps &v = e->steps;
    const mct_cuda_follower none = {}, *f = e->follower ? e->follower : &none;
    const launch_shape blocks = {(unsigned)v.points, BLOCK, shared_of(e->cuda)};
    const point_launch make[] = {launch<point_kernel<1>>, launch<point_kernel<2>>, launch<point_kernel<MOST_SPECIES>>};
    mct_cuda_note(e->cuda, make[v.m - 1](blocks, mct_cuda_stream(), v, e->cuda->view, f->steps, f->displacements,
                                         e->cuda->increment, steps));
}
