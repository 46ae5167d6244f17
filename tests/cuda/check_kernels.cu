/* check_kernels.cu: barriers, shared memory, warps, atomics, grids: small kernels against plain sums. */
#include "checks.h"
#include "support.cuh"

/* ---- sums and scans -------------------------------------------------------------------------------------------------- */

__device__ static double warp_sum(double value) {
    for (int by = WARP_SIZE / 2; by; by /= 2) value += __shfl_xor_sync(FULL_WARP, value, by);
    return value;
}

/* By shuffles, then shared memory, then the first warp. */
__device__ static double block_sum(double value) {
    SHARED_ARRAY(double, part, WARP_SIZE);
    const unsigned warp = threadIdx.x / WARP_SIZE, lane = threadIdx.x % WARP_SIZE;
    value = warp_sum(value);
    __syncthreads(); /* the last sum has been read */
    if (lane == 0) part[warp] = value;
    __syncthreads();
    return warp_sum(lane < blockDim.x / WARP_SIZE ? part[lane] : 0.0);
}

__global__ static void sums(const int *x, int n, double *out) {
    for (int times = 0; times < 2; times++) {
        double value = 0.0;
        for (int i = (int)(blockIdx.x * blockDim.x + threadIdx.x); i < n; i += (int)(gridDim.x * blockDim.x)) {
            value += x[i] + times;
        }
        value = block_sum(value);
        if (threadIdx.x == 0) out[2 * blockIdx.x + (unsigned)times] = value;
    }
}

static std::vector<int> numbers(int n) {
    std::vector<int> x((size_t)n);
    for (int i = 0; i < n; i++) x[(size_t)i] = (i * 7919) % 1013;
    return x;
}

static int check_sums() {
    const int n = 5000;
    const unsigned blocks = 5;
    const test_stream stream;
    const std::vector<int> x = numbers(n);
    const device_array<int> on_device(x, stream);
    device_array<double> out(2 * blocks);
    must(launch<sums>({blocks, 256}, stream, on_device.data, n, out.data));
    double expected[2] = {0.0, (double)n}, got[2] = {0.0, 0.0};
    for (int value : x) expected[0] += value, expected[1] += value;
    const std::vector<double> parts = out.download(stream);
    for (size_t p = 0; p < parts.size(); p++) got[p % 2] += parts[p];
    return (got[0] != expected[0]) + (got[1] != expected[1]);
}

/* Running sums of a block: within warps by shuffles, over warps through shared memory. */
__global__ static void scan(int *x) {
    SHARED_DYNAMIC(int, total);
    const unsigned lane = threadIdx.x % WARP_SIZE, warp = threadIdx.x / WARP_SIZE;
    int value = x[threadIdx.x];
    for (unsigned by = 1; by < WARP_SIZE; by *= 2) {
        const int left = __shfl_up_sync(FULL_WARP, value, by);
        if (lane >= by) value += left;
    }
    if (lane == WARP_SIZE - 1) total[warp] = value;
    __syncthreads();
    for (unsigned w = 0; w < warp; w++) value += total[w];
    x[threadIdx.x] = value;
}

static int check_scan() {
    const unsigned n = 1024;
    const test_stream stream;
    const std::vector<int> x = numbers((int)n);
    device_array<int> on_device(x, stream);
    must(launch<scan>({1, n, n / WARP_SIZE * sizeof(int)}, stream, on_device.data));
    const std::vector<int> got = on_device.download(stream);
    int sum = 0, wrong = 0;
    for (size_t i = 0; i < n; i++) wrong += got[i] != (sum += x[i]);
    return wrong;
}

/* Odd-even transposition sort of a block: as many barriers as values. */
__global__ static void sort_block(int *x, int n) {
    SHARED_ARRAY(int, s, 128);
    const int t = (int)threadIdx.x;
    s[t] = x[t];
    __syncthreads();
    for (int round = 0; round < n; round++) {
        const int at = 2 * t + round % 2;
        if (at + 1 < n && s[at] > s[at + 1]) {
            const int left = s[at];
            s[at] = s[at + 1];
            s[at + 1] = left;
        }
        __syncthreads();
    }
    x[t] = s[t];
}

