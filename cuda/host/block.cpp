/* block.cpp: the threads of a block, which run one at a time from one waiting operation to the next, and its barriers.
 *
 * A round runs every thread that can run; those that an operation sets free in a round run in the next.  When none can
 * run all stand at one barrier, or the program is wrong and fault_stuck says how. */
#include <algorithm>

#include "internal.h"

uint3 threadIdx, blockIdx;
dim3 blockDim, gridDim;

namespace cuda_host {

const launch *current;
block *here;
thread *self;

static fiber scheduler;
static std::vector<fiber_stack> free_stacks; /* last in, first out: the warmest */

/* ---- threads --------------------------------------------------------------------------------------------------------- */

static void thread_main() {
    fiber_entered(scheduler);
    current->body();
    self->state = state::done;
    fiber_leave(self->context, scheduler);
}

/* To the next waiting operation, or the end. */
static void resume(block &block, thread &thread) {
    if (!thread.started) {
        if (free_stacks.empty()) free_stacks.push_back(fiber_stack_create());
        thread.stack = free_stacks.back();
        free_stacks.pop_back();
        fiber_prepare(thread.context, thread.stack, thread_main);
        thread.started = true;
    }
    self = &thread;
    threadIdx = thread.index;
    fiber_switch(scheduler, thread.context);
    self = NULL;
    if (thread.state == state::done) {
        free_stacks.push_back(thread.stack);
        thread.started = false;
        block.done++;
    }
}

void wait(state state, place at) {
    self->state = state;
    self->at = at;
    fiber_switch(self->context, scheduler);
}

void make_ready(block &block, thread &thread) {
    thread.state = state::ready;
    block.ready.word[thread.number / 64] |= (uint64_t)1 << thread.number % 64;
}

bool stack_overflown(const void *address) {
    if (self) return fiber_stack_overflown(self->stack, address);
    return false;
}

/* ---- rounds ---------------------------------------------------------------------------------------------------------- */

void block_start(block &block, unsigned long number) {
    const dim3 blocks = current->blocks, size = current->threads;
    const unsigned count = size.x * size.y * size.z;
    block.number = number;
    block.index = {(unsigned)(number % blocks.x), (unsigned)(number / blocks.x % blocks.y),
                   (unsigned)(number / blocks.x / blocks.y)};
    block.done = block.at_barrier = block.at_grid = 0;
    block.barriers = 0;
    block.ready = thread_set();
    block.threads.resize(count);
    for (unsigned t = 0; t < count; t++) {
        thread &thread = block.threads[t];
        thread.number = t;
        thread.index = {t % size.x, t / size.x % size.y, t / size.x / size.y};
        thread.started = false;
        race_start(thread);
        make_ready(block, thread);
    }
    block.shared = shared_take(current->shared);
}

static void run_in_random_order(block &block, const thread_set &ready) {
    static unsigned list[THREADS_MAX];
    unsigned count = 0;
    for (unsigned w = 0; w < THREADS_MAX / 64; w++) {
        for (uint64_t bits = ready.word[w]; bits; bits &= bits - 1) {
            list[count++] = w * 64 + (unsigned)__builtin_ctzll(bits);
        }
    }
    for (unsigned i = count; i > 1; i--) std::swap(list[i - 1], list[draw(i)]);
    /* some fall behind, so that warps do not march in step */
    const unsigned late = count > 1 ? (unsigned)draw(count / 2 + 1) : 0;
    for (unsigned i = 0; i < count; i++) {
        if (i < late) {
            make_ready(block, block.threads[list[i]]);
        } else {
            resume(block, block.threads[list[i]]);
        }
    }
}

static void run_in_order(block &block, thread_set &ready, bool forward) {
    const unsigned words = ((unsigned)block.threads.size() + 63) / 64;
    for (unsigned i = 0; i < words; i++) {
        const unsigned w = forward ? i : words - 1 - i;
        for (uint64_t bits = ready.word[w]; bits;) {
            const unsigned bit = (unsigned)(forward ? __builtin_ctzll(bits) : 63 - __builtin_clzll(bits));
            bits &= ~((uint64_t)1 << bit);
            resume(block, block.threads[w * 64 + bit]);
        }
    }
}

static bool any(const thread_set &set) {
    for (uint64_t word : set.word) {
        if (word) return true;
    }
    return false;
}

bool same_place(place a, place b) {
    return a.line == b.line && !strcmp(a.operation, b.operation) && !strcmp(a.file, b.file);
}

/* All threads stand at one barrier: they go on. */
static bool release_barrier(block &block) {
    int count = 0;
    for (const thread &thread : block.threads) {
        if (!same_place(thread.at, block.threads[0].at)) return false;
        count += thread.predicate;
    }
    block.count = count;
    block.at_barrier = 0;
    block.barriers++;
    for (thread &thread : block.threads) make_ready(block, thread);
    return true;
}

progress block_round(block &block) {
    here = &block;
    blockIdx = block.index;
    thread_set ready = block.ready;
    block.ready = thread_set();
    if (order_now() == order::random) {
        run_in_random_order(block, ready);
    } else {
        run_in_order(block, ready, order_now() == order::forward);
    }
    const unsigned count = (unsigned)block.threads.size();
    progress result = progress::going;
    if (any(block.ready)) {
        result = progress::going;
    } else if (block.done == count) {
        shared_give_back(block.shared);
        result = progress::finished;
    } else if (block.at_grid == count) {
        result = progress::waits_for_grid;
    } else if (block.at_barrier != count || !release_barrier(block)) {
        fault_stuck(block);
    }
    here = NULL;
    return result;
}

void block_release_grid(block &block) {
    block.at_grid = 0;
    for (thread &thread : block.threads) make_ready(block, thread);
}

/* ---- barriers -------------------------------------------------------------------------------------------------------- */

int meet_block(bool predicate, place at) {
    self->predicate = predicate;
    here->at_barrier++;
    wait(state::block, at);
    return here->count;
}

void meet_grid(place at) {
    if (!current->cooperative) fault("%s in a launch that is not cooperative", describe(at).text);
    here->at_grid++;
    wait(state::grid, at);
}

/* ---- what went wrong --------------------------------------------------------------------------------------------------- */

/* A lane that `thread` waits for in vain. */
[[noreturn]] static void fault_warp(const block &block, const thread &waiting) {
    const unsigned first = waiting.number / WARP * WARP;
    for (unsigned lane = 0; lane < WARP; lane++) {
        if (!(waiting.mask >> lane & 1)) continue;
        const thread &other = block.threads[first + lane];
        const bool here_too =
            other.state == state::warp && other.mask == waiting.mask && same_place(other.at, waiting.at);
        if (here_too) continue;
        const place_text at = describe(waiting.at);
        if (other.state == state::done) {
            fault_of(&waiting, "waits in %s, mask 0x%08x, for lane %u, which has exited", at.text, waiting.mask, lane);
        } else if (other.state == state::warp) {
            fault_of(&waiting, "waits in %s, mask 0x%08x, for lane %u, which waits in %s, mask 0x%08x", at.text,
                     waiting.mask, lane, describe(other.at).text, other.mask);
        }
        fault_of(&waiting, "waits in %s, mask 0x%08x, for lane %u, which waits in %s", at.text, waiting.mask, lane,
                 describe(other.at).text);
    }
    fault_of(&waiting, "waits in %s for nobody", describe(waiting.at).text);
}

void fault_stuck(const block &block) {
    const thread *waiting = NULL;
    for (const thread &thread : block.threads) {
        if (thread.state == state::warp) fault_warp(block, thread);
        if (thread.state != state::done && !waiting) waiting = &thread;
    }
    for (const thread &other : block.threads) {
        if (other.state == state::done) {
            fault_of(waiting, "divergent barrier: waits in %s, while thread (%u,%u,%u) has exited",
                     describe(waiting->at).text, other.index.x, other.index.y, other.index.z);
        } else if (!same_place(other.at, waiting->at)) {
            fault_of(waiting, "divergent barrier: waits in %s, while thread (%u,%u,%u) waits in %s",
                     describe(waiting->at).text, other.index.x, other.index.y, other.index.z, describe(other.at).text);
        }
    }
    fault_of(waiting, "deadlock in %s", describe(waiting->at).text);
}

} // namespace cuda_host
