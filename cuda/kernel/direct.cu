/* direct.cu: the memory kernel from precomputed vertex weights, as src/cpu/kernel/direct.c, whose formulas these are.
 *
 * The weights lie on the device in tiles (direct.cuh).  A few points: direct_stream.cu.  Many, tile by tile: T = left functions
 * x weights, one matrix product for each of the two tables, over X [points] and U [points][m] (rank one; general: m^2 each)
 * and the rows j of the tile; then one warp per point and i sums over the tile's l with Y and V, for all components.  Rank
 * one has 1 + m left functions and m^2 + m right ones: hence the left ones first.
 *
 * Per point, rank one: 1 + m multiply-adds for each weight of a tile, (1 + m) N^3/2 times 1.6, 1.34, 1.23 for N = 256, 512,
 * 1000, and 2 m^2 N^2 for the sums.  T is (1 + m) N^2 doubles, written and read; that of a tile, 32 MB at most, stays in an L2
 * of 50 MB until it is summed.  Bytes of weights: 8 N^3 times the same 1.6, 1.34, 1.23, once per group of points. */
#include <stdlib.h>

#include "base/constants.h"
#include "kernel/direct.cuh"

/* Products of a tile that are made at a time: 32 MB of them. */
static const size_t products_max = 1024;

static size_t left_of(bool rank_one, size_t m) {
    return rank_one ? 1 + m : 2 * m * m;
}

static size_t products_of(const mct_shape *shape) {
    const size_t all = shape->points * left_of(shape->path == MCT_PATH_RANK_ONE, shape->species);
    return all < products_max ? all : products_max;
}

static size_t image_size(const mct_shape *shape) {
    return shape->grid.points;
}

/* Of direct_stream.cu; or left functions [products][N] and their products with a tile; or those of the adjoint of a point
 * with l before them. */
static size_t scratch_size(const mct_shape *shape) {
    const size_t N = shape->grid.points, mm = shape->species * shape->species;
    const size_t most = MCT_AUTO_DEVICE_STREAMED_UP_TO, few = shape->points < most ? shape->points : most;
    const size_t sizes[] = {mct_direct_stream_scratch(&shape->grid, shape->species, few),
                            products_of(shape) * (N + COLUMNS), mm * N + 2 * mm * N * N};
    size_t largest = 0;
    for (size_t size : sizes) largest = size > largest ? size : largest;
    return largest;
}

/* ---- weights ------------------------------------------------------------------------------------------------------------- */

/* Sum over i' = 0 ... i (half at 0) of the corrected unit increment at +-s. */
__device__ static double corrected_step(int i, int s) {
    const double weight[3] = MCT_CORRECTED_WEIGHTS;
    if (i >= s + 2) return 1.0;
    double sum = 0.0;
    for (int at = s > 2 ? s - 2 : 0; at <= i; at++) {
        const int near = at > s ? at - s : s - at, far = at + s;
        const double increment = (near <= 2 ? weight[near] : 0.0) + (far <= 2 ? weight[far] : 0.0);
        sum += at ? increment : 0.5 * increment;
    }
    return sum;
}

__device__ static double step(const mct_cuda_view &v, int i, int s) {
    return v.corrected ? corrected_step(i, s) : i >= s ? 1.0 : 0.0;
}

/* One block of threads per tile, row j of at most N, and 256 of the columns. */
__global__ static void weights_kernel(mct_cuda_view v, const mct_cuda_tile *tiles, size_t weights, double *weight) {
    const unsigned parts = COLUMNS / BLOCK, number = blockIdx.x / parts / (unsigned)v.N;
    const int across = mct_direct_tiles_of(v.N), row = (int)(blockIdx.x / parts % (unsigned)v.N);
    const mct_cuda_tile tile = tiles[number];
    if (row >= tile.rows) return;
    const int column = (int)(blockIdx.x % parts * BLOCK + threadIdx.x), j = tile.first + row;
    const int i = (int)number / across * TILE + column / TILE, l = (int)number % across * TILE + column % TILE;
    const size_t at = tile.at + (size_t)row * COLUMNS + (size_t)column;
    double g1 = 0.0, g2 = 0.0;
    if (i < v.N && l < v.N) {
        const int low = j > l ? j - l : l - j, high = j + l + 1;
        const double s = step(v, i, low) - step(v, i, high), q = v.k[i], k = v.k[j], p = v.k[l];
        const double difference = (double)(j - l) * high * v.spacing * v.spacing; /* k^2 - p^2 */
        const double qk = 0.5 * (q * q + difference), qp = 0.5 * (q * q - difference);
        const double factor = s * v.spacing * v.spacing / (4.0 * MCT_PI * MCT_PI) * k * p / q * qk;
        g1 = factor * qk;
        g2 = factor * qp;
    }
    weight[at] = g1;
    weight[weights + at] = g2;
}

