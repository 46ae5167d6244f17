/* predict.cu: the first guess of a step, extrapolated from the last points (MCT_GUESS), as cpu/evolution/predict.c;
 * and that its fixed point is not found yet. One thread per element of x: MCT_GUESS multiply-adds, 8 bytes read for
 * each and 8 written. */
#include "evolution/evolution.cuh"

/* A step is made only where some point runs: the loop of its fixed point begins in any case. */
__global__ static void predict_kernel(mct_cuda_steps v, mct_cuda_gate iterates) {
    const mct_cuda_item at = mct_cuda_item_of(v.n);
    const bool runs = mct_cuda_runs(v, at.point);
    if (at.index < v.n && runs) mct_predict(v, at.point, at.index);
    if (at.index != 0) return;
    v.paces[at.point].iterating = runs;
    v.paces[at.point].pair = -1;
    if (runs) v.clocks[at.point].iterations = 0;
    if (at.point == 0 && iterates.used) cudaGraphSetConditional(iterates.condition, 1);
}

void mct_cuda_predict(mct_cuda_evolution *e, mct_cuda_gate iterates) {
    mct_cuda_note(e->cuda, launch<predict_kernel>(mct_cuda_over(e->steps.n, e->shape.points), mct_cuda_stream(),
                                                  e->steps, iterates));
}
