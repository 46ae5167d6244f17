/* history_cut.h: where the memory integral is cut, and which weights next to cuts are kept for it. */
#ifndef MCT_CPU_HISTORY_CUT_H
#define MCT_CPU_HISTORY_CUT_H

#include <stddef.h>

#include "cpu/simd/step_loops.h"

/* The grid point c where the sums of the steps from ... last of a block of n are cut: moments of Phi reach over c cells,
 * those of m over J = i - c, n/4 <= J, c <= n/2.  With cuts that go from tile to tile by whole tiles while J stays among the
 * same few, then the other way about, a block has few different c and J: the weights next to a cut depend on it. */
static inline size_t mct_history_cut(size_t n, size_t from, size_t last) {
    const size_t half = n / 2, cut = n / 4 + from - half - 1;
    return cut <= half ? cut : last - half;
}

/* Slots for the weights next to cuts. */
enum { MCT_TAILS_M = 2 * MCT_TILE };
static inline size_t mct_tails_of_F(size_t n) {
    return (n / 2 + MCT_TILE - 1) / MCT_TILE;
}

/* Slots of a block of n steps into of_F, of_M [n/2 + 1]. */
void mct_history_slots(size_t n, int *of_F, int *of_M);

#endif
