/* grid.cpp: launches: what the device would refuse, and the blocks of a grid.
 *
 * A few blocks are resident at a time, of a cooperative launch all; a block runs a round, then another one does. */
#include <map>

#include "internal.h"
#include "stream.h"

namespace cuda_host {

unsigned long launches;

static std::map<const void *, size_t> shared_allowed; /* by cudaFuncSetAttribute */

/* Under orders that are not random blocks run one after the other. */
static const unsigned long resident_random = 4;

unsigned blocks_per_multiprocessor(unsigned threads, size_t shared) {
    const unsigned warps = (threads + WARP - 1) / WARP;
    const size_t by_threads = MULTIPROCESSOR_THREADS / (warps * WARP);
    const size_t by_shared = SHARED_MULTIPROCESSOR / (shared + SHARED_RESERVED);
    const size_t count = by_threads < by_shared ? by_threads : by_shared;
    return count < MULTIPROCESSOR_BLOCKS ? (unsigned)count : MULTIPROCESSOR_BLOCKS;
}

void check_launch(const launch &launch) {
    const dim3 b = launch.blocks, t = launch.threads;
    const auto refuse = [&](const char *why) {
        fault("launch of %s with %u x %u x %u blocks of %u x %u x %u threads, %zu bytes of shared memory: %s",
              launch.name, b.x, b.y, b.z, t.x, t.y, t.z, launch.shared, why);
    };
    if (!b.x || !b.y || !b.z) refuse("no block");
    if (!t.x || !t.y || !t.z) refuse("no thread");
    if (b.x > 0x7fffffffu || b.y > GRID_MAX_YZ || b.z > GRID_MAX_YZ) refuse("too many blocks in one direction");
    if (t.x > THREADS_MAX || t.y > THREADS_MAX || t.z > 64 || t.x * t.y * t.z > THREADS_MAX) {
        refuse("more than 1024 threads in a block");
    }
    const auto allowed = shared_allowed.find(launch.kernel);
    if (launch.shared > SHARED_MAX) refuse("more shared memory than 227 KiB");
    if (launch.shared > SHARED_STATIC_MAX && (allowed == shared_allowed.end() || launch.shared > allowed->second)) {
        refuse("more shared memory than 48 KiB, or than cudaFuncSetAttribute allowed");
    }
    const unsigned long resident =
        (unsigned long)MULTIPROCESSORS * blocks_per_multiprocessor(t.x * t.y * t.z, launch.shared);
    if (launch.cooperative && (unsigned long)b.x * b.y * b.z > resident) {
        refuse("a cooperative launch of more blocks than the device holds at a time");
    }
}

/* Which of the resident blocks runs a round. */
static size_t pick(const std::vector<block> &resident, const std::vector<bool> &waits) {
    std::vector<size_t> able;
    for (size_t b = 0; b < resident.size(); b++) {
        if (!waits[b]) able.push_back(b);
    }
    if (order_now() == order::random) return able[draw(able.size())];
    return order_now() == order::forward ? able.front() : able.back();
}

void run_launch(const launch &launch) {
    static std::vector<block> resident; /* kept: their threads are memory that the next launch uses again */
    const unsigned long count = (unsigned long)launch.blocks.x * launch.blocks.y * launch.blocks.z;
    unsigned long started = 0, finished = 0;
    unsigned long window = order_now() == order::random ? resident_random : 1;
    if (launch.cooperative || window > count) window = count;
    current = &launch;
    launches++;
    race_new_epoch();
    gridDim = launch.blocks;
    blockDim = launch.threads;
    const auto next = [&] {
        const unsigned long number = started++;
        return order_now() == order::reverse ? count - 1 - number : number;
    };
    resident.resize(window);
    for (block &block : resident) block_start(block, next());
    std::vector<bool> waits(window, false); /* for the grid, or forever */
    unsigned long at_grid = 0, gone = 0;
    while (finished < count) {
        if (at_grid + gone == window) { /* all wait */
            if (gone) {
                fault("divergent grid_sync: %lu blocks have exited while %lu wait", gone, at_grid);
            }
            race_new_epoch();
            for (block &block : resident) block_release_grid(block);
            waits.assign(window, false);
            at_grid = 0;
        }
        const size_t b = pick(resident, waits);
        switch (block_round(resident[b])) {
        case progress::going: break;
        case progress::waits_for_grid: waits[b] = true, at_grid++; break;
        case progress::finished:
            finished++;
            if (started < count) {
                block_start(resident[b], next());
            } else {
                waits[b] = true, gone++;
            }
        }
    }
    check_guards();
    current = NULL;
}

} // namespace cuda_host

using namespace cuda_host;

cudaError_t cuda_host::function_set_attribute(const void *kernel, cudaFuncAttribute attribute, int value) {
    CUDA_HOST_API();
    if (attribute != cudaFuncAttributeMaxDynamicSharedMemorySize) fault("cudaFuncSetAttribute: unknown attribute");
    if (value < 0 || (size_t)value > SHARED_MAX) {
        fault("cudaFuncSetAttribute: %d bytes of shared memory, at most %zu", value, SHARED_MAX);
    }
    shared_allowed[kernel] = (size_t)value;
    return cudaSuccess;
}

cudaError_t cuda_host::occupancy(int *blocks, int threads, size_t shared) {
    CUDA_HOST_API();
    *blocks = (int)blocks_per_multiprocessor((unsigned)threads, shared);
    return cudaSuccess;
}
