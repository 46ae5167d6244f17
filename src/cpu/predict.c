/* predict.c: the first guess of a step, extrapolated from the last points (MCT_GUESS). */
#include "evolution.h"

void mct_evolution_predict_point(mct_cpu_evolution *e, size_t point, int thread) {
    (void)thread;
    double *const base = mct_history_of(e, point);
    size_t at[MCT_GUESS];
    for (size_t s = 0; s < MCT_GUESS; s++) at[s] = e->layout.F + (e->clocks[point].i - s) * e->size;
    MCT_FOR_CHUNKS(e, e->loops->combine(&e->layout, first, last, base, MCT_GUESS, e->shape.scheme.guess + 1, at,
                                        MCT_STEP_NOWHERE, e->iterate + point * e->n))
}