/* Doubles of a table; `tiles`, unless NULL, one after the other. */
static size_t lay_out(const mct_grid *grid, mct_cuda_tile *tiles) {
    const int N = (int)grid->points, across = mct_direct_tiles_of(N);
    size_t at = 0;
    for (int a = 0; a < across; a++) {
        for (int b = 0; b < across; b++) {
            mct_cuda_tile tile = mct_direct_tile(N, grid->quadrature == MCT_QUADRATURE_CORRECTED, a, b);
            tile.at = at;
            at += (size_t)tile.rows * COLUMNS;
            if (tiles) tiles[a * across + b] = tile;
        }
    }
    return at;
}

static size_t tiles_of(const mct_grid *grid) {
    const size_t across = (size_t)mct_direct_tiles_of((int)grid->points);
    return across * across;
}

size_t mct_cuda_direct_memory(const mct_grid *grid) {
    return 2 * lay_out(grid, NULL) * sizeof(double) + tiles_of(grid) * sizeof(mct_cuda_tile) + mct_blas_memory();
}

static void destroy(mct_cuda *cuda) {
    mct_cuda_tables *t = cuda->tables;
    mct_blas_destroy(cuda->blas);
    if (!t || --t->references) return;
    cudaFree(t->weight);
    cudaFree(t->tiles);
    free(t->tiles_on_host);
    delete t;
}

static void create_tables(mct_cuda *cuda, mct_cuda_tables *t) {
    const cudaStream_t stream = mct_cuda_stream();
    const mct_grid *grid = &cuda->shape.grid;
    const size_t tiles = tiles_of(grid), bytes = tiles * sizeof *t->tiles;
    t->tiles_on_host = (mct_cuda_tile *)malloc(bytes);
    if (!t->tiles_on_host) return mct_cuda_note(cuda, "out of memory");
    t->weights = lay_out(grid, t->tiles_on_host);
    mct_cuda_note(cuda, cudaMalloc(&t->tiles, bytes));
    mct_cuda_note(cuda, cudaMalloc(&t->weight, 2 * t->weights * sizeof(double)));
    if (cuda->error) return;
    mct_cuda_note(cuda, cudaMemcpyAsync(t->tiles, t->tiles_on_host, bytes, cudaMemcpyHostToDevice, stream));
    mct_cuda_note(cuda, launch<weights_kernel>({(unsigned)(tiles * cuda->N * (COLUMNS / BLOCK)), BLOCK}, stream,
                                               cuda->view, (const mct_cuda_tile *)t->tiles, t->weights, t->weight));
}

static const char *create(mct_cuda *cuda, mct_cuda *share) {
    mct_cuda_tables *t = cuda->tables = share ? share->tables : new mct_cuda_tables();
    if (!t->references++) create_tables(cuda, t);
    if (!cuda->error) mct_cuda_note(cuda, mct_blas_create(&cuda->blas, mct_cuda_stream()));
    return cuda->error;
}

/* ---- evaluation -------------------------------------------------------------------------------------------------------------- */

/* `rows` functions from number `from` on of each point, one after the other. */
__global__ static void pack_kernel(mct_cuda_view v, int from, int rows, const double *images, double *packed) {
    const size_t N = (size_t)v.N, work = (size_t)rows * N;
    const mct_cuda_item at = mct_cuda_item_of(work);
    if (at.index >= work) return;
    packed[at.point * work + at.index] = images[(at.point * (size_t)v.functions_max + (size_t)from) * N + at.index];
}

/* Products of a tile for some points of one path: X [points][x_count][i][l], U likewise. */
struct tile_products {
    int a, b; /* the tile */
    int x_count, u_count;
    const double *X, *U;
};

