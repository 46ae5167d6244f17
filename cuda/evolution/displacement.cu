/* displacement.cu: mean-squared displacements (displacement.cuh), everywhere.
 * One block per point and displacement: m^2 N terms of m0, 3 multiply-adds each.  Where these are many, one block per chunk of
 * wave numbers first. */
#include "evolution/displacement.cuh"

__device__ static mct_displaced place_of(const mct_cuda_displacements &d) {
    return {blockIdx.x / (unsigned)d.count, blockIdx.x, (int)(blockIdx.x % (unsigned)d.count)};
}

/* (n+1) a_{n+1} = source - sum_{k+l=n, l>=1} k! l!/n! b_k a_l, the source at n = 0; times in steps; phi [terms][points][n]. */
__global__ static void series_kernel(mct_cuda_steps v, mct_cuda_displacements d, const double *phi, double *a,
                                     double *b) {
    const mct_displaced here = place_of(d);
    if (!mct_cuda_runs(v, here.point)) return;
    const size_t pitch = (size_t)v.points * (size_t)d.count, of_phi = (size_t)v.points * v.n;
    const double h = v.clocks[here.point].step;
    a += here.at;
    b += here.at;
    phi += here.point * v.n;
    if (threadIdx.x == 0) a[0] = 0.0;
    for (int n = 0; n < d.terms; n++) {
        double m0 = 0.0;
        for (int j = 0; j <= n; j++) {
            m0 += mct_memory_of(v, d, here, phi + (size_t)j * of_phi, phi + (size_t)(n - j) * of_phi);
        }
        m0 = mct_cuda_block_sum(m0);
        if (threadIdx.x != 0) continue;
        b[(size_t)n * pitch] = m0;
        double sum = n ? 0.0 : d.source[here.at];
        for (int l = 1; l <= n; l++)
            sum -= v.scheme->beta[n - l][l] * b[(size_t)(n - l) * pitch] * a[(size_t)l * pitch];
        if (n + 1 < d.terms) a[(size_t)(n + 1) * pitch] = h / (n + 1) * sum;
    }
}

__global__ static void follow_kernel(mct_cuda_steps v, mct_cuda_steps f, mct_cuda_displacements d) {
    const mct_displaced here = place_of(d);
    if (mct_cuda_runs(v, here.point)) mct_follow(v, f, d, here);
}

/* Chunks of wave numbers up to which one block sums them all. */
enum { CHUNKS_ALONE = 8 };

/* The part of a chunk in m0; one thread per wave number. */
__global__ static void memory_kernel(mct_cuda_steps v, mct_cuda_displacements d) {
    const size_t at = blockIdx.x / (unsigned)v.chunks, point = at / (size_t)d.count, N = (size_t)v.N, m = (size_t)v.m;
    const size_t k = (size_t)(blockIdx.x % (unsigned)v.chunks) * MCT_CUDA_CHUNK + threadIdx.x;
    if (!mct_cuda_runs(v, point)) return;
    const double *u = d.coupling + at * m * N + k, *F = mct_cuda_at(v, point, v.at.F + (int)v.clocks[point].i + 1) + k;
    double sum = 0.0;
    for (size_t c = 0; c < m * m && k < N; c++) sum += u[c / m * N] * F[c * N] * u[c % m * N];
    if (k < N) sum *= F[(size_t)d.species[at % (size_t)d.count] * (m + 1) * N];
    sum = mct_cuda_block_sum(sum);
    if (threadIdx.x == 0) d.sums[blockIdx.x] = sum;
}

/* The same as follow_kernel after memory_kernel. */
__global__ static void follow_sums_kernel(mct_cuda_steps v, mct_cuda_steps f, mct_cuda_displacements d) {
    const mct_displaced here = place_of(d);
    if (!mct_cuda_runs(v, here.point)) return;
    double m0 = 0.0;
    for (int c = (int)threadIdx.x; c < v.chunks; c += BLOCK) m0 += d.sums[here.at * (size_t)v.chunks + (size_t)c];
    m0 = mct_cuda_block_sum(m0);
    if (threadIdx.x == 0) mct_follow_with(v, f, d, here, m0);
}

static launch_shape blocks_of(const mct_cuda_evolution *e) {
    return {(unsigned)(e->shape.points * e->shape.displacements), BLOCK};
}

void mct_cuda_displacement_start(mct_cuda_evolution *e) {
    const mct_cuda_follower *f = e->follower;
    double *const a = f->series;
    double *const b = a + (size_t)f->displacements.terms * e->shape.points * e->shape.displacements;
    mct_cuda_note(e->cuda, launch<series_kernel>(blocks_of(e), mct_cuda_stream(), e->steps, f->displacements,
                                                 (const double *)e->series, a, b));
    mct_cuda_start_from(e, f->steps, a, b);
}

void mct_cuda_displacement_step(mct_cuda_evolution *e) {
    const mct_cuda_follower *f = e->follower;
    const mct_cuda_steps &v = e->steps;
    const mct_cuda_displacements &d = f->displacements;
    const cudaStream_t stream = mct_cuda_stream();
    mct_cuda_history(e, f->steps);
    if (v.chunks <= CHUNKS_ALONE) {
        mct_cuda_note(e->cuda, launch<follow_kernel>(blocks_of(e), stream, v, f->steps, d));
        return;
    }
    const launch_shape chunks = {(unsigned)(v.points * d.count * v.chunks), MCT_CUDA_CHUNK};
    mct_cuda_note(e->cuda, launch<memory_kernel>(chunks, stream, v, d));
    mct_cuda_note(e->cuda, launch<follow_sums_kernel>(blocks_of(e), stream, v, f->steps, d));
}