static int check_sort() {
    const int n = 128;
    const test_stream stream;
    device_array<int> x(numbers(n), stream);
    must(launch<sort_block>({1, (unsigned)n}, stream, x.data, n));
    const std::vector<int> got = x.download(stream);
    int wrong = 0;
    for (size_t i = 1; i < got.size(); i++) wrong += got[i] < got[i - 1];
    return wrong;
}

/* ---- warps ----------------------------------------------------------------------------------------------------------- */

/* Half warps by themselves, one of them late; votes; counts of the block. */
__global__ static void votes(int *out) {
    SHARED_ARRAY(int, s, WARP_SIZE);
    const unsigned lane = threadIdx.x % WARP_SIZE;
    const unsigned mask = lane < 16 ? 0xffffu : 0xffff0000u;
    int value = (int)lane;
    if (lane >= 16) {
        for (int by = 8; by; by /= 2) value += __shfl_down_sync(mask, value, (unsigned)by);
    } else {
        for (int by = 8; by; by /= 2) value += __shfl_xor_sync(mask, value, by);
    }
    if (threadIdx.x < WARP_SIZE) s[31 - lane] = value;
    __syncwarp(FULL_WARP);
    int wrong = 0;
    if (threadIdx.x == 0) wrong += s[31] != 120 || s[15] != 16 * 16 + 120;
    wrong += __ballot_sync(FULL_WARP, lane % 3 == 0) != 0x49249249u;
    wrong += !__any_sync(FULL_WARP, lane == 7) || __any_sync(FULL_WARP, lane > 40);
    wrong += __all_sync(FULL_WARP, lane != 7) || !__all_sync(FULL_WARP, lane < 32);
    wrong += __shfl_sync(FULL_WARP, 0.5 * lane, 30) != 15.0;
    wrong += __syncthreads_count(threadIdx.x < 70) != 70;
    wrong += __syncthreads_or(threadIdx.x == 90) == 0 || __syncthreads_or(threadIdx.x > 1000) != 0;
    out[threadIdx.x] = wrong;
}

static int check_votes() {
    const test_stream stream;
    device_array<int> out(96);
    must(launch<votes>({1, 96}, stream, out.data));
    int wrong = 0;
    for (int value : out.download(stream)) wrong += value;
    return wrong;
}

/* ---- atomics --------------------------------------------------------------------------------------------------------- */

struct counters {
    unsigned tickets, largest, seen_once;
    unsigned long long sum;
    double half;
    int last;
};

__global__ static void count(counters *c, unsigned *slot) {
    const unsigned ticket = atomicAdd(&c->tickets, 1);
    if (atomicCAS(&slot[ticket], 0, 1) == 0) atomicAdd(&c->seen_once, 1);
    atomicMax(&c->largest, ticket);
    atomicAdd(&c->sum, ticket);
    atomicAdd(&c->half, 0.5);
    atomicExch(&c->last, (int)blockIdx.x);
}

static int check_atomics() {
    const unsigned blocks = 7, threads = 96, all = blocks * threads;
    const test_stream stream;
    device_array<counters> c(1);
    device_array<unsigned> slot(all);
    must(cudaMemsetAsync(c.data, 0, sizeof(counters), stream));
    must(cudaMemsetAsync(slot.data, 0, all * sizeof(unsigned), stream));
    must(launch<count>({blocks, threads}, stream, c.data, slot.data));
    const counters got = c.download(stream)[0];
    return (got.tickets != all) + (got.largest != all - 1) + (got.seen_once != all) + (got.half != 0.5 * all) +
           (got.sum != (unsigned long long)all * (all - 1) / 2) + (got.last < 0 || got.last >= (int)blocks);
}

/* Blocks that take the next point from a queue until none is left. */
__global__ static void queue(unsigned *next, unsigned points, unsigned *done_by) {
    SHARED_ARRAY(unsigned, point, 1);
    for (;;) {
        if (threadIdx.x == 0) point[0] = atomicAdd(next, 1);
        __syncthreads();
        const unsigned mine = point[0];
        __syncthreads();
        if (mine >= points) return;
        if (threadIdx.x == blockDim.x - 1) atomicAdd(&done_by[mine], blockIdx.x + 1);
    }
}

