/* predict.cu: the first guess of a step, extrapolated from the last points (MCT_GUESS), as src/cpu/predict.c.
 * One thread per element of x: MCT_GUESS multiply-adds, 8 bytes read for each and 8 written. */
#include "evolution.cuh"

__global__ static void predict_kernel(mct_cuda_steps v) {
    const mct_cuda_item at = mct_cuda_item_of(v.n);
    if (at.index >= v.n || !mct_cuda_runs(v, at.point)) return;
    const double *last = mct_cuda_at(v, at.point, v.at.F + (int)v.clocks[at.point].i) + at.index;
    double sum = 0.0;
    for (int s = 0; s < MCT_GUESS; s++) sum += v.scheme->scheme.guess[s + 1] * last[-(ptrdiff_t)(s * v.n)];
    v.x[at.point * v.n + at.index] = sum;
}

void mct_cuda_predict(mct_cuda_evolution *e) {
    mct_cuda_note(e->cuda,
                  launch<predict_kernel>(mct_cuda_over(e->steps.n, e->shape.points), mct_cuda_stream(), e->steps));
}
