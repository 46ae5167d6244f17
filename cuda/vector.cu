/* vector.cu: inner products and norms of batches, as src/cpu/vector.c; x, y [count][mm][N].
 * One pass over the arrays: 8 bytes per operand and element.  Sums: one block per point. */
#include "cuda.cuh"

__global__ static void dot_kernel(mct_cuda_view v, size_t first, const double *x, const double *y, double *result) {
    const size_t n = (size_t)v.mm * (size_t)v.N, at = blockIdx.x * n;
    const double *w = v.weight + (first + blockIdx.x) * n;
    double sum = 0.0;
    for (size_t i = threadIdx.x; i < n; i += blockDim.x) sum += w[i] * w[i] * x[at + i] * y[at + i];
    sum = mct_cuda_block_sum(sum);
    if (threadIdx.x == 0) result[blockIdx.x] = sum;
}

__global__ static void max_norm_kernel(mct_cuda_view v, size_t first, const double *x, double *result) {
    const size_t n = (size_t)v.mm * (size_t)v.N, at = blockIdx.x * n;
    const double *w = v.weight + (first + blockIdx.x) * n;
    double largest = 0.0;
    for (size_t i = threadIdx.x; i < n; i += blockDim.x) {
        const double value = fabs(w[i] * x[at + i]);
        largest = mct_cuda_larger(largest, isfinite(value) ? value : NAN); /* infinite is as bad */
    }
    largest = mct_cuda_block_max(largest);
    if (threadIdx.x == 0) result[blockIdx.x] = largest;
}

__global__ static void weigh_kernel(mct_cuda_view v, size_t first, bool inverse, double *x) {
    const size_t n = (size_t)v.mm * (size_t)v.N;
    const mct_cuda_item item = mct_cuda_item_of(n);
    if (item.index >= n) return;
    const double w = v.weight[(first + item.point) * n + item.index];
    double *value = x + item.point * n + item.index;
    *value = inverse ? *value / w : *value * w;
}

/* Factors of some points, passed by value: no copy to wait for. */
static const size_t some_points = 64;
struct factors {
    double a[some_points], b[some_points];
};

__global__ static void axpby_kernel(size_t n, factors f, const double *x, double *y) {
    const mct_cuda_item item = mct_cuda_item_of(n);
    if (item.index >= n) return;
    const size_t at = item.point * n + item.index;
    const double ax = f.a[item.point] * x[at], b = f.b[item.point];
    y[at] = b == 0.0 ? ax : ax + b * y[at];
}

void mct_cuda_results(mct_cuda *cuda, size_t count, double *out) {
    const cudaStream_t stream = mct_cuda_stream();
    mct_cuda_note(
        cuda, cudaMemcpyAsync(cuda->result_on_host, cuda->result, count * sizeof *out, cudaMemcpyDeviceToHost, stream));
    mct_cuda_note(cuda, cudaStreamSynchronize(stream));
    for (size_t p = 0; p < count; p++) out[p] = cuda->error ? NAN : cuda->result_on_host[p];
}

void mct_cuda_dot(void *state, size_t first, size_t count, const double *x, const double *y, double *out) {
    mct_cuda *cuda = mct_cuda_ready(state);
    mct_cuda_note(
        cuda, launch<dot_kernel>({(unsigned)count, BLOCK}, mct_cuda_stream(), cuda->view, first, x, y, cuda->result));
    mct_cuda_results(cuda, count, out);
}

void mct_cuda_max_norm(void *state, size_t first, size_t count, const double *x, double *out) {
    mct_cuda *cuda = mct_cuda_ready(state);
    mct_cuda_note(
        cuda, launch<max_norm_kernel>({(unsigned)count, BLOCK}, mct_cuda_stream(), cuda->view, first, x, cuda->result));
    mct_cuda_results(cuda, count, out);
}

void mct_cuda_weigh(void *state, size_t first, size_t count, int inverse, double *x) {
    mct_cuda *cuda = mct_cuda_ready(state);
    mct_cuda_note(cuda, launch<weigh_kernel>(mct_cuda_over(cuda->n, count), mct_cuda_stream(), cuda->view, first,
                                             inverse != 0, x));
}

void mct_cuda_axpby(void *state, size_t first, size_t count, const double *a, const double *x, const double *b,
                    double *y) {
    (void)first;
    mct_cuda *cuda = mct_cuda_ready(state);
    for (size_t p = 0; p < count; p += some_points) {
        const size_t some = count - p < some_points ? count - p : some_points;
        factors f = {};
        for (size_t i = 0; i < some; i++) f.a[i] = a[p + i], f.b[i] = b[p + i];
        mct_cuda_note(cuda, launch<axpby_kernel>(mct_cuda_over(cuda->n, some), mct_cuda_stream(), cuda->n, f,
                                                 x + p * cuda->n, y + p * cuda->n));
    }
}
