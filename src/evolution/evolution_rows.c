/* evolution_rows.c: what becomes of the rows of a window of steps: the run keeps of them what relaxation times and fits need, and
 * they are handed on to who waits for them. */
#include <string.h>

#include "backend/automatic.h"
#include "evolution/evolution_internal.h"

/* What a look has found. */
typedef struct window {
    const double *times, *phi, *dr2; /* [points][window], ... [row], ... [displacements] */
} window;

/* What the run itself keeps of the rows of a point. */
static mct_status take_in(mct_evolution *e, const window *w, size_t p, int threads) {
    const mct_clock *const clock = &e->clocks[p];
    const size_t first = p * e->shape.window, displacements = e->shape.displacements;
    mct_status status = MCT_OK;
    for (size_t r = first; r < first + clock->rows; r++) {
        mct_relaxation_add(&e->relaxation[p], w->times[r], w->phi + r * e->row, threads);
        if (status == MCT_OK) {
            status = mct_projection_add(e->context, &e->projection[p], w->times[r], w->phi + r * e->row);
        }
    }
    if (clock->rows && displacements) {
        memcpy(e->displacement + p * displacements, w->dr2 + (first + clock->rows - 1) * displacements,
               displacements * sizeof *w->dr2);
    }
    if (clock->rows && clock->state != MCT_EVOLUTION_RUNNING) mct_relaxation_finish(&e->relaxation[p]);
    return status;
}

/* The rows of a point to those who wait for them. */
static mct_status hand_on_point(mct_evolution *e, const window *w, size_t p) {
    const size_t first = p * e->shape.window;
    for (size_t r = first; r < first + e->clocks[p].rows; r++) {
        if (e->sink) MCT_TRY(e->sink(e->sink_user, p, w->times[r], w->phi + r * e->row));
        if (e->shape.displacements && e->displacement_sink) {
            const double *const dr2 = w->dr2 + r * e->shape.displacements;
            MCT_TRY(e->displacement_sink(e->displacement_user, p, w->times[r], dr2));
        }
    }
    return MCT_OK;
}

/* The same of all points, by as many threads as there are.  No parallel region of one thread around those at work at one point:
 * libgomp would start them anew for every row. */
static mct_status take_in_all(mct_evolution *e, const window *w) {
    const int threads = e->shape.threads;
    mct_status status = MCT_OK;
    if (e->shape.points == 1) return take_in(e, w, 0, e->row >= MCT_AUTO_TEAM_EVOLUTION ? threads : 1);
#pragma omp parallel for schedule(static) num_threads(threads) if (threads > 1)
    for (size_t p = 0; p < e->shape.points; p++) {
        const mct_status one = take_in(e, w, p, 1);
        if (one != MCT_OK) {
#pragma omp critical(mct_evolution_take_in)
            status = one;
        }
    }
    return status;
}

mct_status mct_evolution_hand_on(mct_evolution *e) {
    window w = {NULL, NULL, NULL};
    e->operations->look(e->state, e->clocks, &w.times, &w.phi);
    if (e->shape.displacements) w.dr2 = e->operations->displacement(e->state);
    MCT_TRY(take_in_all(e, &w));
    for (size_t p = 0; p < e->shape.points; p++) MCT_TRY(hand_on_point(e, &w, p));
    return MCT_OK;
}
