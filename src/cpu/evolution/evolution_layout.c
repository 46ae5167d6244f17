/* evolution_layout.c: the arrays of a block of wave numbers, one after the other. */
#include "cpu/evolution/evolution_layout.h"

#include "cpu/evolution/history_cut.h"

enum { PADDING = 9 * MCT_LANES };

typedef struct array {
    size_t *at, count;
} array;

/* Places one after the other from `end` on, each `unit` times its count; returns the new end. */
static size_t place(size_t count, const array *list, size_t end, size_t unit) {
    for (size_t a = 0; a < count; a++) {
        *list[a].at = end;
        end += list[a].count * unit;
    }
    return end;
}

mct_step_layout mct_step_layout_of(const mct_evolution_shape *shape, bool secants) {
    mct_step_layout y = {.m = shape->species, .N = shape->N};
    const size_t n = shape->steps_per_block << shape->doublings, D = (size_t)shape->scheme.degree;
    const size_t size = shape->species * shape->species * MCT_LANES;
    const size_t blocks = (shape->N + MCT_LANES - 1) / MCT_LANES;
    const array history[] = {{&y.F, n + 1},
                             {&y.M, n + 1},
                             {&y.moment_F, n / 2 * D},
                             {&y.moment_M, n / 2 * D},
                             {&y.weight_F, n / 2 + 1},
                             {&y.weight_M, n / 2 + 1},
                             {&y.tail_F, mct_tails_of_F(n) * D},
                             {&y.tail_M, MCT_TAILS_M * D}};
    const array step[] = {{&y.Gamma, 1},
                          {&y.S, 1},
                          {&y.W_inverse, 1},
                          {&y.norm, 1},
                          {&y.A_inverse, 1},
                          {&y.right, 1},
                          {&y.offset, 1},
                          {&y.ahead, MCT_AHEAD},
                          {&y.tile, MCT_TILE},
                          {&y.recent_F, MCT_AHEAD},
                          {&y.recent_M, MCT_AHEAD},
                          {&y.near_F, MCT_AHEAD - 1},
                          {&y.near_M, MCT_AHEAD - 1}};
    y.stride = n ? place(sizeof history / sizeof *history, history, 0, size) : 0;
    y.step = blocks * y.stride;
    y.pace = size;
    /* an odd number of cache lines more: not all arrays of a large power of two in the same few sets of the caches */
    y.plane = blocks * size + PADDING;
    y.total = place(sizeof step / sizeof *step, step, 0, y.plane);
    if (secants) y.total = place(1, &(array){&y.residual, 1}, y.total, y.plane);
    for (size_t j = 0; secants && j < MCT_SECANTS; j++) {
        y.total = place(2, (array[]){{&y.dr[j], 1}, {&y.dM[j], 1}}, y.total, y.plane);
    }
    y.total += y.step;
    return y;
}
