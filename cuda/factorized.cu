/* factorized.cu: the correlations of the increment form as plain sums, O(N^2), as src/cpu/factorized.c.
 *
 * The image of a function is the function itself [N]: t = kX continued as odd about -1/2, e = k^2 X as even, on the fly.
 * One warp per point, component and lag: 6 multiply-adds for each of up to 2N values of j. */
#include "cuda.cuh"

enum { WARPS = BLOCK / WARP_SIZE };

/* t and e of a function at -N <= j < N. */
struct sequence_value {
    double t, e;
};

__device__ static sequence_value at(const mct_cuda_view &v, const double *X, int j) {
    const int i = j < 0 ? -1 - j : j;
    const double k = v.k[i], t = k * X[i];
    return {j < 0 ? -t : t, k * t};
}

/* Adds K1, K2, O, K3 at `lag` from the images of x, y, u, v; the lanes of a warp share the sum over j. */
__device__ static void add_lag(const mct_cuda_view &v, const double *xu, const double *yv, mct_cuda_term term, int lag,
                               double *sum) {
    const size_t N = (size_t)v.N;
    const double *X = xu + (size_t)term.x * N, *Y = yv + (size_t)term.y * N;
    const double *U = xu + (size_t)term.u * N, *V = yv + (size_t)term.v * N;
    for (int j = -v.N + (int)(threadIdx.x % WARP_SIZE); j < v.N - lag; j += WARP_SIZE) {
        const sequence_value x = at(v, X, j), y = at(v, Y, j + lag), u = at(v, U, j), w = at(v, V, j + lag);
        sum[0] += x.t * y.t;
        sum[1] += u.t * w.t;
        sum[2] += x.e * y.t + x.t * y.e;
        sum[3] += x.e * y.e - u.e * w.e;
    }
}

__global__ static void correlate_kernel(mct_cuda_view v, size_t first, const double *images, const double *kept,
                                        double *increment) {
    const size_t pitch = (size_t)v.N + 2, images_size = (size_t)v.functions_max * (size_t)v.N;
    const unsigned per_component = (unsigned)(v.lags + WARPS - 1) / WARPS;
    const size_t component = blockIdx.x / per_component, point = component / (size_t)v.mm;
    const int lag = (int)(blockIdx.x % per_component * WARPS + threadIdx.x / WARP_SIZE);
    if (lag >= v.lags) return; /* whole warps */
    const mct_cuda_term term = mct_cuda_term_of(v.rank_one[first + point], v.m, (int)(component % (size_t)v.mm));
    const double *a = images + point * images_size;
    double sum[4] = {0.0, 0.0, 0.0, 0.0};
    if (kept) { /* M[kept, a] + M[a, kept] */
        const double *b = kept + point * images_size;
        add_lag(v, b, a, term, lag, sum);
        add_lag(v, a, b, term, lag, sum);
    } else {
        add_lag(v, a, a, term, lag, sum);
    }
    for (int s = 0; s < 4; s++) {
        for (int by = WARP_SIZE / 2; by; by /= 2) sum[s] += __shfl_xor_sync(FULL_WARP, sum[s], by);
    }
    if (threadIdx.x % WARP_SIZE == 0) {
        double *P = increment + component * 4 * pitch + (size_t)lag;
        P[0] = sum[0] + sum[1];
        P[pitch] = sum[2];
        P[2 * pitch] = sum[3];
        P[3 * pitch] = sum[0] - sum[1];
    }
}

