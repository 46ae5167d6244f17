/* internal.h: what the files of the host execution share: a launch, its blocks and threads, orders, faults.
 *
 *   fiber.cpp    suspended computations             memory.cpp   device memory and its guards
 *   block.cpp    threads of a block, barriers       signal.cpp   accesses that the processor refused
 *   warp.cpp     shuffles and votes                 stream.cpp   streams and events
 *   grid.cpp     launches                           graph.cpp    capture, graphs, WHILE
 *   shared.cpp   shared memory                      race.cpp, race_hooks.cpp  races between threads
 *   order.cpp    in which order threads run         libraries.cpp  matrix products and transforms
 *   fault.cpp    the message and the end */
#ifndef CUDA_HOST_INTERNAL_H
#define CUDA_HOST_INTERNAL_H

#include <functional>
#include <vector>

#include "device.h"
#include "fiber.h"

namespace cuda_host {

/* Limits of the simulated device: those of compute capability 9.0, but few multiprocessors, so that tests meet them. */
enum : unsigned {
    WARP = 32,
    THREADS_MAX = 1024,
    MULTIPROCESSORS = 4,
    MULTIPROCESSOR_THREADS = 2048,
    MULTIPROCESSOR_BLOCKS = 32,
    GRID_MAX_YZ = 65535
};
enum : size_t {
    SHARED_STATIC_MAX = 48 * 1024,
    SHARED_MAX = 227 * 1024, /* static and dynamic, after cudaFuncSetAttribute */
    SHARED_MULTIPROCESSOR = 228 * 1024,
    SHARED_RESERVED = 1024 /* per block, by the system */
};

/* ---- a launch ------------------------------------------------------------------------------------------------------ */

struct launch {
    const char *name;
    const void *kernel;
    dim3 blocks, threads;
    size_t shared; /* dynamic, bytes */
    bool cooperative;
    std::function<void()> body; /* the kernel with its arguments */
};

/* Ends with a fault where the device would refuse the shape. */
void check_launch(const launch &launch);
void run_launch(const launch &launch);
/* Blocks of this kernel that one multiprocessor holds. */
unsigned blocks_per_multiprocessor(unsigned threads, size_t shared);

enum class state { ready, block, warp, grid, done };

struct thread {
    unsigned number;
    uint3 index;
    cuda_host::state state;
    bool started;
    fiber_stack stack;
    fiber context;
    /* while it waits: */
    place at;
    unsigned mask, source, ballot;
    uint64_t value;
    bool predicate;
    uint32_t clock[WARP]; /* race.cpp: what this thread knows of the lanes of its warp; its own time */
};

/* A set of threads of a block. */
struct thread_set {
    uint64_t word[THREADS_MAX / 64];
};

/* From `start`: static arrays, nothing, the dynamic part, whose end is the end of SHARED_SPAN bytes. */
struct shared_memory {
    char *start;
    size_t dynamic; /* bytes asked for */
};
enum : size_t { SHARED_SPAN = 288 * 1024 };

struct block {
    unsigned long number; /* in the grid */
    uint3 index;
    std::vector<thread> threads;
    thread_set ready;
    unsigned done, at_barrier, at_grid;
    int count; /* that said `predicate` at the last barrier */
    shared_memory shared;
    void *cells;            /* race.cpp: of shared memory; NULL at first */
    unsigned long barriers; /* passed; for races */
};

/* What runs now; NULL outside of kernels. */
extern const launch *current;
extern block *here;
extern thread *self;
extern unsigned long launches; /* so far: number of the present one, from 1 */

/* ---- block.cpp, warp.cpp ---------------------------------------------------------------------------------------------- */

enum class progress { going, waits_for_grid, finished };

void block_start(block &block, unsigned long number);
/* Runs the threads that can run, each to its next operation that waits. */
progress block_round(block &block);
void block_release_grid(block &block);
void make_ready(block &block, thread &thread);
bool same_place(place a, place b);
/* The running thread waits in this state until it is made ready. */
void wait(state state, place at);
/* No thread can run: says why and ends. */
[[noreturn]] void fault_stuck(const block &block);
/* Is this address just below the stack of a thread, the running one first? */
bool stack_overflown(const void *address);

/* ---- shared.cpp ------------------------------------------------------------------------------------------------------ */

shared_memory shared_take(size_t dynamic);
/* Looks for writes beyond the arrays, and forgets the contents. */
void shared_give_back(const shared_memory &memory);
/* Is this address in or next to the shared memory of the running block?  *in: within one of its arrays; *offset: from
 * the start of that memory. */
bool shared_find(const void *address, size_t size, bool *in, size_t *offset);

/* ---- memory.cpp, signal.cpp ---------------------------------------------------------------------------------------- */

/* Fills with a signalling NaN, and looks whether that is still there. */
void fill_undefined(void *memory, size_t size);
bool is_undefined(const void *memory, size_t size);

/* While at least one is alive the host may touch device memory; outside of these the processor refuses it. */
struct memory_access {
    memory_access();
    ~memory_access();
};
bool memory_accessible();

enum : size_t { DEVICE_SPAN = (size_t)64 << 30 };
extern char *device_base; /* of the addresses of device memory, DEVICE_SPAN bytes; NULL before the first allocation */
bool is_device(const void *address);
/* Is [address, address + size) within one allocation? */
bool device_valid(const void *address, size_t size);
/* "8 bytes beyond the end of 800 bytes of device memory", ... */
struct address_text {
    char text[160];
};
address_text describe_device(const void *address);
/* Looks at what surrounds each allocation: a fault where a kernel wrote there. */
void check_guards();

void install_signal_handler();

/* ---- race.cpp ------------------------------------------------------------------------------------------------------- */

extern bool race_tracking; /* some kernels were compiled with the instrumentation */
void race_start(thread &thread);
/* These lanes of a warp have met. */
void race_meet_warp(thread *warp, unsigned mask);
/* Accesses of kernels that are instrumented. */
void note_read(const void *address, size_t size);
void note_write(const void *address, size_t size);
/* A launch or a barrier of the whole grid: what came before is ordered. */
void race_new_epoch();

/* ---- order.cpp ------------------------------------------------------------------------------------------------------- */

enum class order { forward, reverse, random };

order order_now();
/* 0 ... count - 1, for random orders. */
unsigned long draw(unsigned long count);

/* ---- fault.cpp ------------------------------------------------------------------------------------------------------- */

/* "cuda-host: kernel K, block (0,0,0), thread (0,0,0): ..." on stderr, then abort. */
[[noreturn]] __attribute__((format(printf, 1, 2))) void fault(const char *format, ...);
[[noreturn]] __attribute__((format(printf, 2, 3))) void fault_of(const thread *thread, const char *format, ...);
/* "__syncthreads (file.cu:12)" */
struct place_text {
    char text[192];
};
place_text describe(place at);

} // namespace cuda_host

#endif