/* M(q_i) of the tile's i, its share of the sum over l; a warp goes through all components of a point. */
__global__ static void sum_kernel(mct_cuda_view v, size_t first, size_t count, tile_products t, const double *right,
                                  bool add, double *M) {
    const size_t N = (size_t)v.N, index = blockIdx.x * (size_t)(BLOCK / WARP_SIZE) + threadIdx.x / WARP_SIZE;
    const size_t point = index / TILE, row = index % TILE, i = (size_t)t.a * TILE + row, l0 = (size_t)t.b * TILE;
    const unsigned lane = threadIdx.x % WARP_SIZE;
    if (point >= count || i >= N) return; /* whole warps */
    const bool rank_one = v.rank_one[first + point];
    const double *set = right + point * (size_t)v.functions_max * N;
    for (int c = 0; c < v.mm; c++) {
        const mct_cuda_term term = mct_cuda_term_of(rank_one, v.m, c);
        const size_t x = rank_one ? 0 : (size_t)c, u = rank_one ? (size_t)(c % v.m) : (size_t)c;
        const double *X = t.X + (point * (size_t)t.x_count + x) * COLUMNS + row * TILE;
        const double *U = t.U + (point * (size_t)t.u_count + u) * COLUMNS + row * TILE;
        const double *Y = set + (size_t)term.y * N + l0, *V = set + (size_t)term.v * N + l0;
        double sum = 0.0;
        for (size_t l = lane; l < TILE && l0 + l < N; l += WARP_SIZE) sum += X[l] * Y[l] + U[l] * V[l];
        for (int by = WARP_SIZE / 2; by; by /= 2) sum += __shfl_xor_sync(FULL_WARP, sum, by);
        double *out = M + (point * (size_t)v.mm + (size_t)c) * N + i;
        if (lane == 0) *out = (add ? *out : 0.0) + v.prefactor[(first + point) * (size_t)v.mm + (size_t)c] * sum;
    }
}

static void multiply(mct_cuda *cuda, const double *left, int count, const mct_cuda_tile &tile, const double *weight,
                     double *T) {
    const int N = (int)cuda->N;
    const mct_product product = {false, false, count, COLUMNS, tile.rows, 1.0, 0.0, N, COLUMNS, COLUMNS, 1, 0, 0, 0};
    mct_cuda_note(cuda, mct_multiply(cuda->blas, product, left + tile.first, weight + tile.at, T));
}

/* Points of one path: the products of the left functions x right functions. */
static void evaluate_group(mct_cuda *cuda, size_t first, size_t count, const double *left, const double *right,
                           bool add, double *M) {
    const cudaStream_t stream = mct_cuda_stream();
    const mct_cuda_tables *t = cuda->tables;
    const int m = cuda->view.m, across = mct_direct_tiles_of(cuda->view.N);
    const bool rank_one = cuda->rank_one[first];
    const int x_count = rank_one ? 1 : m * m, u_count = rank_one ? m : m * m;
    const mct_cuda_term begin = mct_cuda_term_of(rank_one, m, 0);
    double *X = cuda->scratch, *U = X + count * (size_t)x_count * cuda->N;
    double *TX = U + count * (size_t)u_count * cuda->N, *TU = TX + count * (size_t)x_count * COLUMNS;
    mct_cuda_note(cuda, launch<pack_kernel>(mct_cuda_over((size_t)x_count * cuda->N, count), stream, cuda->view,
                                            begin.x, x_count, left, X));
    mct_cuda_note(cuda, launch<pack_kernel>(mct_cuda_over((size_t)u_count * cuda->N, count), stream, cuda->view,
                                            begin.u, u_count, left, U));
    for (int a = 0; a < across; a++) {
        for (int b = 0; b < across; b++) {
            const mct_cuda_tile &tile = t->tiles_on_host[a * across + b];
            multiply(cuda, X, (int)count * x_count, tile, t->weight, TX);
            multiply(cuda, U, (int)count * u_count, tile, t->weight + t->weights, TU);
            const tile_products products = {a, b, x_count, u_count, TX, TU};
            mct_cuda_note(cuda, launch<sum_kernel>({(unsigned)(count * TILE / (BLOCK / WARP_SIZE)), BLOCK}, stream,
                                                   cuda->view, first, count, products, right, add || b > 0, M));
        }
    }
}

static void evaluate(mct_cuda *cuda, size_t first, size_t count, const double *images, const double *kept, double *M) {
    const size_t set = cuda->functions_max * cuda->N, products = products_of(&cuda->shape);
    for (size_t p = 0, some; p < count; p += some) { /* points of one path */
        const size_t most = products / left_of(cuda->rank_one[first + p], cuda->shape.species);
        for (some = 1;
             some < most && p + some < count && cuda->rank_one[first + p + some] == cuda->rank_one[first + p];)
            some++;
        const double *a = images + p * set, *b = kept ? kept + p * set : a;
        if (some <= MCT_AUTO_DEVICE_STREAMED_UP_TO) {
            mct_direct_stream(cuda, first + p, some, a, kept ? b : NULL, M + p * cuda->n);
            continue;
        }
        evaluate_group(cuda, first + p, some, b, a, false, M + p * cuda->n);
        if (kept) evaluate_group(cuda, first + p, some, a, b, true, M + p * cuda->n);
    }
}

