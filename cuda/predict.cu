/* predict.cu: the first guess of a step, extrapolated from the last points (MCT_GUESS), as src/cpu/predict.c.
 * One thread per element of x: MCT_GUESS multiply-adds, 8 bytes read for each and 8 written. */
#include "evolution.cuh"

__global__ static void predict_kernel(mct_cuda_steps v) {
    const mct_cuda_item at = mct_cuda_item_of(v.n);
    if (at.index < v.n && mct_cuda_runs(v, at.point)) mct_predict(v, at.point, at.index);
}

void mct_cuda_predict(mct_cuda_evolution *e) {
    mct_cuda_note(e->cuda,
                  launch<predict_kernel>(mct_cuda_over(e->steps.n, e->shape.points), mct_cuda_stream(), e->steps));
}
