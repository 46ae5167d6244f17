/* device.h: what CUDA C++ gives a kernel, for kernels that run on the host: indices, shared memory, barriers, warp
 * operations, atomics.  Names and meaning are CUDA's; port.cuh adds the few of our own.
 *
 * Only what the project uses is here.  Every operation that waits takes the place of its call from its default
 * arguments: a barrier is met when all threads stand at the same line. */
#ifndef CUDA_HOST_DEVICE_H
#define CUDA_HOST_DEVICE_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <type_traits>

/* ---- language --------------------------------------------------------------------------------------------------- */

#define __global__
#define __device__
#define __host__
#define __forceinline__ inline __attribute__((always_inline))
#define __launch_bounds__(...)

struct uint3 {
    unsigned x, y, z;
};

struct dim3 {
    unsigned x, y, z;
    constexpr dim3(unsigned x_ = 1, unsigned y_ = 1, unsigned z_ = 1) : x(x_), y(y_), z(z_) {}
};

struct alignas(16) double2 {
    double x, y;
};

inline double2 make_double2(double x, double y) {
    return {x, y};
}

/* Of the thread that runs. */
extern uint3 threadIdx, blockIdx;
extern dim3 blockDim, gridDim;

namespace cuda_host {

/* ---- what the operations below call: block.cpp, shared.cpp, race.cpp ---------------------------------------------- */

/* An operation that waits, and where in the source. */
struct place {
    const char *operation, *file;
    int line;
};

/* All threads of the block; returns how many of them said `predicate`. */
int meet_block(bool predicate, place at);
/* All threads of a cooperative grid. */
void meet_grid(place at);
/* The lanes of `mask`: the value of lane `source`; and the lanes that said `predicate`. */
uint64_t meet_warp(unsigned mask, unsigned source, uint64_t value, place at);
unsigned meet_warp_ballot(unsigned mask, bool predicate, place at);
unsigned lane();

/* One static shared array: its place in the shared memory of each block of a launch. */
struct shared_site {
    unsigned long launch;
    size_t offset;
};
void *shared_static(shared_site &site, size_t size, size_t alignment, const char *name);
void *shared_dynamic(size_t alignment);

/* An atomic access, for the detection of races. */
void note_atomic(const void *address, size_t size);

template <class T> T shuffle(unsigned mask, T value, unsigned source, place at) {
    static_assert(std::is_trivially_copyable<T>::value && sizeof(T) <= 8, "shuffles move 4 or 8 bytes");
    uint64_t bits = 0;
    memcpy(&bits, &value, sizeof value);
    bits = meet_warp(mask, source, bits, at);
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* Reads and writes of atomics are no plain accesses: keep them out of the instrumentation. */
#define CUDA_HOST_ATOMIC template <class T> __attribute__((no_sanitize("thread"), noinline)) T
/* A value converts to the type of its word, as in CUDA's overloads. */
template <class T> struct value_of { using type = T; };

} // namespace cuda_host

/* ---- barriers ------------------------------------------------------------------------------------------------------ */

#define CUDA_HOST_CALLER const char *file = __builtin_FILE(), int line = __builtin_LINE()

inline void __syncthreads(CUDA_HOST_CALLER) {
    cuda_host::meet_block(false, {"__syncthreads", file, line});
}
inline int __syncthreads_count(int predicate, CUDA_HOST_CALLER) {
    return cuda_host::meet_block(predicate != 0, {"__syncthreads_count", file, line});
}
inline int __syncthreads_or(int predicate, CUDA_HOST_CALLER) {
    return cuda_host::meet_block(predicate != 0, {"__syncthreads_or", file, line}) != 0;
}
inline void grid_sync(CUDA_HOST_CALLER) {
    cuda_host::meet_grid({"grid_sync", file, line});
}

/* ---- warps --------------------------------------------------------------------------------------------------------- */

inline void __syncwarp(unsigned mask, CUDA_HOST_CALLER) {
    cuda_host::meet_warp_ballot(mask, false, {"__syncwarp", file, line});
}
inline unsigned __ballot_sync(unsigned mask, int predicate, CUDA_HOST_CALLER) {
    return cuda_host::meet_warp_ballot(mask, predicate != 0, {"__ballot_sync", file, line});
}
inline int __any_sync(unsigned mask, int predicate, CUDA_HOST_CALLER) {
    return cuda_host::meet_warp_ballot(mask, predicate != 0, {"__any_sync", file, line}) != 0;
}
inline int __all_sync(unsigned mask, int predicate, CUDA_HOST_CALLER) {
    return cuda_host::meet_warp_ballot(mask, predicate != 0, {"__all_sync", file, line}) == mask;
}
template <class T> T __shfl_sync(unsigned mask, T value, int source, CUDA_HOST_CALLER) {
    return cuda_host::shuffle(mask, value, (unsigned)source % 32, {"__shfl_sync", file, line});
}
template <class T> T __shfl_xor_sync(unsigned mask, T value, int bits, CUDA_HOST_CALLER) {
    return cuda_host::shuffle(mask, value, cuda_host::lane() ^ (unsigned)bits, {"__shfl_xor_sync", file, line});
}
/* Beyond the ends of the warp a lane gets its own value. */
template <class T> T __shfl_down_sync(unsigned mask, T value, unsigned by, CUDA_HOST_CALLER) {
    const unsigned own = cuda_host::lane(), source = own + by < 32 ? own + by : own;
    return cuda_host::shuffle(mask, value, source, {"__shfl_down_sync", file, line});
}
template <class T> T __shfl_up_sync(unsigned mask, T value, unsigned by, CUDA_HOST_CALLER) {
    const unsigned own = cuda_host::lane(), source = own >= by ? own - by : own;
    return cuda_host::shuffle(mask, value, source, {"__shfl_up_sync", file, line});
}

/* ---- atomics: between two of these nothing else runs ------------------------------------------------------------------ */

CUDA_HOST_ATOMIC atomicAdd(T *word, typename cuda_host::value_of<T>::type value) {
    cuda_host::note_atomic(word, sizeof *word);
    const T old = *word;
    *word = old + value;
    return old;
}
CUDA_HOST_ATOMIC atomicMax(T *word, typename cuda_host::value_of<T>::type value) {
    static_assert(std::is_integral<T>::value, "CUDA has atomicMax for integers only");
    cuda_host::note_atomic(word, sizeof *word);
    const T old = *word;
    *word = old > value ? old : value;
    return old;
}
CUDA_HOST_ATOMIC atomicExch(T *word, typename cuda_host::value_of<T>::type value) {
    cuda_host::note_atomic(word, sizeof *word);
    const T old = *word;
    *word = value;
    return old;
}
CUDA_HOST_ATOMIC atomicCAS(T *word, typename cuda_host::value_of<T>::type expected,
                           typename cuda_host::value_of<T>::type value) {
    static_assert(std::is_integral<T>::value, "CUDA has atomicCAS for integers only");
    cuda_host::note_atomic(word, sizeof *word);
    const T old = *word;
    if (old == expected) *word = value;
    return old;
}

inline void __threadfence() {}

/* ---- shared memory --------------------------------------------------------------------------------------------------- */

/* T *name: `count` values in the shared memory of the block, one array per place in the source. */
#define SHARED_ARRAY(T, name, count)                           \
    T *const name = static_cast<T *>(cuda_host::shared_static( \
        []() -> cuda_host::shared_site & {                     \
            static cuda_host::shared_site site;                \
            return site;                                       \
        }(),                                                   \
        (count) * sizeof(T), alignof(T), #name))

/* T *name: the shared memory whose size the launch said. */
#define SHARED_DYNAMIC(T, name) T *const name = static_cast<T *>(cuda_host::shared_dynamic(alignof(T)))

#endif
