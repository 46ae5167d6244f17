/* increments.cu: the transpose of the running sums (increments.cuh): from l to weights of the increments.
 *
 * weight of a(i) -> of the terms, by sums from the end -> of the increments.  One thread per component and wave number, in the
 * chunks of assemble.cuh: sums of the chunks, running sums, weights; 24 bytes written and read between these, 32 written. */
#include "kernel/assemble.cuh"

/* What l gives to the weights of the three running sums at i. */
__device__ static void weights_of(const mct_cuda_view &v, size_t first, size_t component, int i, const double *l,
                                  double *weight) {
    const size_t point = component / (size_t)v.mm, c = component % (size_t)v.mm;
    const double factor =
        v.prefactor[(first + point) * (size_t)v.mm + c] * v.spacing * v.spacing / (16.0 * MCT_PI * MCT_PI);
    const double q = (i + 0.5) * v.spacing, q2 = q * q, all = factor / q * l[component * (size_t)v.N + (size_t)i];
    weight[0] = all * q2 * q2;
    weight[1] = all * 2.0 * q2;
    weight[2] = all;
}

/* Chunks count from the end: thread i of them all has wave number N - 1 - i. */
__global__ static void weight_sums_kernel(mct_cuda_view v, size_t first, int chunks, const double *l, double *sums) {
    const mct_chunk here = mct_chunk_of(chunks);
    double weight[MCT_RUNNING] = {0.0}, sum[MCT_RUNNING], total[MCT_RUNNING];
    if (here.i < v.N) weights_of(v, first, here.component, v.N - 1 - here.i, l, weight);
    mct_block_scan<MCT_RUNNING>(weight, sum, total);
    if (threadIdx.x != 0) return;
    for (size_t s = 0; s < MCT_RUNNING; s++) sums[(size_t)blockIdx.x * MCT_RUNNING + s] = total[s];
}

/* e [components][3][N + 2]: the sums from the end, half at 0. */
__global__ static void weight_running_kernel(mct_cuda_view v, size_t first, int chunks, const double *l,
                                             const double *sums, double *e) {
    const mct_chunk here = mct_chunk_of(chunks);
    const int i = v.N - 1 - here.i;
    double before[MCT_RUNNING] = {0.0}, weight[MCT_RUNNING] = {0.0}, sum[MCT_RUNNING], total[MCT_RUNNING];
    const double *const of_component = sums + here.component * (size_t)chunks * MCT_RUNNING;
    for (int chunk = (int)threadIdx.x; chunk < here.number; chunk += BLOCK) {
        for (int s = 0; s < MCT_RUNNING; s++) before[s] += of_component[chunk * MCT_RUNNING + s];
    }
    mct_block_scan<MCT_RUNNING>(before, sum, total);
    for (int s = 0; s < MCT_RUNNING; s++) before[s] = total[s];
    if (i >= 0) weights_of(v, first, here.component, i, l, weight);
    mct_block_scan<MCT_RUNNING>(weight, sum, total);
    if (i < 0) return;
    for (int s = 0; s < MCT_RUNNING; s++) {
        const double all = before[s] + sum[s];
        e[(here.component * MCT_RUNNING + (size_t)s) * ((size_t)v.N + 2) + (size_t)i] = i ? all : 0.5 * all;
    }
}

/* The weight of a term at lag i from those of the running sums. */
__device__ static double term_adjoint(const double *e, int N, int i, bool corrected) {
    if (!corrected) return i < N ? e[i] : 0.0;
    const double weight[3] = MCT_CORRECTED_WEIGHTS;
    double sum = 0.0;
    for (int by = -2; by <= 2; by++) { /* the terms that use d(i), also as d(-i) */
        const int distance = by < 0 ? -by : by;
        if (i + by >= 0 && i + by < N) sum += weight[distance] * e[i + by];
        if (i > 0 && by - i >= 0 && by - i < N) sum += weight[distance] * e[by - i];
    }
    return sum;
}

/* increment [components][4][N + 2] */
__global__ static void weights_kernel(mct_cuda_view v, const double *e, double *increment) {
    const size_t pitch = (size_t)v.N + 2, work = (size_t)v.mm * pitch;
    const mct_cuda_item at = mct_cuda_item_of(work);
    if (at.index >= work) return;
    const size_t component = at.point * (size_t)v.mm + at.index / pitch;
    const int i = (int)(at.index % pitch);
    const double mi = i * v.spacing, m2 = mi * mi, inverse = 1.0 / v.balance;
    double w[MCT_RUNNING];
    for (int s = 0; s < MCT_RUNNING; s++) {
        w[s] = term_adjoint(e + (component * MCT_RUNNING + (size_t)s) * pitch, v.N, i, v.corrected);
    }
    double *const P = increment + component * 4 * pitch + i;
    P[0] = w[0];
    P[pitch] = -w[1] * mi * inverse;
    P[2 * pitch] = w[2] * 4.0 * inverse * inverse * m2;
    P[3 * pitch] = m2 * m2 * w[2];
}

void mct_cuda_assemble_adjoint(mct_cuda *cuda, size_t first, size_t count, const double *l) {
    const mct_cuda_view &v = cuda->view;
    const cudaStream_t stream = mct_cuda_stream();
    const int chunks = mct_chunks(cuda);
    const launch_shape shape = mct_over_chunks(cuda, count);
    double *const e = cuda->scratch;
    mct_cuda_note(cuda, launch<weight_sums_kernel>(shape, stream, v, first, chunks, l, cuda->chunk_sums));
    mct_cuda_note(
        cuda, launch<weight_running_kernel>(shape, stream, v, first, chunks, l, (const double *)cuda->chunk_sums, e));
    mct_cuda_note(cuda, launch<weights_kernel>(mct_cuda_over((size_t)v.mm * (cuda->N + 2), count), stream, v,
                                               (const double *)e, cuda->increment));
}
