/* cuda.cuh: the state of the CUDA backend and the pieces that its files share; files mirror those of src/cpu by name.
 *
 *   device.cu      devices, what keeps one away     ceilings.cu    what they can do, for the benchmark
 *   state.cu       memory, statics                 functions.cu   from F to the functions X, Y, U, V, and back (adjoint)
 *   vector.cu      norms and sums                  assemble.cuh   M by increments over q, increments.cu back from it;
 *   glass.cu       the fixed point                 factorized.cu  the correlations by O(N^2) sums, or
 *   direct.cu      M by precomputed weights        fourier.cu     by fast Fourier transforms, fourier_adjoint.cu
 *   direct_stream.cu  the same for a few points
 *   evolution.cuh  the evolution in time and its files
 *
 * Everything is enqueued in one stream of the process, so that operations of all states come in the order of their calls.
 * Kernels take a view: plain numbers and device pointers, passed by value. */
#ifndef MCT_CUDA_CUH
#define MCT_CUDA_CUH

#include "backend_cuda.h"
#include "libraries.cuh"
#include "port.cuh"

/* Threads of a block in kernels that treat elements one by one, and in sums of one point. */
enum { BLOCK = 256 };

/* What kernels see of a state.  Arrays of one row per point of the batch, in device memory. */
struct mct_cuda_view {
    int N, m, mm, lags, functions_max;
    bool corrected;
    double spacing, balance;
    const double *k;             /* [N] */
    const int *rank_one;         /* [points] */
    const double *prefactor;     /* [points][mm]: rho D_mu D_nu / sqrt(x_mu x_nu), without the root if rank one */
    const double *root_fraction; /* [points][m] */
    const double *C;             /* [points][mm][N]: sqrt(x_mu x_nu) c_mn; rank one: c(k) in the first row */
    const double *S, *S_inverse, *W_inverse, *weight; /* [points][mm][N]; weight: 1/sqrt(S_mm S_nn) */
    double *left, *right;                             /* [points][mm][N]: of the last glass_linearise */
};

/* Component c of M is the bilinear sum of four functions: their indices among those of the point. */
struct mct_cuda_term {
    int x, y, u, v;
};

__host__ __device__ inline mct_cuda_term mct_cuda_term_of(bool rank_one, int m, int c) {
    const int mm = m * m;
    if (rank_one) return {0, 1 + c, 1 + mm + c % m, 1 + mm + m + c / m};
    return {c, mm + c, 2 * mm + c, 3 * mm + c};
}

__host__ __device__ inline int mct_cuda_functions_of(bool rank_one, int m) {
    return rank_one ? m * m + 2 * m + 1 : 4 * m * m;
}

struct mct_cuda;

/* How M is computed: one row per algorithm.  Images: what an algorithm keeps of a function, `image_size` doubles. */
struct mct_cuda_algorithm {
    size_t (*image_size)(const mct_shape *shape);
    /* doubles of device memory beyond functions and images, all points together */
    size_t (*scratch_size)(const mct_shape *shape);
    const char *(*create)(mct_cuda *cuda, mct_cuda *share);
    void (*destroy)(mct_cuda *cuda);
    /* F (X and U kinds) and G (Y and V kinds), [count][mm][N], -> images of points first ...; M from images (kept:
     * dM[kept; images]) */
    void (*load)(mct_cuda *cuda, size_t first, size_t count, const double *F, const double *G, double *images);
    void (*evaluate)(mct_cuda *cuda, size_t first, size_t count, const double *images, const double *kept, double *M);
    /* from l to the adjoint functions, at the kept images */
    void (*adjoint)(mct_cuda *cuda, size_t first, size_t count, const double *l, const double *kept);
};

extern const mct_cuda_algorithm mct_cuda_direct, mct_cuda_factorized, mct_cuda_fourier;

/* Geometry: depends on the grid alone; counted references, shared by states. */
struct mct_cuda_tile;
struct mct_cuda_tables {
    int references;
    double *weight; /* direct: two tables of `weights` doubles each, in tiles (direct.cuh); else NULL */
    size_t weights;
    mct_cuda_tile *tiles, *tiles_on_host; /* direct: [blocks of i][blocks of l] */
    int length, half, pitch; /* fourier: of the transforms; doubles of an image's part, complex numbers of a spectrum */
    double *rotation;        /* fourier: cos and sin of pi m/length, [2][pitch] */
};

struct mct_cuda {
    mct_shape shape;
    mct_cuda_view view;
    size_t N, n, functions_max, image_size;
    bool *rank_one; /* [points], on the host too */
    const mct_cuda_algorithm *algorithm;
    double *memory;                  /* the arrays of the view and the following, one allocation each */
    double *function;                /* [points][functions_max][N]: of the adjoint */
    double *image, *image_kept;      /* [points][functions_max][image_size] */
    double *increment;               /* [points][mm][4][N + 2]: P, O, K3, D */
    double *chunk_sums;              /* [points][mm][N/BLOCK, rounded up][3] (assemble.cuh) */
    double *scratch;                 /* of the algorithm */
    double *result, *result_on_host; /* [points]: sums and norms; pinned */
    double *statics;                 /* on the host, as memory + statics_at ... + statics_size; NULL: none were set */
    size_t statics_at, statics_size;
    bool unsettled;          /* statics have been set that are not on the device */
    mct_cuda_tables *tables; /* of the algorithm, or NULL */
    mct_blas *blas;
    void *plans;       /* fourier.cu */
    const char *error; /* the first thing that failed, or NULL */
};

