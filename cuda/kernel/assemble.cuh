/* assemble.cuh: the running sums of increments.cuh over the whole grid, BLOCK wave numbers of a component at a time.
 *
 * One block per point, component and chunk: one thread per wave number, 2 or 4 barriers.  Where chunks are few a block sums
 * what lies before its own by itself; else another launch has summed every chunk.  Per wave number 32 bytes read (40 from
 * transforms) and 8 written; with the launch before read twice.  All sums are made in one order. */
#ifndef MCT_ASSEMBLE_CUH
#define MCT_ASSEMBLE_CUH

#include "kernel/increments.cuh"

/* Chunks up to which summing again costs less than a launch. */
enum { MCT_CHUNKS_ALONE = 4 };

/* A chunk of a component, as a block finds it. */
struct mct_chunk {
    size_t component; /* of all points that are treated */
    int number, i;    /* i: of this thread, may lie beyond N */
};

__device__ inline mct_chunk mct_chunk_of(int chunks) {
    const int number = (int)(blockIdx.x % (unsigned)chunks);
    return {blockIdx.x / (unsigned)chunks, number, number * BLOCK + (int)threadIdx.x};
}

inline int mct_chunks(const mct_cuda *cuda) {
    return (int)((cuda->N + BLOCK - 1) / BLOCK);
}

inline launch_shape mct_over_chunks(const mct_cuda *cuda, size_t count) {
    return {(unsigned)(count * (size_t)cuda->view.mm * (size_t)mct_chunks(cuda)), BLOCK};
}

/* The sums over each chunk, [components][chunks][3]. */
template <class Increments>
__global__ void chunk_sums_kernel(mct_cuda_view v, int chunks, Increments increments, double *sums) {
    const mct_chunk here = mct_chunk_of(chunks);
    double term[MCT_RUNNING] = {0.0}, sum[MCT_RUNNING], total[MCT_RUNNING];
    if (here.i < v.N) mct_running_terms(v, increments, here.component, here.i, term);
    mct_block_scan<MCT_RUNNING>(term, sum, total);
    if (threadIdx.x != 0) return;
    for (size_t s = 0; s < MCT_RUNNING; s++) sums[(size_t)blockIdx.x * MCT_RUNNING + s] = total[s];
}

/* M of all components; sums: of the chunks, or NULL. */
template <class Increments>
__global__ void assemble_kernel(mct_cuda_view v, size_t first, int chunks, Increments increments, const double *sums,
                                double *M) {
    const mct_chunk here = mct_chunk_of(chunks);
    double before[MCT_RUNNING] = {0.0}, term[MCT_RUNNING] = {0.0}, sum[MCT_RUNNING], total[MCT_RUNNING];
    for (int i = sums ? here.i : (int)threadIdx.x; i <= here.i; i += BLOCK) { /* its own comes last */
        for (int s = 0; s < MCT_RUNNING; s++) before[s] += term[s], term[s] = 0.0;
        if (i < v.N) mct_running_terms(v, increments, here.component, i, term);
    }
    if (here.number) { /* for the whole block */
        for (int chunk = (int)threadIdx.x; sums && chunk < here.number; chunk += BLOCK) {
            const double *const of_chunk = sums + (here.component * (size_t)chunks + (size_t)chunk) * MCT_RUNNING;
            for (int s = 0; s < MCT_RUNNING; s++) before[s] += of_chunk[s];
        }
        mct_block_scan<MCT_RUNNING>(before, sum, total);
        for (int s = 0; s < MCT_RUNNING; s++) before[s] = total[s];
    }
    mct_block_scan<MCT_RUNNING>(term, sum, total);
    if (here.i >= v.N) return;
    for (int s = 0; s < MCT_RUNNING; s++) sum[s] += before[s];
    const size_t point = here.component / (size_t)v.mm, c = here.component % (size_t)v.mm;
    M[here.component * (size_t)v.N + (size_t)here.i] = mct_of_running_sums(v, first + point, c, here.i, sum);
}

/* M [count][mm][N] of points first ... */
template <class Increments>
void mct_cuda_assemble(mct_cuda *cuda, size_t first, size_t count, const Increments &increments, double *M) {
    const int chunks = mct_chunks(cuda);
    const bool alone = chunks <= MCT_CHUNKS_ALONE;
    const launch_shape shape = mct_over_chunks(cuda, count);
    if (!alone) {
        mct_cuda_note(cuda, launch<chunk_sums_kernel<Increments>>(shape, mct_cuda_stream(), cuda->view, chunks,
                                                                  increments, cuda->chunk_sums));
    }
    mct_cuda_note(cuda, launch<assemble_kernel<Increments>>(shape, mct_cuda_stream(), cuda->view, first, chunks,
                                                            increments, alone ? NULL : cuda->chunk_sums, M));
}

#endif