/* ---- adjoint ----------------------------------------------------------------------------------------------------------------- */

__global__ static void scale_kernel(mct_cuda_view v, size_t point, const double *l, double *scaled) {
    const size_t N = (size_t)v.N, n = (size_t)v.mm * N;
    const mct_cuda_item at = mct_cuda_item_of(n);
    if (at.index < n) scaled[at.index] = v.prefactor[point * (size_t)v.mm + at.index / N] * l[at.index];
}

/* z [2][mm][j][l] = sum_i l(q_i) G[i][j][l]: one thread per element, over the i of the triangle region. */
__global__ static void reverse_kernel(mct_cuda_view v, const mct_cuda_tile *tiles, size_t weights, const double *weight,
                                      const double *scaled, double *z) {
    const size_t N = (size_t)v.N, work = 2 * (size_t)v.mm * N * N;
    const mct_cuda_item at = mct_cuda_item_of(work);
    if (at.index >= work) return;
    /* components of a row of weights come one after the other: from memory once */
    const int l = (int)(at.index % N), c = (int)(at.index / N % (size_t)v.mm);
    const int j = (int)(at.index / N / (size_t)v.mm % N), g = (int)(at.index / N / (size_t)v.mm / N);
    const mct_cuda_range range = mct_direct_range(v.N, v.corrected, {j, j}, {l, l}); /* symmetric in i, j, l */
    const double *L = scaled + (size_t)c * N, *G = weight + (size_t)g * weights;
    double sum = 0.0;
    for (int i = range.from; i <= range.to; i++) {
        const mct_cuda_tile tile = tiles[i / TILE * mct_direct_tiles_of(v.N) + l / TILE];
        sum += L[i] * G[tile.at + (size_t)(j - tile.first) * COLUMNS + (size_t)(i % TILE * TILE + l % TILE)];
    }
    z[(((size_t)g * (size_t)v.mm + (size_t)c) * N + (size_t)j) * N + (size_t)l] = sum;
}

/* The adjoint of a left function sums over l, of a right one over j. */
__global__ static void adjoint_kernel(mct_cuda_view v, size_t point, const double *kept, const double *z,
                                      double *function) {
    const size_t N = (size_t)v.N, mm = (size_t)v.mm, work = (size_t)v.functions_max * N;
    const mct_cuda_item at = mct_cuda_item_of(work);
    if (at.index >= work) return;
    const int f = (int)(at.index / N);
    const size_t i = at.index % N;
    double sum = 0.0;
    for (size_t c = 0; c < mm; c++) {
        const mct_cuda_term term = mct_cuda_term_of(v.rank_one[point], v.m, (int)c);
        const int left[2] = {term.x, term.u}, right[2] = {term.y, term.v};
        for (int g = 0; g < 2; g++) {
            const double *from = z + ((size_t)g * mm + c) * N * N;
            for (size_t j = 0; left[g] == f && j < N; j++) sum += from[i * N + j] * kept[(size_t)right[g] * N + j];
            for (size_t j = 0; right[g] == f && j < N; j++) sum += from[j * N + i] * kept[(size_t)left[g] * N + j];
        }
    }
    function[at.index] = sum;
}

static void adjoint(mct_cuda *cuda, size_t first, size_t count, const double *l, const double *kept) {
    const cudaStream_t stream = mct_cuda_stream();
    const mct_cuda_tables *t = cuda->tables;
    const size_t set = cuda->functions_max * cuda->N;
    double *scaled = cuda->scratch, *z = scaled + cuda->n;
    for (size_t p = 0; p < count; p++) {
        mct_cuda_note(cuda, launch<scale_kernel>(mct_cuda_over(cuda->n, 1), stream, cuda->view, first + p,
                                                 l + p * cuda->n, scaled));
        mct_cuda_note(cuda, launch<reverse_kernel>(mct_cuda_over(2 * cuda->n * cuda->N, 1), stream, cuda->view,
                                                   (const mct_cuda_tile *)t->tiles, t->weights,
                                                   (const double *)t->weight, (const double *)scaled, z));
        mct_cuda_note(cuda, launch<adjoint_kernel>(mct_cuda_over(set, 1), stream, cuda->view, first + p, kept + p * set,
                                                   (const double *)z, cuda->function + p * set));
    }
}

const mct_cuda_algorithm mct_cuda_direct = {image_size,         scratch_size, create, destroy,
                                            mct_cuda_functions, evaluate,     adjoint};