/* Bytes of device memory that the tables of direct and its handle for matrix products take. */
size_t mct_cuda_direct_memory(const mct_grid *grid);

/* Statics that were set, onto the device: before anything reads the view. */
void mct_cuda_settle(mct_cuda *cuda);

/* The state, ready to be used. */
inline mct_cuda *mct_cuda_ready(void *state) {
    mct_cuda_settle((mct_cuda *)state);
    return (mct_cuda *)state;
}

/* The stream of the process; NULL where none could be made. */
cudaStream_t mct_cuda_stream();

/* Keeps the first error; operations cannot return it. */
inline void mct_cuda_note(mct_cuda *cuda, cudaError_t error) {
    if (error != cudaSuccess && !cuda->error) cuda->error = cudaGetErrorString(error);
}
inline void mct_cuda_note(mct_cuda *cuda, const char *error) {
    if (error && !cuda->error) cuda->error = error;
}

/* ---- kernels that treat `work` items of each of `count` points ---------------------------------------------------------- */

inline launch_shape mct_cuda_over(size_t work, size_t count) {
    return {(unsigned)((work + BLOCK - 1) / BLOCK * count), BLOCK};
}

struct mct_cuda_item {
    size_t point, index; /* index may lie beyond the work */
};

__device__ inline mct_cuda_item mct_cuda_item_of(size_t work) {
    const unsigned per_point = (unsigned)((work + BLOCK - 1) / BLOCK);
    return {blockIdx.x / per_point, (size_t)(blockIdx.x % per_point) * BLOCK + threadIdx.x};
}

/* kernel<m>(...); mct_cuda_create refuses other m. */
#define MCT_CUDA_LAUNCH(cuda, m, kernel, shape, ...)                                       \
    do {                                                                                   \
        cudaError_t error_ = cudaSuccess;                                                  \
        switch (m) {                                                                       \
        case 1: error_ = launch<kernel<1>>(shape, mct_cuda_stream(), __VA_ARGS__); break;  \
        case 2: error_ = launch<kernel<2>>(shape, mct_cuda_stream(), __VA_ARGS__); break;  \
        case 3: error_ = launch<kernel<3>>(shape, mct_cuda_stream(), __VA_ARGS__); break;  \
        default: error_ = launch<kernel<4>>(shape, mct_cuda_stream(), __VA_ARGS__); break; \
        }                                                                                  \
        mct_cuda_note(cuda, error_);                                                       \
    } while (0)

/* ---- sums of a block ------------------------------------------------------------------------------------------------------ */

/* The sum over the block's threads, for all of them; 32 threads at least, a multiple of 32. */
__device__ inline double mct_cuda_block_sum(double value) {
    SHARED_ARRAY(double, part, WARP_SIZE);
    const unsigned lane = threadIdx.x % WARP_SIZE, warp = threadIdx.x / WARP_SIZE, warps = blockDim.x / WARP_SIZE;
    for (int by = WARP_SIZE / 2; by; by /= 2) value += __shfl_xor_sync(FULL_WARP, value, by);
    if (lane == 0) part[warp] = value;
    __syncthreads();
    value = 0.0;
    for (unsigned w = 0; w < warps; w++) value += part[w];
    __syncthreads(); /* before the next one writes */
    return value;
}

/* The largest; NaN if any is. */
__device__ inline double mct_cuda_larger(double a, double b) {
    return a > b || isnan(a) ? a : b;
}

/* The largest of the block, for all its threads; once in a kernel. */
__device__ inline double mct_cuda_block_max(double value) {
    SHARED_ARRAY(double, part, WARP_SIZE);
    const unsigned lane = threadIdx.x % WARP_SIZE, warp = threadIdx.x / WARP_SIZE, warps = blockDim.x / WARP_SIZE;
    for (int by = WARP_SIZE / 2; by; by /= 2) value = mct_cuda_larger(value, __shfl_xor_sync(FULL_WARP, value, by));
    if (lane == 0) part[warp] = value;
    __syncthreads();
    value = 0.0;
    for (unsigned w = 0; w < warps; w++) value = mct_cuda_larger(value, part[w]);
    return value;
}

/* ---- functions.cu ---------------------------------------------------------------------------------------------------------- */

/* function [count][functions_max][N] of points first ... from F (X and U kinds) and G (Y and V kinds), [count][mm][N]. */
void mct_cuda_functions(mct_cuda *cuda, size_t first, size_t count, const double *F, const double *G, double *function);
/* F_bar [count][mm][N] from the adjoint functions in cuda->function. */
void mct_cuda_functions_adjoint(mct_cuda *cuda, size_t first, size_t count, double *F_bar);

/* ---- increments.cu --------------------------------------------------------------------------------------------------------- */

/* cuda->increment from l: N + 2 weights of each increment; cuda->scratch begins with work space for it. */
void mct_cuda_assemble_adjoint(mct_cuda *cuda, size_t first, size_t count, const double *l);

/* cuda->result [count] to the host; waits. */
void mct_cuda_results(mct_cuda *cuda, size_t count, double *out);

#endif
