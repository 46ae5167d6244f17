/* commit.cu: the end of a step (commit.cuh), everywhere.
 *
 *   commit  one thread per wave number: 3 m^3 multiply-adds, 8 m^2 (9 + secants) bytes
 *   tick    one warp per point: its clock
 *   gate    one block: what follows, in the launch of `tick` where that is one block too */
#include "evolution/commit.cuh"

template <int m> __global__ void commit_kernel(mct_cuda_steps v) {
    const mct_cuda_wave_number at = mct_cuda_wave_number_of(v);
    if (mct_cuda_runs(v, at.point)) mct_commit<m>(v, at.point, at.q);
}

/* By the whole block. */
__device__ static void gate(const mct_cuda_steps &v, const mct_cuda_gates &gates) {
    int end = 0, run = 0;
    for (int p = (int)threadIdx.x; p < v.points; p += BLOCK) {
        if (!mct_cuda_runs(v, (size_t)p)) continue;
        run = 1;
        if (v.clocks[p].i >= v.clocks[p].n) end = 1;
    }
    end = __syncthreads_or(end);
    run = __syncthreads_or(run);
    if (threadIdx.x != 0) return;
    const bool again = run && --*v.left > 0;
    cudaGraphSetConditional(gates.next.condition, again && !end);
    cudaGraphSetConditional(gates.ends.condition, (unsigned)end);
    cudaGraphSetConditional(gates.again.condition, again);
}

__global__ static void gate_kernel(mct_cuda_steps v, mct_cuda_gates gates) {
    gate(v, gates);
}

__global__ static void tick_kernel(mct_cuda_steps v, mct_cuda_gates gates) {
    const size_t point = mct_cuda_warp();
    if (point < (size_t)v.points && mct_cuda_runs(v, point)) mct_tick(v, point); /* whole warps */
    if (!gates.again.used || gridDim.x > 1) return;
    __syncthreads();
    gate(v, gates);
}

void mct_cuda_commit(mct_cuda_evolution *e, const mct_cuda_gates *gates) {
    const mct_cuda_steps &v = e->steps;
    const launch_shape warps = mct_cuda_warps(v);
    const mct_cuda_gates none = {};
    MCT_LAUNCH_FOR_SPECIES(e, v.m, commit_kernel, mct_cuda_chunks(v), v);
    if (e->follower) mct_cuda_displacement_step(e);
    mct_cuda_note(e->cuda, launch<tick_kernel>(warps, mct_cuda_stream(), v, gates ? *gates : none));
    if (!gates || warps.blocks.x == 1) return;
    mct_cuda_note(e->cuda, launch<gate_kernel>({1, BLOCK}, mct_cuda_stream(), v, *gates));
}
