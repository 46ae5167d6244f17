/* iterate.cu: the fixed point of a step (iterate.cuh), everywhere.
 *
 * A turn of the loop: memory kernel of all points, update, decide, mix; whether another one follows is decided on the device.
 *   update  one thread per wave number; 4 m^3 multiply-adds, 8 m^2 (8 + secants) bytes, 4 more for a secant; sums per chunk
 *   decide  one warp per point: the sums of its chunks, the clock, the least squares of the secants
 *   mix     one thread per wave number; 4 m^3 multiply-adds, 8 m^2 (5 + secants) bytes */
#include "evolution/iterate.cuh"

template <int m> __global__ void update_kernel(mct_cuda_steps v) {
    const mct_cuda_wave_number at = mct_cuda_wave_number_of(v);
    if (v.paces[at.point].iterating) mct_update<m>(v, at.point, at.q);
}

__global__ static void decide_kernel(mct_cuda_steps v) {
    const size_t point = mct_cuda_warp();
    if (point < (size_t)v.points && v.paces[point].iterating) mct_decide(v, point); /* whole warps */
}

/* The first block also sees whether anything is left to do. */
template <int m> __global__ void mix_kernel(mct_cuda_steps v, mct_cuda_gate gate) {
    if (blockIdx.x == 0) {
        int any = 0;
        for (int p = (int)threadIdx.x; p < v.points; p += MCT_CUDA_CHUNK) any |= v.paces[p].iterating;
        any = __syncthreads_or(any);
        if (threadIdx.x == 0 && gate.used) cudaGraphSetConditional(gate.condition, (unsigned)any);
    }
    const mct_cuda_wave_number at = mct_cuda_wave_number_of(v);
    if (v.paces[at.point].iterating) mct_mix<m>(v, at.point, at.q);
}

void mct_cuda_iterate_once(mct_cuda_evolution *e, mct_cuda_gate gate) {
    const mct_cuda_steps &v = e->steps;
    mct_cuda_apply(e->cuda, 0, e->shape.points, v.x, v.x, v.M);
    MCT_LAUNCH_FOR_SPECIES(e, v.m, update_kernel, mct_cuda_chunks(v), v);
    mct_cuda_note(e->cuda, launch<decide_kernel>(mct_cuda_warps(v), mct_cuda_stream(), v));
    MCT_LAUNCH_FOR_SPECIES(e, v.m, mix_kernel, mct_cuda_chunks(v), v, gate);
}
