/* predict.c: the first guess of a step, extrapolated from the last points (MCT_GUESS). */
#include "cpu/evolution/evolution.h"

void mct_evolution_predict_point(mct_cpu_evolution *e, size_t point, int thread) {
    (void)thread;
    if (e->begun[point]) return;
    double *const base = mct_history_of(e, point), *const x = e->iterate + point * e->n;
    mct_past past;
    mct_evolution_past_of(e, &e->clocks[point], e->clocks[point].i + 1, false, &past);
    MCT_FOR_CHUNKS(e, mct_evolution_guess(e, base, &past, first, last, x))
}