/* The adjoint function of `role` (0 ... 3: x, y, u, v) in component c at j, from the weights of the increments. */
__device__ static void add_adjoint(const mct_cuda_view &v, const double *P, int role, const double *other, int j,
                                   sequence_value *bar) {
    const size_t pitch = (size_t)v.N + 2;
    const int taps = v.lags - 1, sign = role == 1 ? -1 : 1; /* y is the second factor: the odd weights change sign */
    const bool first_pair = role < 2;
    const int from = -v.N - j > -taps ? -v.N - j : -taps, to = v.N - 1 - j < taps ? v.N - 1 - j : taps;
    for (int i = from; i <= to; i++) {
        const size_t lag = (size_t)(i < 0 ? -i : i);
        const double twice = i ? 1.0 : 2.0, plus = P[lag], minus = P[3 * pitch + lag];
        const double k3 = twice * P[2 * pitch + lag];
        const sequence_value s = at(v, other, j + i);
        if (first_pair) {
            const double k1 = twice * (plus + minus);
            const double o = sign * (i > 0 ? P[pitch + lag] : i < 0 ? -P[pitch + lag] : 0.0);
            bar->t += k1 * s.t + o * s.e;
            bar->e += o * s.t + k3 * s.e;
        } else {
            bar->t += twice * (plus - minus) * s.t;
            bar->e -= k3 * s.e;
        }
    }
}

/* One thread per point, function and j: what all components give to it. */
__global__ static void correlate_adjoint_kernel(mct_cuda_view v, size_t first, const double *kept,
                                                const double *increment, double *function) {
    const size_t N = (size_t)v.N, pitch = N + 2, work = (size_t)v.functions_max * N;
    const mct_cuda_item item = mct_cuda_item_of(work);
    if (item.index >= work) return;
    const int f = (int)(item.index / N), j = (int)(item.index % N);
    const double *images = kept + item.point * work;
    sequence_value bar = {0.0, 0.0};
    for (int c = 0; c < v.mm; c++) {
        const mct_cuda_term term = mct_cuda_term_of(v.rank_one[first + item.point], v.m, c);
        const double *P = increment + (item.point * (size_t)v.mm + (size_t)c) * 4 * pitch;
        if (term.x == f) add_adjoint(v, P, 0, images + (size_t)term.y * N, j, &bar);
        if (term.y == f) add_adjoint(v, P, 1, images + (size_t)term.x * N, j, &bar);
        if (term.u == f) add_adjoint(v, P, 2, images + (size_t)term.v * N, j, &bar);
        if (term.v == f) add_adjoint(v, P, 3, images + (size_t)term.u * N, j, &bar);
    }
    function[item.point * work + item.index] = v.k[j] * (bar.t + v.k[j] * bar.e);
}

static size_t image_size(const mct_grid *grid) {
    return grid->points;
}

/* Of assemble_adjoint. */
static size_t scratch_size(const mct_shape *shape) {
    return shape->points * shape->species * shape->species * 3 * (shape->grid.points + 2);
}

static const char *create(mct_cuda *cuda, mct_cuda *share) {
    (void)cuda, (void)share;
    return NULL;
}

static void destroy(mct_cuda *cuda) {
    (void)cuda;
}

static void load(mct_cuda *cuda, size_t first, size_t count, double *images) {
    (void)first;
    mct_cuda_note(cuda, cudaMemcpyAsync(images, cuda->function, count * cuda->functions_max * cuda->N * sizeof(double),
                                        cudaMemcpyDeviceToDevice, mct_cuda_stream()));
}

static void evaluate(mct_cuda *cuda, size_t first, size_t count, const double *images, const double *kept, double *M) {
    const size_t blocks = ((size_t)cuda->view.lags + WARPS - 1) / WARPS * count * (size_t)cuda->view.mm;
    mct_cuda_note(cuda, launch<correlate_kernel>({(unsigned)blocks, BLOCK}, mct_cuda_stream(), cuda->view, first,
                                                 images, kept, cuda->increment));
    mct_cuda_assemble(cuda, first, count, M);
}

static void adjoint(mct_cuda *cuda, size_t first, size_t count, const double *l, const double *kept) {
    mct_cuda_assemble_adjoint(cuda, first, count, l);
    mct_cuda_note(cuda, launch<correlate_adjoint_kernel>(mct_cuda_over(cuda->functions_max * cuda->N, count),
                                                         mct_cuda_stream(), cuda->view, first, kept,
                                                         (const double *)cuda->increment, cuda->function));
}

const mct_cuda_algorithm mct_cuda_factorized = {image_size, scratch_size, create, destroy, load, evaluate, adjoint};
