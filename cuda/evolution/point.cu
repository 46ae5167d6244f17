/* point.cu: one block of threads makes all steps of one point: for many points of at most BLOCK wave numbers.
 *
 * The functions of the memory kernel lie in shared memory (correlate.cuh), everything else is read from the cache; a block
 * that is done makes room for the next point.  An evaluation of the memory kernel: for each of m^2 components and N lags
 * 2N - lag terms of 6 multiply-adds, 9 m^2 N^2 in all, and at most 6 barriers; 4 more with what follows it. */
#include "evolution/commit.cuh"
#include "evolution/decimate.cuh"
#include "evolution/displacement.cuh"
#include "evolution/history.cuh"
#include "evolution/iterate.cuh"
#include "kernel/correlate.cuh"

/* M[x, x] of a point; shared: mct_correlate_shared.  A thread gets M at its own wave number and needs no other. */
template <int m>
__device__ static void evaluate(const mct_cuda_view &k, size_t point, const double *x, mct_pair *shared, double *M) {
    double *const terms = (double *)(shared + mct_cuda_functions_of(k.rank_one[point], k.m) * mct_sequence_size(k.N));
    mct_fill_sequences(k, point, x, shared);
    __syncthreads();
    mct_correlate_point<m>(k, point, shared, terms);
    mct_sum_terms(k, terms);
    __syncthreads();
    const int i = (int)threadIdx.x;
    for (int c = 0; c < m * m && i < k.N; c++) M[c * k.N + i] = mct_memory_at(k, point, c, i, terms);
}

/* offset of the coming step; ahead ends with a barrier where it does anything. */
template <int m> __device__ static void history(const mct_cuda_steps &v, size_t point) {
    for (int group = 0; group * WARP_SIZE < v.N; group++) mct_history_ahead<m>(v, point, group);
    for (size_t q = threadIdx.x; q < (size_t)v.N; q += BLOCK) mct_history_step<m>(v, point, q);
}

/* The fixed point; false where there is none. */
template <int m>
__device__ static bool iterate(const mct_cuda_steps &v, const mct_cuda_view &k, size_t point, mct_pair *shared) {
    if (threadIdx.x == 0) {
        v.paces[point].pair = -1;
        v.clocks[point].iterations = 0;
    }
    __syncthreads(); /* the first guess is there */
    for (;;) {
        evaluate<m>(k, point, v.x + point * v.n, shared, v.M + point * v.n);
        mct_update<m>(v, point, threadIdx.x);
        __syncthreads();
        if (threadIdx.x < WARP_SIZE) mct_decide(v, point);
        __syncthreads();
        if (!v.paces[point].iterating) return mct_cuda_runs(v, point);
        mct_mix<m>(v, point, threadIdx.x);
        __syncthreads();
    }
}

template <int m> __device__ static void open_block(const mct_cuda_steps &v, size_t point) {
    for (int at = (int)threadIdx.x; at < 2 * (int)v.n;
         at += BLOCK) { /* a size_t more would not fit into the registers */
        switch (v.degree) {
        case 1: mct_open<1>(v, point, (size_t)at); break;
        case 3: mct_open<3>(v, point, (size_t)at); break;
        default: mct_open<MCT_DEGREE_MAX>(v, point, (size_t)at);
        }
    }
    __syncthreads();
    for (size_t q = threadIdx.x; q < (size_t)v.N; q += BLOCK) mct_prepare<m>(v, point, q);
}

/* Two blocks on a multiprocessor, for two species: while one waits for memory or a barrier the other multiplies.  That leaves 128
 * registers, which one species, as the compiler does it, and three exceed by a few; devices with few units of double precision
 * are busy with one block. */
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ != 800 && __CUDA_ARCH__ < 900
#define RESIDENT(m) 1
#else
#define RESIDENT(m) (m == 2 ? 2 : 1)
#endif

template <int m>
__global__ void __launch_bounds__(BLOCK, RESIDENT(m))
    point_kernel(mct_cuda_steps v, mct_cuda_view k, mct_cuda_steps f, mct_cuda_displacements d, unsigned steps) {
    SHARED_DYNAMIC(mct_pair, shared);
    const size_t point = blockIdx.x;
    if (mct_cuda_runs(v, point)) mct_clear_sequences(k, point, shared); /* a barrier comes before they are read */
    for (unsigned s = 0; s < steps && mct_cuda_runs(v, point); s++) {
        for (size_t at = threadIdx.x; at < v.n; at += BLOCK) mct_predict(v, point, at);
        history<m>(v, point);
        if (!iterate<m>(v, k, point, shared)) return;
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

/* Shared memory of a block, for the paths that its points take, and what the kernel has besides, for the most species. */
static size_t shared_of(const mct_cuda *cuda) {
    int functions = 0;
    for (size_t p = 0; p < cuda->shape.points; p++) {
        const int count = mct_cuda_functions_of(cuda->rank_one[p], cuda->view.m);
        if (count > functions) functions = count;
    }
    return mct_correlate_shared((int)cuda->N, functions, cuda->view.mm) * sizeof(double);
}
static const size_t shared_besides = (size_t)22 << 10;

using point_launch = cudaError_t (*)(const launch_shape &, cudaStream_t, mct_cuda_steps, mct_cuda_view, mct_cuda_steps,
                                     mct_cuda_displacements, unsigned);

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
                                         (unsigned)steps));
}
