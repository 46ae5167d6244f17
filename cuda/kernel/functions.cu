/* functions.cu: the scalar functions of one wave number that make up the memory kernel, as cpu/kernel/functions.c,
 * and their adjoint.
 *
 * One thread per point and wave number computes all functions: reads F, G and C, 24 m^2 bytes at most, writes 8 bytes per
 * function.  The adjoint: one thread per element of F. */
#include "kernel/functions.cuh"

template <int m>
__global__ void functions_kernel(mct_cuda_view v, size_t first, const double *F, const double *G, double *function) {
    const size_t N = (size_t)v.N;
    const mct_cuda_item at = mct_cuda_item_of(N);
    if (at.index >= N) return;
    double *const out = function + at.point * (size_t)v.functions_max * N + at.index;
    F += at.point * m * m * N, G += at.point * m * m * N;
    mct_functions<m>(v, first + at.point, at.index, F, G, [=](int f, double X) { out[(size_t)f * N] = X; });
}

/* One thread per element of F: X_bar at this wave number, C at its element 0 0. */
__device__ static double general_adjoint(int m, size_t N, int k, int l, const double *C, const double *bar) {
    const size_t mm = (size_t)(m * m);
    const double *X = bar, *Y = X + mm * N, *U = Y + mm * N, *V = U + mm * N;
    double sum = Y[(size_t)(k * m + l) * N]; /* Y + C^T X C + C^T U + V C */
    for (int mu = 0; mu < m; mu++) {
        double inner = U[(size_t)(mu * m + l) * N];
        for (int nu = 0; nu < m; nu++) inner += X[(size_t)(mu * m + nu) * N] * C[(size_t)(nu * m + l) * N];
        sum += C[(size_t)(mu * m + k) * N] * inner + V[(size_t)(k * m + mu) * N] * C[(size_t)(mu * m + l) * N];
    }
    return sum;
}

__device__ static double rank_one_adjoint(int m, size_t N, int k, int l, double c, const double *s, const double *bar) {
    const int mm = m * m;
    const double u = bar[(size_t)(1 + mm + l) * N], v = bar[(size_t)(1 + mm + m + k) * N];
    return bar[(size_t)(1 + k * m + l) * N] + c * (c * s[k] * s[l] * bar[0] + s[k] * u + s[l] * v);
}

__global__ static void functions_adjoint_kernel(mct_cuda_view v, size_t first, const double *bar, double *F_bar) {
    const size_t N = (size_t)v.N, n = (size_t)v.mm * N;
    const mct_cuda_item at = mct_cuda_item_of(n);
    if (at.index >= n) return;
    const size_t point = first + at.point, i = at.index % N;
    const int k = (int)(at.index / N) / v.m, l = (int)(at.index / N) % v.m;
    const double *C = v.C + point * n + i, *bar_i = bar + at.point * (size_t)v.functions_max * N + i;
    F_bar[at.point * n + at.index] =
        v.rank_one[point] ? rank_one_adjoint(v.m, N, k, l, C[0], v.root_fraction + point * (size_t)v.m, bar_i)
                          : general_adjoint(v.m, N, k, l, C, bar_i);
}

void mct_cuda_functions(mct_cuda *cuda, size_t first, size_t count, const double *F, const double *G,
                        double *function) {
    MCT_CUDA_LAUNCH(cuda, cuda->view.m, functions_kernel, mct_cuda_over(cuda->N, count), cuda->view, first, F, G,
                    function);
}

void mct_cuda_functions_adjoint(mct_cuda *cuda, size_t first, size_t count, double *F_bar) {
    mct_cuda_note(cuda, launch<functions_adjoint_kernel>(mct_cuda_over(cuda->n, count), mct_cuda_stream(), cuda->view,
                                                         first, (const double *)cuda->function, F_bar));
}
