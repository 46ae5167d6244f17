/* commit.cu: the end of a step (commit.cuh), everywhere.  One thread per wave number: m^3 multiply-adds, 8 m^2 (7 + 2 secants) bytes; then
 * one warp per point. */
#include "commit.cuh"

template <int m> __global__ void commit_kernel(mct_cuda_steps v) {
    const mct_cuda_wave_number at = mct_cuda_wave_number_of(v);
    if (mct_cuda_runs(v, at.point)) mct_commit<m>(v, at.point, at.q);
}

__global__ static void tick_kernel(mct_cuda_steps v) {
    const size_t point = mct_cuda_warp();
    if (point < (size_t)v.points && mct_cuda_runs(v, point)) mct_tick(v, point); /* whole warps */
}

void mct_cuda_commit(mct_cuda_evolution *e) {
    const mct_cuda_steps &v = e->steps;
    MCT_LAUNCH_FOR_SPECIES(e, v.m, commit_kernel, mct_cuda_chunks(v), v);
    if (e->follower) mct_cuda_displacement_step(e);
    mct_cuda_note(e->cuda, launch<tick_kernel>(mct_cuda_warps(v), mct_cuda_stream(), v));
}
