/* order.cpp: in which order threads, blocks and streams run: APMCT_CUDA_HOST_ORDER = forward, reverse or random:SEED.
 * A correct program gives the same under all of them; one that lacks a barrier does not. */
#include <stdio.h>
#include <stdlib.h>

#include "internal.h"

namespace cuda_host {

static order chosen;
static bool known;
static uint64_t sequence; /* xorshift64 */

static void read_order() {
    const char *text = getenv("APMCT_CUDA_HOST_ORDER");
    unsigned long seed = 0;
    char rest;
    known = true;
    chosen = order::forward;
    if (!text || !*text || !strcmp(text, "forward")) return;
    if (!strcmp(text, "reverse")) {
        chosen = order::reverse;
    } else if (sscanf(text, "random:%lu%c", &seed, &rest) == 1) {
        chosen = order::random;
        sequence = 0x9e3779b97f4a7c15u * (seed + 1);
    } else {
        fault("APMCT_CUDA_HOST_ORDER = %s: known are forward, reverse and random:SEED", text);
    }
}

order order_now() {
    if (!known) read_order();
    return chosen;
}

unsigned long draw(unsigned long count) {
    sequence ^= sequence << 13;
    sequence ^= sequence >> 7;
    sequence ^= sequence << 17;
    return (sequence >> 11) % count;
}

} // namespace cuda_host
