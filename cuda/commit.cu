/* commit.cu: the end of a step (commit.cuh), everywhere.
 *
 *   commit  one thread per wave number: m^3 multiply-adds, 8 m^2 (7 + 2 secants) bytes
 *   tick    one warp per point: its clock
 *   gate    one block: whether a block of steps ends and whether there is another step, in the launch of `tick` where that
 *           is one block too */
#include "commit.cuh"

template <int m> __global__ void commit_kernel(mct_cuda_steps v) {
    const mct_cuda_wave_number at = mct_cuda_wave_number_of(v);
    if (mct_cuda_runs(v, at.point)) mct_commit<m>(v, at.point, at.q);
}

/* By the whole block. */
__device__ static void gate(const mct_cuda_steps &v, mct_cuda_gate ends, mct_cuda_gate again) {
    int end = 0, run = 0;
    for (int p = (int)threadIdx.x; p < v.points; p += BLOCK) {
        if (!mct_cuda_runs(v, (size_t)p)) continue;
        run = 1;
        if (v.clocks[p].i >= v.clocks[p].n) end = 1;
    }
    end = __syncthreads_or(end);
    run = __syncthreads_or(run);
    if (threadIdx.x != 0) return;
    const size_t left = --*v.left;
    cudaGraphSetConditional(ends.condition, (unsigned)end);
    cudaGraphSetConditional(again.condition, run && left > 0);
}

__global__ static void gate_kernel(mct_cuda_steps v, mct_cuda_gate ends, mct_cuda_gate again) {
    gate(v, ends, again);
}

__global__ static void tick_kernel(mct_cuda_steps v, mct_cuda_gate ends, mct_cuda_gate again) {
    const size_t point = mct_cuda_warp();
    if (point < (size_t)v.points && mct_cuda_runs(v, point)) mct_tick(v, point); /* whole warps */
    if (!again.used || gridDim.x > 1) return;
    __syncthreads();
    gate(v, ends, again);
}

void mct_cuda_commit(mct_cuda_evolution *e, mct_cuda_gate ends, mct_cuda_gate again) {
    const mct_cuda_steps &v = e->steps;
    const launch_shape warps = mct_cuda_warps(v);
    MCT_LAUNCH_FOR_SPECIES(e, v.m, commit_kernel, mct_cuda_chunks(v), v);
    if (e->follower) mct_cuda_displacement_step(e);
    mct_cuda_note(e->cuda, launch<tick_kernel>(warps, mct_cuda_stream(), v, ends, again));
    if (!again.used || warps.blocks.x == 1) return;
    mct_cuda_note(e->cuda, launch<gate_kernel>({1, BLOCK}, mct_cuda_stream(), v, ends, again));
}
