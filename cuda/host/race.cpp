/* race.cpp: accesses that nothing orders, and accesses outside of what a kernel may touch; race_hooks.cpp tells of them.
 *
 * For each 4 bytes of device and shared memory a cell
 * keeps the last write and the last read.  Two accesses by different threads, one of them a write and not both atomic, are
 * ordered if a launch or a grid_sync lies between them; within a block, a barrier; within a warp, a chain of warp
 * operations (a vector clock of 32 entries per thread).  Anything else is a race, whatever the order in which the threads
 * happened to run.  Blocks that hand data to each other by atomics and fences within one launch are not understood. */
#include <sys/mman.h>

#include "internal.h"

namespace cuda_host {

bool race_tracking;

static uint64_t epoch = 1; /* launches and barriers of grids */

enum kind : uint8_t { NONE, READ, READ_BY_WARPS, READ_BY_BLOCKS, WRITE, ATOMIC };

/* One access; of several reads that nothing orders the last one, marked. */
struct access {
    uint64_t epoch;
    uint32_t block, barrier, time;
    uint16_t thread;
    kind how;
};

struct cell {
    access write, read;
};

static const size_t granule = 4;
static cell *device_cells;

/* ---- order of threads -------------------------------------------------------------------------------------------------- */

void race_start(thread &thread) {
    if (!race_tracking) return;
    memset(thread.clock, 0, sizeof thread.clock);
    thread.clock[thread.number % WARP] = 1;
}

void race_meet_warp(thread *warp, unsigned mask) {
    if (!race_tracking) return;
    uint32_t joined[WARP] = {0};
    for (unsigned lane = 0; lane < WARP; lane++) {
        for (unsigned l = 0; (mask >> lane & 1) && l < WARP; l++) {
            if (warp[lane].clock[l] > joined[l]) joined[l] = warp[lane].clock[l];
        }
    }
    for (unsigned lane = 0; lane < WARP; lane++) {
        if (!(mask >> lane & 1)) continue;
        memcpy(warp[lane].clock, joined, sizeof joined);
        warp[lane].clock[lane]++;
    }
}

void race_new_epoch() {
    epoch++;
}

static access now(kind how) {
    return {epoch,
            (uint32_t)here->number,
            (uint32_t)here->barriers,
            self->clock[self->number % WARP],
            (uint16_t)self->number,
            how};
}

/* Did this access, to shared memory or not, happen before what the running thread does now? */
static bool ordered(const access &then, bool shared) {
    if (then.how == NONE || then.epoch != epoch) return true;
    if (then.block != here->number) return shared; /* that of an earlier block */
    if (then.how == READ_BY_BLOCKS) return false;
    if (then.barrier != here->barriers) return true;
    if (then.how == READ_BY_WARPS) return false;
    if (then.thread == self->number) return true;
    return then.thread / WARP == self->number / WARP && self->clock[then.thread % WARP] >= then.time;
}

/* ---- cells ------------------------------------------------------------------------------------------------------------- */

[[noreturn]] static void fault_race(const char *what, const void *address, bool shared, const char *other,
                                    const access &then) {
    const address_text text = describe_device(address);
    const char *where = shared ? "shared memory" : text.text;
    if (then.block != here->number || then.how == READ_BY_BLOCKS) {
        fault("race: %s %s, which a thread of another block %s, and nothing orders the two", what, where, other);
    }
    fault("race: %s %s, which thread number %u of the block %s, and nothing orders the two", what, where, then.thread,
          other);
}

static void remember_read(access &last, bool shared) {
    if (ordered(last, shared)) {
        last = now(READ);
    } else if (last.block != here->number) {
        last.how = READ_BY_BLOCKS;
    } else if (last.how != READ_BY_BLOCKS) {
        const bool warps = last.how == READ_BY_WARPS || last.thread / WARP != self->number / WARP;
        last = now(warps ? READ_BY_WARPS : READ);
    }
}

static void note(cell &cell, const void *address, bool shared, kind how) {
    if (!ordered(cell.write, shared) && !(how == ATOMIC && cell.write.how == ATOMIC)) {
        fault_race(how == READ ? "reads" : "writes", address, shared, "wrote", cell.write);
    }
    if (how == READ) {
        remember_read(cell.read, shared);
        return;
    }
    if (!ordered(cell.read, shared)) fault_race("writes", address, shared, "read", cell.read);
    cell.write = now(how);
}

static cell *cells_for(size_t span) {
    void *memory = mmap(NULL, span / granule * sizeof(cell), PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) fault("no addresses for the detection of races");
    return (cell *)memory;
}

/* Every access of a kernel to memory. */
static void touch(const void *address, size_t size, kind how) {
    if (!self) return; /* the host's part of the file */
    cell *cells;
    size_t offset;
    bool in = true;
    const bool shared = shared_find(address, size, &in, &offset);
    if (shared) {
        if (!in) fault("access beyond an array in shared memory");
        if (!here->cells) here->cells = cells_for(SHARED_SPAN);
        cells = (cell *)here->cells;
    } else if (is_device(address)) {
        if (!device_valid(address, size)) fault("access to %s", describe_device(address).text);
        if (!device_cells) device_cells = cells_for(DEVICE_SPAN);
        cells = device_cells;
        offset = (size_t)((const char *)address - device_base);
    } else {
        return;
    }
    for (size_t c = offset / granule; c <= (offset + size - 1) / granule; c++) note(cells[c], address, shared, how);
}

void note_read(const void *address, size_t size) {
    if (size) touch(address, size, READ);
}

void note_write(const void *address, size_t size) {
    if (size) touch(address, size, WRITE);
}

void note_atomic(const void *address, size_t size) {
    if (race_tracking) touch(address, size, ATOMIC);
}

} // namespace cuda_host