static int check_queue() {
    const unsigned points = 50;
    const test_stream stream;
    device_array<unsigned> next(1), done_by(points);
    must(cudaMemsetAsync(next.data, 0, sizeof(unsigned), stream));
    must(cudaMemsetAsync(done_by.data, 0, points * sizeof(unsigned), stream));
    must(launch<queue>({4, 64}, stream, next.data, points, done_by.data));
    int wrong = 0;
    for (unsigned block : done_by.download(stream)) wrong += block < 1 || block > 4;
    return wrong;
}

/* ---- grids ----------------------------------------------------------------------------------------------------------- */

/* Each block passes its value on to the next one, as many times as there are blocks. */
__global__ static void ring(int *value) {
    for (unsigned round = 0; round < gridDim.x; round++) {
        const int left = value[(blockIdx.x + gridDim.x - 1) % gridDim.x];
        grid_sync();
        if (threadIdx.x == 0) value[blockIdx.x] = left + 1;
        grid_sync();
    }
}

static int check_grid() {
    const unsigned blocks = 6;
    const test_stream stream;
    std::vector<int> x = numbers((int)blocks);
    device_array<int> value(x, stream);
    launch_shape shape = {blocks, 64};
    shape.cooperative = true;
    must(launch<ring>(shape, stream, value.data));
    const std::vector<int> got = value.download(stream);
    int wrong = 0;
    for (size_t b = 0; b < blocks; b++) wrong += got[b] != x[b] + (int)blocks;
    return wrong;
}

/* All three directions of the indices, and a template. */
template <int power> __global__ static void indices(unsigned *out) {
    const unsigned block = (blockIdx.z * gridDim.y + blockIdx.y) * gridDim.x + blockIdx.x;
    const unsigned thread = (threadIdx.z * blockDim.y + threadIdx.y) * blockDim.x + threadIdx.x;
    const unsigned at = block * blockDim.x * blockDim.y * blockDim.z + thread;
    out[at] = power == 2 ? at * at : at;
}

static int check_indices() {
    const unsigned all = 2 * 3 * 4 * 8 * 3 * 2;
    const test_stream stream;
    device_array<unsigned> out(all);
    must(launch<indices<2>>({dim3(2, 3, 4), dim3(8, 3, 2)}, stream, out.data));
    const std::vector<unsigned> got = out.download(stream);
    int wrong = 0;
    for (unsigned i = 0; i < all; i++) wrong += got[i] != i * i;
    return wrong;
}

/* More than 48 KiB of shared memory, asked for. */
__global__ static void reverse_shared(double *x, int n) {
    SHARED_DYNAMIC(double, s);
    for (int i = (int)threadIdx.x; i < n; i += (int)blockDim.x) s[i] = x[i];
    __syncthreads();
    for (int i = (int)threadIdx.x; i < n; i += (int)blockDim.x) x[i] = s[n - 1 - i];
}

static int check_shared() {
    const int n = 10000;
    const int bytes = n * (int)sizeof(double);
    const test_stream stream;
    std::vector<double> x((size_t)n);
    for (int i = 0; i < n; i++) x[(size_t)i] = i;
    device_array<double> on_device(x, stream);
    must(cudaFuncSetAttribute(reverse_shared, cudaFuncAttributeMaxDynamicSharedMemorySize, bytes));
    int blocks = 0;
    must(cudaOccupancyMaxActiveBlocksPerMultiprocessor(&blocks, reverse_shared, 256, (size_t)bytes));
    must(launch<reverse_shared>({1, 256, (size_t)bytes}, stream, on_device.data, n));
    const std::vector<double> got = on_device.download(stream);
    int wrong = blocks < 1;
    for (int i = 0; i < n; i++) wrong += got[(size_t)i] != n - 1 - i;
    return wrong;
}

extern "C" const check kernel_checks[] = {{"sums", check_sums},   {"scan", check_scan},       {"sort", check_sort},
                                          {"votes", check_votes}, {"atomics", check_atomics}, {"queue", check_queue},
                                          {"grid", check_grid},   {"indices", check_indices}, {"shared", check_shared},
                                          {nullptr, nullptr}};
