/* commit.c: the new values of a step into the history and into the window of rows; whether the point is done. */
#include <math.h>

#include "cpu/evolution/evolution.h"

/* Blocks of wave numbers whose new values stay at hand for what the next step wants of them. */
enum { TOGETHER = 16 };

typedef struct commitment {
    size_t n, i, slot, begin; /* the step; its place among the recent ones; the first that is not in the history */
    bool is_kept, goes_on;
    mct_past past; /* of the next step, if it goes on */
    const double *M, *coefficient;
    double *row, *x;
} commitment;

/* The values of the step; what is known of the next one, unless a block of steps ends; returns max Phi_mm/S_mm, or NaN. */
static double commit(mct_cpu_evolution *e, double *base, const commitment *c, size_t first, size_t last) {
    const mct_step_layout *const y = &e->layout;
    double largest = 0.0;
    for (size_t b = first; b < last; b += TOGETHER) {
        const size_t end = b + TOGETHER < last ? b + TOGETHER : last;
        const double found = e->loops->respond(y, b, end, base, c->slot, c->M, c->coefficient, c->row);
        if (!(found <= largest)) largest = found; /* a NaN stays */
        if (isnan(largest)) return largest;
        if (c->is_kept) e->loops->keep(y, b, end, base, c->n, c->begin, c->i);
        if (!c->goes_on) continue;
        mct_evolution_guess(e, base, &c->past, b, end, c->x);
        mct_evolution_past(e, base, &c->past, b, end);
    }
    return largest;
}

void mct_evolution_commit_point(mct_cpu_evolution *e, size_t point, int thread) {
    mct_clock *const clock = &e->clocks[point];
    double *const base = mct_history_of(e, point);
    double *const phi = mct_evolution_whole_row(e, point, clock->rows, mct_scratch_of(e, thread));
    mct_step_update *const part = e->partials + point * e->chunks;
    commitment c; /* not cleared: what it knows of the past is as long as a small step */
    c.n = clock->n;
    c.i = clock->i + 1;
    c.slot = mct_recent_slot(c.n, c.i);
    c.is_kept = mct_evolution_is_kept(c.n, c.i, &c.begin);
    c.goes_on = c.i < c.n;
    if (c.goes_on) mct_evolution_past_of(e, clock, c.i + 1, false, &c.past);
    c.M = mct_kernel_of(e, point, clock->iterations);
    c.coefficient = e->coarse ? NULL : clock->coefficient;
    c.row = phi;
    c.x = e->iterate + point * e->n;
    MCT_FOR_CHUNKS(e, part[chunk].largest = commit(e, base, &c, first, last))
    double largest = 0.0;
    for (size_t chunk = 0; chunk < e->chunks && !isnan(largest); chunk++) {
        if (!(part[chunk].largest <= largest)) largest = part[chunk].largest;
    }
    if (!isfinite(largest)) {
        clock->state = MCT_EVOLUTION_NON_FINITE;
        clock->worst = mct_evolution_worst(e, point, thread);
        return;
    }
    e->begun[point] = c.goes_on;
    const size_t row = clock->rows++;
    mct_evolution_keep_row(e, point, row, phi);
    clock->i = c.i;
    clock->largest = largest;
    clock->time = e->times[point * e->shape.window + row] = (double)c.i * clock->step;
    clock->steps++;
    if (e->displacement) mct_displacement_step_point(e, point, phi);
    if (clock->largest < e->shape.decayed) {
        clock->state = MCT_EVOLUTION_DECAYED;
    } else if (clock->time >= e->shape.until) {
        clock->state = MCT_EVOLUTION_UNTIL;
    }
}
