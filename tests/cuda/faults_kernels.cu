/* faults_kernels.cu: mistakes with barriers, warps and the order of threads. */
#include "faults.h"
#include "support.cuh"

template <auto kernel, class... Arguments> static void run(const launch_shape &shape, Arguments... arguments) {
    const test_stream stream;
    must(launch<kernel>(shape, stream, arguments...));
    must(cudaStreamSynchronize(stream));
}

/* ---- barriers -------------------------------------------------------------------------------------------------------- */

__global__ static void leaves_early() {
    if (threadIdx.x >= 48) return;
    __syncthreads();
}

__global__ static void two_barriers() {
    if (threadIdx.x < 40) {
        __syncthreads();
    } else {
        __syncthreads();
    }
}

__global__ static void loop_lengths() {
    for (unsigned i = 0; i < 2 + threadIdx.x / 32; i++) __syncthreads();
}

__global__ static void lane_elsewhere() {
    if (threadIdx.x == 5) {
        __syncthreads();
    } else {
        __syncwarp(FULL_WARP);
    }
    __syncthreads();
}

__global__ static void not_cooperative() {
    grid_sync();
}

__global__ static void block_leaves() {
    if (blockIdx.x == 1) return;
    grid_sync();
}

/* ---- warps ----------------------------------------------------------------------------------------------------------- */

__global__ static void lane_gone(int *out) {
    if (threadIdx.x == 9) return;
    out[threadIdx.x] = __shfl_xor_sync(FULL_WARP, 1, 1);
}

__global__ static void other_masks(int *out) {
    const unsigned mask = threadIdx.x < 16 ? 0xffffu : FULL_WARP;
    out[threadIdx.x] = __shfl_xor_sync(mask, 1, 1);
}

__global__ static void not_named() {
    __syncwarp(0xfffffffeu);
}

__global__ static void reads_unnamed(int *out) {
    if (threadIdx.x < 16) out[threadIdx.x] = __shfl_sync(0xffffu, 1, 20);
}

__global__ static void no_such_lanes() {
    __syncwarp(FULL_WARP);
}

__global__ static void other_operation() {
    if (threadIdx.x % 2) {
        __syncwarp(FULL_WARP);
    } else {
        __ballot_sync(FULL_WARP, 1);
    }
}

static void with_array(void (*use)(int *)) {
    const device_array<int> out(64);
    use(out.data);
}

extern "C" const planted_fault barrier_faults[] = {
    {"divergent barrier",
     [] {
         run<leaves_early>({1, 64});
     }},
    {"divergent barrier",
     [] {
         run<two_barriers>({1, 64});
     }},
    {"divergent barrier",
     [] {
         run<loop_lengths>({1, 64});
     }},
    {"for lane 5, which waits in __syncthreads (faults_kernels.cu:",
     [] {
         run<lane_elsewhere>({1, 64});
     }},
    {"grid_sync (faults_kernels.cu:",
     [] {
         run<not_cooperative>({1, 32});
     }},
    {"divergent grid_sync",
     [] {
         run<block_leaves>({3, 32, 0, true});
     }},
    {"for lane 9, which has exited", [] { with_array([](int *out) {
                                              run<lane_gone>({1, 32}, out);
                                          }); }},
    {"mask 0xffffffff, for lane", [] { with_array([](int *out) {
                                           run<other_masks>({1, 32}, out);
                                       }); }},
    {"mask 0xfffffffe does not name the lane that calls, 0",
     [] {
         run<not_named>({1, 32});
     }},
    {"reads lane 20, which mask 0x0000ffff does not name",
     [] { with_array([](int *out) {
              run<reads_unnamed>({1, 32}, out);
          }); }},
    {"names lanes that the block of 40 threads does not have",
     [] {
         run<no_such_lanes>({1, 40});
     }},
    {"which waits in __",
     [] {
         run<other_operation>({1, 32});
     }},
    {nullptr, nullptr}};

/* ---- wrong values in some orders --------------------------------------------------------------------------------------- */

__global__ static void no_barrier(int *out) {
    SHARED_ARRAY(int, s, 64);
    s[threadIdx.x] = (int)threadIdx.x;
    out[threadIdx.x] = s[63 - threadIdx.x];
}

__global__ static void no_syncwarp(int *out) {
    SHARED_ARRAY(int, s, 64);
    s[threadIdx.x] = (int)threadIdx.x;
    out[threadIdx.x] = s[(threadIdx.x + 1) % 32];
}

/* The second barrier of a loop is missing: a fast warp overwrites what a slow one has still to read. */
__global__ static void one_barrier_per_turn(int *out) {
    SHARED_ARRAY(int, s, 1);
    int wrong = 0;
    for (int turn = 0; turn < 8; turn++) {
        if (threadIdx.x == 40) s[0] = turn;
        __syncthreads();
        wrong += s[0] != turn;
    }
    out[threadIdx.x] = 63 - (int)threadIdx.x + wrong;
}

