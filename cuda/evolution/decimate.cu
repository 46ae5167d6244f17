/* decimate.cu: from block to block (decimate.cuh), everywhere.
 *
 *   change   one thread per wave number, sums per chunk       turn     one warp per point: the clock
 *   open     one thread per element of Phi and of m, one pass over its cells: 8 (5 n + 3 D) bytes for D = 5, of which half are
 *            moments of pairs, read and written               prepare  one thread per wave number: A^-1 */
#include "evolution/decimate.cuh"

__global__ static void change_kernel(mct_cuda_steps v) {
    const mct_cuda_wave_number at = mct_cuda_wave_number_of(v);
    if (mct_at_end(v, at.point)) mct_change(v, at.point, at.q);
}

__global__ static void turn_kernel(mct_cuda_steps v, mct_cuda_gate gate) {
    const size_t point = mct_cuda_warp();
    if (point == 0 && threadIdx.x == 0 && gate.used) cudaGraphSetConditional(gate.condition, 0);
    if (point < (size_t)v.points) mct_turn(v, point); /* whole warps */
}

template <int D> __global__ void open_kernel(mct_cuda_steps v) {
    const mct_cuda_item at = mct_cuda_item_of(2 * v.n);
    if (at.index < 2 * v.n && v.paces[at.point].turn != MCT_TURN_NONE) mct_open<D>(v, at.point, at.index);
}

template <int m> __global__ void prepare_kernel(mct_cuda_steps v) {
    const mct_cuda_wave_number at = mct_cuda_wave_number_of(v);
    if (at.q < (size_t)v.N && v.paces[at.point].turn != MCT_TURN_NONE) mct_prepare<m>(v, at.point, at.q);
}

static void open_blocks(mct_cuda_evolution *e, const mct_cuda_steps &v) {
    const launch_shape elements = mct_cuda_over(2 * v.n, (size_t)v.points);
    MCT_LAUNCH_FOR_DEGREE(e, v.degree, open_kernel, elements, v);
    MCT_LAUNCH_FOR_SPECIES(e, v.m, prepare_kernel, mct_cuda_chunks(v), v);
}

void mct_cuda_open_blocks(mct_cuda_evolution *e) {
    open_blocks(e, e->steps);
    if (e->follower) open_blocks(e, e->follower->steps);
}

void mct_cuda_decimate(mct_cuda_evolution *e, mct_cuda_gate gate) {
    const mct_cuda_steps &v = e->steps;
    mct_cuda_note(e->cuda, launch<change_kernel>(mct_cuda_chunks(v), mct_cuda_stream(), v));
    mct_cuda_note(e->cuda, launch<turn_kernel>(mct_cuda_warps(v), mct_cuda_stream(), v, gate));
    mct_cuda_open_blocks(e);
}
