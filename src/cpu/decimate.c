/* decimate.c: from block to block: two cells become one and the step doubles; in the final decay, where everything happens
 * within one decade, the resolution doubles instead. */
#include <math.h>

#include "evolution.h"

static void open_chunk(const mct_cpu_evolution *e, const mct_clock *clock, double *base, size_t first, size_t last,
                       size_t thinned) {
    const mct_scheme *const scheme = &e->shape.scheme;
    const double shift = scheme->derivative[0] / clock->step;
    for (size_t b = first; b < last; b++) { /* one by one: what a pass has written is at hand for the next */
        if (thinned) {
            e->loops->thin(&e->layout, b, b + 1, base, scheme, thinned);
        } else {
            e->loops->weights(&e->layout, b, b + 1, base, scheme, clock->n / 2, clock->n / 4);
        }
        e->loops->prepare(&e->layout, b, b + 1, base, shift);
    }
}

/* thinned: the number of cells that become half as many before; 0: none. */
static void open_block(mct_cpu_evolution *e, size_t point, size_t thinned) {
    const mct_clock *const clock = &e->clocks[point];
    double *const base = mct_history_of(e, point);
    MCT_FOR_CHUNKS(e, open_chunk(e, clock, base, first, last, thinned))
}

void mct_evolution_open_block(mct_cpu_evolution *e, size_t point) {
    open_block(e, point, 0);
}

void mct_evolution_next_block(mct_cpu_evolution *e, size_t point, size_t n, bool thin) {
    double *const base = mct_history_of(e, point);
    if (!thin) {
        MCT_FOR_CHUNKS(e, e->loops->moments(&e->layout, first, last, base, &e->shape.scheme, n))
    }
    open_block(e, point, thin ? n : 0);
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
    const bool is_steady = moved <= MCT_STEADY && moved >= clock->least && quiet >= 0.0;
    clock->quiet = moved <= quiet ? clock->quiet + 1 : 0;
    clock->steady = is_steady ? clock->steady + 1 : 0;
    if (!is_steady) clock->least = moved;
    if (clock->quiet >= MCT_BLOCKS_QUIET || clock->steady >= MCT_BLOCKS_STEADY) {
        clock->state = MCT_EVOLUTION_PLATEAU;
        return;
    }
    const bool thin = !(clock->largest < MCT_FINAL_DECAY && clock->doublings < e->shape.doublings);
    if (thin) {
        clock->i = n / 2;
        clock->step *= 2.0;
    } else {
        clock->n = 2 * n;
        clock->doublings++;
    }
    mct_evolution_next_block(e, point, n, thin);
    if (e->displacement) mct_displacement_decimate_point(e, point, n, thin);
}
