/* decimate.c: from block to block: two cells become one and the step doubles; in the final decay, where everything happens
 * within one decade, the resolution doubles instead. */
#include <math.h>

#include "cpu/evolution/coarse.h"
#include "cpu/evolution/evolution.h"

/* Moments of single cells are needed where n may double next. */
static mct_cells cells_of(const mct_clock *clock) {
    return clock->opened < MCT_NEAR_DECAY ? MCT_CELLS : MCT_CELLS_PAIRS;
}

/* `before`: NULL, or the clock of the block of steps whose cells become half as many. */
static void open_chunk(const mct_cpu_evolution *e, size_t point, double *base, size_t first, size_t last,
                       const mct_clock *before, const mct_past *past) {
    const mct_clock *const clock = &e->clocks[point];
    const mct_scheme *const scheme = &e->shape.scheme;
    const mct_tails tails = mct_tails_of(e, clock);
    const double shift = scheme->derivative[0] / clock->step;
    const size_t near = mct_evolution_steps_ahead(clock->n) - 1;
    for (size_t b = first; b < last; b++) { /* one by one: what a pass has written is at hand for the next */
        if (before) {
            e->loops->thin(&e->layout, b, b + 1, base, scheme, before->n, cells_of(before), cells_of(clock), &tails);
        } else {
            e->loops->weights(&e->layout, b, b + 1, base, scheme, clock->n / 2, &tails);
        }
        e->loops->prepare(&e->layout, b, b + 1, base, shift, near, clock->n, clock->i + 1, clock->i);
        e->loops->ahead(&e->layout, b, b + 1, base, past->i, past->tiles, past->tile);
    }
}

static void open_block(mct_cpu_evolution *e, size_t point, const mct_clock *before) {
    double *const base = mct_history_of(e, point);
    mct_past past;
    mct_evolution_past_of(e, &e->clocks[point], e->clocks[point].i + 1, true, &past);
    MCT_FOR_CHUNKS(e, open_chunk(e, point, base, first, last, before, &past))
    if (e->coarse) mct_coarse_prepare(e, point);
}

void mct_evolution_open_block(mct_cpu_evolution *e, size_t point) {
    open_block(e, point, NULL);
}

void mct_evolution_prepare(mct_cpu_evolution *e, size_t point) {
    const double shift = e->shape.scheme.derivative[0] / e->clocks[point].step;
    double *const base = mct_history_of(e, point);
    const size_t n = e->clocks[point].n, i = e->clocks[point].i, near = mct_evolution_steps_ahead(n) - 1;
    size_t begin;
    (void)mct_evolution_is_kept(n, i + 1, &begin);
    MCT_FOR_CHUNKS(e, e->loops->prepare(&e->layout, first, last, base, shift, near, n, begin, i))
    if (e->coarse) mct_coarse_prepare(e, point);
}

void mct_evolution_next_block(mct_cpu_evolution *e, size_t point, const mct_clock *before) {
    double *const base = mct_history_of(e, point);
    const bool thin = e->clocks[point].n == before->n;
    if (!thin) {
        MCT_FOR_CHUNKS(e, e->loops->moments(&e->layout, first, last, base, &e->shape.scheme, before->n))
    }
    open_block(e, point, thin ? before : NULL);
}

static double change(mct_cpu_evolution *e, size_t point, size_t i, size_t j) {
    mct_step_update *const part = e->partials + point * e->chunks;
    const double *const base = mct_history_of(e, point);
    double largest = 0.0;
    MCT_FOR_CHUNKS(e, part[chunk].largest = e->loops->change(&e->layout, first, last, base, i, j))
    for (size_t chunk = 0; chunk < e->chunks; chunk++) largest = fmax(largest, part[chunk].largest);
    return largest;
}

void mct_evolution_decimate_point(mct_cpu_evolution *e, size_t point, int thread) {
    (void)thread;
    mct_clock *const clock = &e->clocks[point];
    const size_t n = clock->n;
    if (clock->i < n) return;
    clock->blocks++;
    const double moved = change(e, point, n, n / 2), quiet = e->shape.plateau;
    const bool has_begun = clock->time >= clock->plateau_from;
    const bool is_steady = has_begun && moved <= MCT_STEADY && moved >= clock->least && quiet >= 0.0;
    clock->quiet = has_begun && moved <= quiet ? clock->quiet + 1 : 0;
    clock->steady = is_steady ? clock->steady + 1 : 0;
    if (!is_steady) clock->least = moved;
    if (clock->quiet >= MCT_BLOCKS_QUIET || clock->steady >= MCT_BLOCKS_STEADY) {
        clock->state = MCT_EVOLUTION_PLATEAU;
        return;
    }
    const mct_clock before = *clock;
    if (clock->largest < MCT_FINAL_DECAY && clock->opened < MCT_NEAR_DECAY && clock->doublings < e->shape.doublings) {
        clock->n = 2 * n;
        clock->doublings++;
    } else {
        clock->i = n / 2;
        clock->step *= 2.0;
    }
    clock->opened = clock->largest;
    clock->contraction = -fabs(clock->contraction);
    mct_evolution_next_block(e, point, &before);
    if (e->displacement) mct_displacement_decimate_point(e, point, &before);
}
