/* direct_stream.cu: M of a few points by reading the packed weights (direct.cuh) once.
 *
 * A warp owns one i and 32 neighbouring l, a lane one l: it reads its columns of G1 and G2 from row to row of j, 256 bytes at
 * a time and only rows inside of the triangle region of the warp, and sums in registers
 *   a = sum_j X_j G1, b_n = sum_j U_n,j G2       (rank one: 1 + m multiply-adds per pair of weights; general: 2 m^2),
 * then multiplies with Y and V, sums over the lanes, and leaves one number per component and 32 l; a second kernel adds these.
 *
 * Weights of one point: 1.19, 1.09, 1.07 of those in the triangle region for N = 256, 512, 1000, which are 8 N^3 bytes in all.
 * In flight: 2 x AHEAD x 8 bytes per thread, 128 KB per multiprocessor with 32 warps; a copy at 3.35 TB/s needs about 20.
 * X and U are read by whole warps at one address, from the L1.  Points and, of a derivative, both sets of functions are
 * neighbouring blocks that read the same weights: from memory once, otherwise from the L2. */
#include "kernel/direct.cuh"

enum { WARPS = BLOCK / WARP_SIZE, CHUNKS = TILE / WARP_SIZE, PARTS = TILE * CHUNKS / WARPS, AHEAD = 8 };

static __host__ __device__ int chunks_of(int N) {
    return (N + WARP_SIZE - 1) / WARP_SIZE;
}

/* Left and right functions of the sets of a point: its own, or those of a derivative. */
struct function_sets {
    const double *images, *kept; /* [points][functions_max][N]; kept: NULL or the other factor */
};

/* part [point][set][chunk][component][N] */
template <bool rank_one, int m>
__global__ static void stream_kernel(mct_cuda_view v, const mct_cuda_tile *tiles, const double *G1, const double *G2,
                                     function_sets functions, unsigned sets, double *part) {
    constexpr int mm = m * m, x_count = rank_one ? 1 : mm, u_count = rank_one ? m : mm;
    constexpr mct_cuda_term begin =
        rank_one ? mct_cuda_term{0, 1, 1 + mm, 1 + mm + m} : mct_cuda_term{0, mm, 2 * mm, 3 * mm};
    const int N = v.N, across = mct_direct_tiles_of(N);
    const unsigned set = blockIdx.x % sets, number = blockIdx.x / sets / PARTS;
    const int row = (int)(blockIdx.x / sets % PARTS * WARPS + threadIdx.x / WARP_SIZE), lane = threadIdx.x % WARP_SIZE;
    const int i = (int)number / across * TILE + row / CHUNKS;
    const int chunk = (int)number % across * CHUNKS + row % CHUNKS, l0 = chunk * WARP_SIZE, l = l0 + lane;
    if (i >= N || l0 >= N) return; /* whole warps */
    const size_t pitch = (size_t)N, point = functions.kept ? set / 2 : set,
                 at = point * (size_t)v.functions_max * pitch;
    /* of a derivative the first set has its left functions from the kept ones, the second its right ones */
    const double *left = functions.kept && set % 2 == 0 ? functions.kept : functions.images;
    const double *right = functions.kept && set % 2 == 1 ? functions.kept : functions.images;
    const double *X = left + at + (size_t)begin.x * pitch, *U = left + at + (size_t)begin.u * pitch;
    const double *Y = right + at + (size_t)begin.y * pitch, *V = right + at + (size_t)begin.v * pitch;

    const mct_cuda_tile tile = tiles[number];
    const mct_cuda_range range =
        mct_direct_range(N, v.corrected, {i, i}, {l0, l0 + WARP_SIZE <= N ? l0 + WARP_SIZE - 1 : N - 1});
    const size_t column = tile.at + (size_t)(row / CHUNKS * TILE + row % CHUNKS * WARP_SIZE + lane);
    double a[x_count] = {}, b[u_count] = {};
    int j = range.from;
    for (; j + AHEAD <= range.to + 1; j += AHEAD) {
        double g1[AHEAD], g2[AHEAD];
        UNROLL for (int k = 0; k < AHEAD; k++) {
            const size_t from = column + (size_t)(j + k - tile.first) * COLUMNS;
            g1[k] = G1[from];
            g2[k] = G2[from];
        }
        UNROLL for (int k = 0; k < AHEAD; k++) {
            UNROLL for (int x = 0; x < x_count; x++) a[x] += X[(size_t)x * pitch + (size_t)(j + k)] * g1[k];
            UNROLL for (int u = 0; u < u_count; u++) b[u] += U[(size_t)u * pitch + (size_t)(j + k)] * g2[k];
        }
    }
    for (; j <= range.to; j++) {
        const size_t from = column + (size_t)(j - tile.first) * COLUMNS;
        const double g1 = G1[from], g2 = G2[from];
        UNROLL for (int x = 0; x < x_count; x++) a[x] += X[(size_t)x * pitch + (size_t)j] * g1;
        UNROLL for (int u = 0; u < u_count; u++) b[u] += U[(size_t)u * pitch + (size_t)j] * g2;
    }
    double *out = part + ((size_t)set * (size_t)chunks_of(N) + (size_t)chunk) * mm * pitch + (size_t)i;
    UNROLL for (int c = 0; c < mm; c++) {
        const int w = rank_one ? c / m : c;
        double sum = 0.0;
        if (l < N)
            sum = a[rank_one ? 0 : c] * Y[(size_t)c * pitch + (size_t)l] +
                  b[rank_one ? c % m : c] * V[(size_t)w * pitch + (size_t)l];
        for (int by = WARP_SIZE / 2; by; by /= 2) sum += __shfl_xor_sync(FULL_WARP, sum, by);
        if (lane == 0) out[(size_t)c * pitch] = sum;
    }
}