/* Blocks that take turns by reading and writing a word. */
__global__ static void no_atomic(int *count) {
    const int old = count[0];
    __syncthreads();
    if (threadIdx.x == 0) count[0] = old + 1;
}

template <auto kernel, int (*expected)(int)> static int wrong_values() {
    const test_stream stream;
    const device_array<int> out(std::vector<int>(64, 0), stream);
    must(launch<kernel>({1, 64}, stream, out.data));
    const std::vector<int> got = out.download(stream);
    int wrong = 0;
    for (int t = 0; t < 64; t++) wrong += got[(size_t)t] != expected(t);
    return wrong;
}

static int mirrored(int t) {
    return 63 - t;
}

static int next_lane(int t) {
    return (t + 1) % 32;
}

static int wrong_count() {
    const test_stream stream;
    const device_array<int> count(std::vector<int>(1, 0), stream);
    must(launch<no_atomic>({20, 32}, stream, count.data));
    return count.download(stream)[0] != 20;
}

__global__ static void set(int *x, int value) {
    x[0] = value;
}

/* The second stream reads what the first one writes, and does not wait. */
static int reads_too_early() {
    const test_stream a, b;
    const device_array<int> x(std::vector<int>(1, 0), a);
    int got = -1;
    must(launch<set>({1, 1}, a, x.data, 1));
    must(cudaMemcpyAsync(&got, x.data, sizeof got, cudaMemcpyDeviceToHost, b));
    must(cudaStreamSynchronize(b));
    return got != 1;
}

/* The second stream overwrites what the first one reads, and does not wait. */
static int writes_too_early() {
    const test_stream a, b;
    const device_array<int> x(std::vector<int>(1, 0), a);
    int got = -1;
    must(cudaMemcpyAsync(&got, x.data, sizeof got, cudaMemcpyDeviceToHost, a));
    must(launch<set>({1, 1}, b, x.data, 1));
    must(cudaStreamSynchronize(a));
    return got != 0;
}

/* The host looks at a copy before it waits. */
static int looks_too_early() {
    const test_stream stream;
    const device_array<int> x(std::vector<int>(1, 7), stream);
    int got = -1;
    must(cudaMemcpyAsync(&got, x.data, sizeof got, cudaMemcpyDeviceToHost, stream));
    const int seen = got;
    must(cudaStreamSynchronize(stream));
    return seen != 7;
}

extern "C" const planted_disorder disorders[] = {{"no barrier", wrong_values<no_barrier, mirrored>},
                                                 {"no __syncwarp", wrong_values<no_syncwarp, next_lane>},
                                                 {"one barrier per turn", wrong_values<one_barrier_per_turn, mirrored>},
                                                 {"no atomic", wrong_count},
                                                 {"reads too early", reads_too_early},
                                                 {"writes too early", writes_too_early},
                                                 {"looks too early", looks_too_early},
                                                 {nullptr, nullptr}};

/* ---- found by the instrumentation, in every order ---------------------------------------------------------------------- */

__global__ static void same_word(int *out) {
    if (threadIdx.x == 0) out[0] = 1;
}

__global__ static void plain_and_atomic(int *out) {
    if (threadIdx.x == 33) {
        out[1] = out[0];
    } else {
        atomicAdd(&out[0], 1);
    }
}

__global__ static void half_a_warp(int *out) {
    SHARED_ARRAY(int, s, 32);
    s[threadIdx.x] = 1;
    __syncwarp(threadIdx.x < 16 ? 0xffffu : 0xffff0000u);
    out[threadIdx.x] = s[threadIdx.x ^ 16];
}

__global__ static void next_array(int *out) {
    SHARED_ARRAY(int, s, 8);
    SHARED_ARRAY(int, r, 8);
    s[threadIdx.x] = r[threadIdx.x] = 0;
    __syncthreads();
    out[threadIdx.x] = s[8 + threadIdx.x];
}

extern "C" const planted_fault race_faults[] = {
    {"race: ", [] { with_array([](int *out) {
                        run<no_barrier>({1, 64}, out);
                    }); }},
    {"race: ", [] { with_array([](int *out) {
                        run<no_syncwarp>({1, 64}, out);
                    }); }},
    {"race: ", [] { with_array([](int *out) {
                        run<one_barrier_per_turn>({1, 64}, out);
                    }); }},
    {"race: ", [] { with_array([](int *out) {
                        run<half_a_warp>({1, 32}, out);
                    }); }},
    {"of another block", [] { with_array([](int *out) {
                                  run<no_atomic>({2, 32}, out);
                              }); }},
    {"of another block", [] { with_array([](int *out) {
                                  run<same_word>({2, 32}, out);
                              }); }},
    {"race: ", [] { with_array([](int *out) {
                        run<plain_and_atomic>({1, 64}, out);
                    }); }},
    {"beyond an array in shared memory", [] { with_array([](int *out) {
                                                  run<next_array>({1, 8}, out);
                                              }); }},
    {nullptr, nullptr}};
