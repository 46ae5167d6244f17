/* direct.cu: the memory kernel from precomputed vertex weights, as src/cpu/direct.c, whose formulas these are.
 *
 * The weights [2][i][j][l] stay on the device: 16 N^3 bytes.  For blocks of rows i: T = weights x all right-hand sides (one
 * matrix product over points and components), then one warp per point, component and i sums over j with X and U. */
#include "constants.h"
#include "cuda.cuh"

/* Doubles that the products of a block of rows may take. */
static const size_t products_max = (size_t)8 << 20;

static size_t rows_at_a_time(const mct_shape *shape) {
    const size_t row = 2 * shape->points * shape->species * shape->species * shape->grid.points;
    const size_t rows = products_max / row;
    return rows < 1 ? 1 : rows < shape->grid.points ? rows : shape->grid.points;
}

static size_t image_size(const mct_shape *shape) {
    return shape->grid.points;
}

/* Packed right-hand sides [2][points][mm][N]; products of a block, or of the adjoint of a point with l before them. */
static size_t scratch_size(const mct_shape *shape) {
    const size_t N = shape->grid.points, mm = shape->species * shape->species;
    const size_t evaluate = 2 * shape->points * mm * N * (1 + rows_at_a_time(shape)), adjoint = mm * N + 2 * mm * N * N;
    return evaluate > adjoint ? evaluate : adjoint;
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

__global__ static void weights_kernel(mct_cuda_view v, double *weight) {
    const size_t N = (size_t)v.N;
    const mct_cuda_item at = mct_cuda_item_of(N * N); /* "point": i */
    if (at.index >= N * N) return;
    const int i = (int)at.point, j = (int)(at.index / N), l = (int)(at.index % N);
    const int low = j > l ? j - l : l - j, high = j + l + 1;
    const double s = step(v, i, low) - step(v, i, high), q = v.k[i], k = v.k[j], p = v.k[l];
    const double difference = (double)(j - l) * high * v.spacing * v.spacing; /* k^2 - p^2 */
    const double qk = 0.5 * (q * q + difference), qp = 0.5 * (q * q - difference);
    const double factor = s * v.spacing * v.spacing / (4.0 * MCT_PI * MCT_PI) * k * p / q * qk;
    weight[at.point * N * N + at.index] = factor * qk;
    weight[(N + at.point) * N * N + at.index] = factor * qp;
}

static void destroy(mct_cuda *cuda) {
    mct_cuda_tables *t = cuda->tables;
    mct_blas_destroy(cuda->blas);
    if (!t || --t->references) return;
    cudaFree(t->weight);
    delete t;
}

static const char *create(mct_cuda *cuda, mct_cuda *share) {
    const size_t N = cuda->N;
    mct_cuda_tables *t = cuda->tables = share ? share->tables : new mct_cuda_tables();
    if (!t->references++) {
        mct_cuda_note(cuda, cudaMalloc(&t->weight, 2 * N * N * N * sizeof(double)));
        if (cuda->error) return cuda->error;
        mct_cuda_note(cuda, launch<weights_kernel>(mct_cuda_over(N * N, N), mct_cuda_stream(), cuda->view, t->weight));
    }
    mct_cuda_note(cuda, mct_blas_create(&cuda->blas, mct_cuda_stream()));
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

/* Where the right-hand sides of a path begin among its functions, and their number. */
struct right_sides {
    int y, y_count, v, v_count;
};

static right_sides right_sides_of(bool rank_one, int m) {
    const int mm = m * m;
    if (rank_one) return {1, mm, 1 + mm + m, m};
    return {mm, mm, 3 * mm, mm};
}

/* M(q_i), i0 <= i < i0 + rows; Ty [points][y_count][rows][N], Tv likewise. */
__global__ static void sum_kernel(mct_cuda_view v, size_t first, size_t warps, right_sides right, int i0, int rows,
                                  const double *left, const double *Ty, const double *Tv, bool add, double *M) {
    const size_t N = (size_t)v.N, block = (size_t)rows * N;
    const size_t index = blockIdx.x * (size_t)(BLOCK / WARP_SIZE) + threadIdx.x / WARP_SIZE;
    const size_t c = index / (size_t)rows % (size_t)v.mm, i = index % (size_t)rows,
                 point = index / (size_t)(rows * v.mm);
    const unsigned lane = threadIdx.x % WARP_SIZE;
    if (index >= warps) return; /* whole warps */
    const mct_cuda_term term = mct_cuda_term_of(v.rank_one[first + point], v.m, (int)c);
    const double *X = left + (point * (size_t)v.functions_max + (size_t)term.x) * N;
    const double *U = left + (point * (size_t)v.functions_max + (size_t)term.u) * N;
    const double *y = Ty + (point * (size_t)right.y_count + (size_t)(term.y - right.y)) * block + i * N;
    const double *w = Tv + (point * (size_t)right.v_count + (size_t)(term.v - right.v)) * block + i * N;
    double sum = 0.0;
    for (size_t j = lane; j < N; j += WARP_SIZE) sum += X[j] * y[j] + U[j] * w[j];
    for (int by = WARP_SIZE / 2; by; by /= 2) sum += __shfl_xor_sync(FULL_WARP, sum, by);
    double *out = M + (point * (size_t)v.mm + c) * N + (size_t)i0 + i;
    if (lane == 0) *out = (add ? *out : 0.0) + v.prefactor[(first + point) * (size_t)v.mm + c] * sum;
}

static void multiply(mct_cuda *cuda, const double *right, int count, const double *weights, int rows, double *T) {
    const int N = (int)cuda->N;
    const mct_product product = {false, true, count, rows * N, N, 1.0, 0.0, N, N, rows * N, 1, 0, 0, 0};
    mct_cuda_note(cuda, mct_multiply(cuda->blas, product, right, weights, T));
}

/* Points of one path: left functions x the products of the right ones. */
static void evaluate_set(mct_cuda *cuda, size_t first, size_t count, const double *left, const double *right_images,
                         bool add, double *M) {
    const cudaStream_t stream = mct_cuda_stream();
    const size_t N = cuda->N, mm = (size_t)cuda->view.mm, all = rows_at_a_time(&cuda->shape);
    const right_sides right = right_sides_of(cuda->rank_one[first], cuda->view.m);
    double *Y = cuda->scratch, *V = Y + cuda->shape.points * mm * N, *Ty = V + cuda->shape.points * mm * N;
    double *Tv = Ty + cuda->shape.points * mm * all * N;
    mct_cuda_note(cuda, launch<pack_kernel>(mct_cuda_over((size_t)right.y_count * N, count), stream, cuda->view,
                                            right.y, right.y_count, right_images, Y));
    mct_cuda_note(cuda, launch<pack_kernel>(mct_cuda_over((size_t)right.v_count * N, count), stream, cuda->view,
                                            right.v, right.v_count, right_images, V));
    for (size_t i0 = 0; i0 < N; i0 += all) {
        const size_t rows = N - i0 < all ? N - i0 : all;
        const double *weights = cuda->tables->weight + i0 * N * N;
        multiply(cuda, Y, (int)count * right.y_count, weights, (int)rows, Ty);
        multiply(cuda, V, (int)count * right.v_count, weights + N * N * N, (int)rows, Tv);
        const size_t warps = count * mm * rows;
        mct_cuda_note(cuda,
                      launch<sum_kernel>({(unsigned)((warps + BLOCK / WARP_SIZE - 1) / (BLOCK / WARP_SIZE)), BLOCK},
                                         stream, cuda->view, first, warps, right, (int)i0, (int)rows, left,
                                         (const double *)Ty, (const double *)Tv, add, M));
    }
}

static void evaluate(mct_cuda *cuda, size_t first, size_t count, const double *images, const double *kept, double *M) {
    const size_t set = cuda->functions_max * cuda->N;
    for (size_t p = 0, some; p < count; p += some) { /* points of one path */
        for (some = 1; p + some < count && cuda->rank_one[first + p + some] == cuda->rank_one[first + p];) some++;
        const double *a = images + p * set, *b = kept ? kept + p * set : a;
        evaluate_set(cuda, first + p, some, b, a, false, M + p * cuda->n);
        if (kept) evaluate_set(cuda, first + p, some, a, b, true, M + p * cuda->n);
    }
}

/* ---- adjoint ----------------------------------------------------------------------------------------------------------------- */

__global__ static void scale_kernel(mct_cuda_view v, size_t point, const double *l, double *scaled) {
    const size_t N = (size_t)v.N, n = (size_t)v.mm * N;
    const mct_cuda_item at = mct_cuda_item_of(n);
    if (at.index < n) scaled[at.index] = v.prefactor[point * (size_t)v.mm + at.index / N] * l[at.index];
}

/* z [2][mm][j][l] = sum_i l(q_i) G[i][j][l]; the adjoint of a left function sums over l, of a right one over j. */
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
    const int N = (int)cuda->N, mm = cuda->view.mm;
    const size_t set = cuda->functions_max * cuda->N, nn = cuda->N * cuda->N;
    double *scaled = cuda->scratch, *z = scaled + cuda->n;
    const mct_product product = {false, false, mm, N * N, N, 1.0, 0.0, N, N * N, N * N, 1, 0, 0, 0};
    for (size_t p = 0; p < count; p++) {
        mct_cuda_note(cuda, launch<scale_kernel>(mct_cuda_over(cuda->n, 1), stream, cuda->view, first + p,
                                                 l + p * cuda->n, scaled));
        for (size_t g = 0; g < 2; g++) {
            mct_cuda_note(cuda, mct_multiply(cuda->blas, product, scaled, cuda->tables->weight + g * nn * cuda->N,
                                             z + g * (size_t)mm * nn));
        }
        mct_cuda_note(cuda, launch<adjoint_kernel>(mct_cuda_over(set, 1), stream, cuda->view, first + p, kept + p * set,
                                                   (const double *)z, cuda->function + p * set));
    }
}

const mct_cuda_algorithm mct_cuda_direct = {image_size,         scratch_size, create, destroy,
                                            mct_cuda_functions, evaluate,     adjoint};
