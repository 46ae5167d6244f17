/* commit.c: the new values of a step into the history and into the window of rows; whether the point is done. */
#include <math.h>

#include "evolution.h"

void mct_evolution_commit_point(mct_cpu_evolution *e, size_t point, int thread) {
    (void)thread;
    mct_clock *const clock = &e->clocks[point];
    double *const base = mct_history_of(e, point);
    const size_t i = ++clock->i, row = clock->rows++;
    double *const phi = mct_evolution_whole_row(e, point, row);
    mct_step_update *const part = e->partials + point * e->chunks;
    MCT_FOR_CHUNKS(e, part[chunk].largest = e->loops->commit(&e->layout, first, last, base, i, clock->coefficient, phi))
    mct_evolution_keep_row(e, point, row);
    clock->largest = 0.0;
    for (size_t chunk = 0; chunk < e->chunks; chunk++) clock->largest = fmax(clock->largest, part[chunk].largest);
    clock->time = e->times[point * e->shape.window + row] = (double)i * clock->step;
    clock->steps++;
    if (e->displacement) mct_displacement_step_point(e, point, phi);
    if (clock->largest < e->shape.decayed) {
        clock->state = MCT_EVOLUTION_DECAYED;
    } else if (clock->time >= e->shape.until) {
        clock->state = MCT_EVOLUTION_UNTIL;
    }
}
