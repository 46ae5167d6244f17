/* history.cu: what the known history adds to a step (history.cuh), everywhere.
 *
 * ahead: 32 wave numbers per block, one per lane; the warps share the n/2 distances on either side of the cut.  For each 2 m^3
 * multiply-adds per step of the tile and 8 m^2 times 2 bytes: a value and a weight, which passes from step to step.
 * history: one thread per wave number; at most 2 (D + 1)/2 + 7 products. */
#include "evolution/history.cuh"

template <int m> __global__ void __launch_bounds__(BLOCK) ahead_kernel(mct_cuda_steps v, int groups) {
    const size_t point = blockIdx.x / (unsigned)groups;
    if (mct_cuda_runs(v, point)) mct_history_ahead<m>(v, point, (int)(blockIdx.x % (unsigned)groups));
}

template <int m> __global__ void history_kernel(mct_cuda_steps v) {
    const mct_cuda_wave_number at = mct_cuda_wave_number_of(v);
    if (at.q < (size_t)v.N && mct_cuda_runs(v, at.point)) mct_history_step<m>(v, at.point, at.q);
}

void mct_cuda_history(mct_cuda_evolution *e, const mct_cuda_steps &v) {
    const int groups = (v.N + WARP_SIZE - 1) / WARP_SIZE;
    const launch_shape ahead = {(unsigned)(v.points * groups), BLOCK};
    MCT_LAUNCH_FOR_SPECIES(e, v.m, ahead_kernel, ahead, v, groups);
    MCT_LAUNCH_FOR_SPECIES(e, v.m, history_kernel, mct_cuda_chunks(v), v);
}
