/* warp.cpp: operations among the lanes of a warp.  They are done when all lanes of the mask wait in the same operation,
 * at the same line, with the same mask; lanes that never come are found when nothing in the block can run. */
#include "internal.h"

namespace cuda_host {

unsigned lane() {
    return self->number % WARP;
}

/* Lanes that this warp has: all but in the last one of a block. */
static unsigned lanes_of(const block &block, unsigned first) {
    const unsigned left = (unsigned)block.threads.size() - first;
    return left >= WARP ? ~0u : (1u << left) - 1;
}

static bool joins(const thread &other, const thread &mine) {
    return other.state == state::warp && other.mask == mine.mask && same_place(other.at, mine.at);
}

/* The running thread is the last one to come: everyone gets its value and goes on. */
static void complete(thread *warp, unsigned mask) {
    uint64_t value[WARP];
    unsigned ballot = 0;
    for (unsigned lane = 0; lane < WARP; lane++) {
        if (!(mask >> lane & 1)) continue;
        value[lane] = warp[lane].value;
        ballot |= (warp[lane].predicate ? 1u : 0u) << lane;
    }
    race_meet_warp(warp, mask);
    for (unsigned lane = 0; lane < WARP; lane++) {
        if (!(mask >> lane & 1)) continue;
        warp[lane].value = value[warp[lane].source];
        warp[lane].ballot = ballot;
        make_ready(*here, warp[lane]);
    }
}

static void meet(unsigned mask, unsigned source, uint64_t value, bool predicate, place at) {
    const unsigned first = self->number / WARP * WARP, own = lane();
    thread *const warp = &here->threads[first];
    if (!(mask >> own & 1))
        fault("%s: mask 0x%08x does not name the lane that calls, %u", describe(at).text, mask, own);
    if (mask & ~lanes_of(*here, first)) {
        fault("%s: mask 0x%08x names lanes that the block of %zu threads does not have", describe(at).text, mask,
              here->threads.size());
    }
    if (!(mask >> source & 1)) {
        fault("%s: reads lane %u, which mask 0x%08x does not name", describe(at).text, source, mask);
    }
    self->mask = mask;
    self->source = source;
    self->value = value;
    self->predicate = predicate;
    self->at = at;
    self->state = state::warp;
    /* the next lanes first: under orders that are not random they come later */
    unsigned lane = own;
    do {
        lane = order_now() == order::reverse ? (lane + WARP - 1) % WARP : (lane + 1) % WARP;
    } while (lane != own && (!(mask >> lane & 1) || joins(warp[lane], *self)));
    if (lane == own) complete(warp, mask);
    wait(self->state, at);
}

uint64_t meet_warp(unsigned mask, unsigned source, uint64_t value, place at) {
    meet(mask, source, value, false, at);
    return self->value;
}

unsigned meet_warp_ballot(unsigned mask, bool predicate, place at) {
    meet(mask, lane(), 0, predicate, at);
    return self->ballot;
}

} // namespace cuda_host