/* One thread per point, component and i: sums of `parts` = sets of the point x chunks. */
__global__ static void collect_kernel(mct_cuda_view v, size_t first, int parts, const double *part, double *M) {
    const size_t n = (size_t)v.mm * (size_t)v.N;
    const mct_cuda_item item = mct_cuda_item_of(n);
    if (item.index >= n) return;
    double sum = 0.0;
    for (int p = 0; p < parts; p++) sum += part[(item.point * (size_t)parts + (size_t)p) * n + item.index];
    M[item.point * n + item.index] = v.prefactor[(first + item.point) * (size_t)v.mm + item.index / (size_t)v.N] * sum;
}

size_t mct_direct_stream_scratch(const mct_grid *grid, size_t species, size_t points) {
    return points * 2 * (size_t)chunks_of((int)grid->points) * species * species * grid->points;
}

template <bool rank_one, int m>
static cudaError_t stream_points(mct_cuda *cuda, const function_sets &functions, unsigned sets) {
    const mct_cuda_tables *t = cuda->tables;
    const int across = mct_direct_tiles_of(cuda->view.N);
    return launch<stream_kernel<rank_one, m>>({(unsigned)(across * across * PARTS) * sets, BLOCK}, mct_cuda_stream(),
                                              cuda->view, (const mct_cuda_tile *)t->tiles, (const double *)t->weight,
                                              (const double *)(t->weight + t->weights), functions, sets, cuda->scratch);
}

template <bool rank_one>
static cudaError_t stream_species(mct_cuda *cuda, const function_sets &functions, unsigned sets) {
    switch (cuda->view.m) {
    case 1: return stream_points<rank_one, 1>(cuda, functions, sets);
    case 2: return stream_points<rank_one, 2>(cuda, functions, sets);
    case 3: return stream_points<rank_one, 3>(cuda, functions, sets);
    default: return stream_points<rank_one, 4>(cuda, functions, sets);
    }
}

void mct_direct_stream(mct_cuda *cuda, size_t first, size_t count, const double *images, const double *kept,
                       double *M) {
    const int sets = kept ? 2 : 1, parts = sets * chunks_of(cuda->view.N);
    const function_sets functions = {images, kept};
    mct_cuda_note(cuda, cuda->rank_one[first] ? stream_species<true>(cuda, functions, (unsigned)(sets * (int)count))
                                              : stream_species<false>(cuda, functions, (unsigned)(sets * (int)count)));
    mct_cuda_note(cuda, launch<collect_kernel>(mct_cuda_over(cuda->n, count), mct_cuda_stream(), cuda->view, first,
                                               parts, (const double *)cuda->scratch, M));
}
