/* factorized.cu: the correlations of the increment form as plain sums, O(N^2), as src/cpu/kernel/factorized.c.
 *
 * The image of a function is the function itself [N]: t = kX continued as odd about -1/2, e = k^2 X as even, on the fly.
 * One warp per point, component and lag: 6 multiply-adds for each of up to 2N values of j. */
#include "kernel/assemble.cuh"
#include "kernel/factorized.cuh"

enum { WARPS = BLOCK / WARP_SIZE };

__global__ static void correlate_kernel(mct_cuda_view v, size_t first, const double *images, const double *kept,
                                        double *increment) {
    const size_t set = (size_t)v.functions_max * (size_t)v.N;
    const unsigned per_component = (unsigned)(v.lags + WARPS - 1) / WARPS;
    const size_t component = blockIdx.x / per_component, point = component / (size_t)v.mm;
    const int lag = (int)(blockIdx.x % per_component * WARPS + threadIdx.x / WARP_SIZE);
    if (lag >= v.lags) return; /* whole warps */
    const mct_cuda_term term = mct_cuda_term_of(v.rank_one[first + point], v.m, (int)(component % (size_t)v.mm));
    mct_correlate(v, term, lag, images + point * set, kept ? kept + point * set : NULL,
                  increment + component * 4 * ((size_t)v.N + 2));
}

/* The adjoint function of `role` (0 ... 3: x, y, u, v) in component c at j, from the weights of the increments. */
__device__ static void add_adjoint(const mct_cuda_view &v, const double *P, int role, const double *other, int j,
                                   mct_sequence_value *bar) {
    const size_t pitch = (size_t)v.N + 2;
    const int taps = v.lags - 1, sign = role == 1 ? -1 : 1; /* y is the second factor: the odd weights change sign */
    const bool first_pair = role < 2;
    const int from = -v.N - j > -taps ? -v.N - j : -taps, to = v.N - 1 - j < taps ? v.N - 1 - j : taps;
    for (int i = from; i <= to; i++) {
        const size_t lag = (size_t)(i < 0 ? -i : i);
        const double twice = i ? 1.0 : 2.0, plus = P[lag], minus = P[3 * pitch + lag];
        const double k3 = twice * P[2 * pitch + lag];
        const mct_sequence_value s = mct_sequence_at(v, other, j + i);
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
    mct_sequence_value bar = {0.0, 0.0};
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

static size_t image_size(const mct_shape *shape) {
    return shape->grid.points;
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

static void evaluate(mct_cuda *cuda, size_t first, size_t count, const double *images, const double *kept, double *M) {
    const size_t blocks = ((size_t)cuda->view.lags + WARPS - 1) / WARPS * count * (size_t)cuda->view.mm;
    mct_cuda_note(cuda, launch<correlate_kernel>({(unsigned)blocks, BLOCK}, mct_cuda_stream(), cuda->view, first,
                                                 images, kept, cuda->increment));
    mct_cuda_assemble(cuda, first, count, mct_summed_increments{cuda->increment}, M);
}

static void adjoint(mct_cuda *cuda, size_t first, size_t count, const double *l, const double *kept) {
    mct_cuda_assemble_adjoint(cuda, first, count, l);
    mct_cuda_note(cuda, launch<correlate_adjoint_kernel>(mct_cuda_over(cuda->functions_max * cuda->N, count),
                                                         mct_cuda_stream(), cuda->view, first, kept,
                                                         (const double *)cuda->increment, cuda->function));
}

const mct_cuda_algorithm mct_cuda_factorized = {image_size,         scratch_size, create, destroy,
                                                mct_cuda_functions, evaluate,     adjoint};
