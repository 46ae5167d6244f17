/* history_cut.c: the slots, in the order in which the steps of a block want them. */
#include "cpu/evolution/history_cut.h"

void mct_history_slots(size_t n, int *of_F, int *of_M) {
    const size_t half = n / 2;
    int used_F = 0, used_M = 0;
    for (size_t J = 0; J <= half; J++) of_F[J] = of_M[J] = -1;
    for (size_t from = half + 1; from <= n; from += MCT_TILE) {
        const size_t last = from + MCT_TILE - 1 < n ? from + MCT_TILE - 1 : n, cut = mct_history_cut(n, from, last);
        if (of_F[cut] < 0) of_F[cut] = used_F++;
        for (size_t i = from; i <= last; i++) {
            if (of_M[i - cut] < 0) of_M[i - cut] = used_M++;
        }
    }
}
