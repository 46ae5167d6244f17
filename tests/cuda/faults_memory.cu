/* faults_memory.cu: mistakes with memory, launches and calls of the runtime. */
#include <math.h>

#include "faults.h"
#include "graph.cuh"
#include "libraries.cuh"
#include "support.cuh"

template <auto kernel, class... Arguments> static void run(const launch_shape &shape, Arguments... arguments) {
    const test_stream stream;
    must(launch<kernel>(shape, stream, arguments...));
    must(cudaStreamSynchronize(stream));
}

static const size_t hundred = 100;

/* ---- kernels --------------------------------------------------------------------------------------------------------- */

__global__ static void nothing() {}

__global__ static void read_at(const double *x, ptrdiff_t at, double *out) {
    out[0] = x[at];
}

__global__ static void write_at(double *x, ptrdiff_t at) {
    x[at] = 0.0;
}

__global__ static void overrun(int n, double *out) {
    SHARED_ARRAY(double, s, 10);
    for (int i = 0; i < n; i++) s[i] = i;
    out[0] = s[3];
}

__global__ static void overrun_dynamic(int n, double *out) {
    SHARED_DYNAMIC(double, s);
    for (int i = 0; i < n; i++) s[i] = i;
    out[0] = s[3];
}

__global__ static void deep(int n, double *out) {
    volatile double here[64];
    here[n % 64] = n;
    if (n) deep(n - 1, out);
    out[n % 2] = here[n % 64];
}

__global__ static void much_static(double *out) {
    SHARED_ARRAY(double, s, 6000);
    SHARED_ARRAY(double, t, 200);
    s[threadIdx.x] = t[threadIdx.x] = 1.0;
    out[threadIdx.x] = s[threadIdx.x];
}

__global__ static void calls_runtime() {
    cudaDeviceSynchronize();
}

/* ---- memory ---------------------------------------------------------------------------------------------------------- */

static void read_beyond(ptrdiff_t at) {
    const device_array<double> x(hundred), out(1);
    run<read_at>({1, 1}, (const double *)x.data, at, out.data);
}

static void write_beyond(ptrdiff_t at) {
    const device_array<double> x(hundred);
    run<write_at>({1, 1}, x.data, at);
}

static void odd_end() {
    const device_array<double> x(3); /* 24 bytes: the page begins 8 bytes later */
    run<write_at>({1, 1}, x.data, (ptrdiff_t)3);
}

static void use_after_free() {
    const device_array<double> out(1);
    double *x;
    must(cudaMalloc(&x, hundred * sizeof *x));
    must(cudaFree(x));
    run<read_at>({1, 1}, (const double *)x, (ptrdiff_t)0, out.data);
}

static void free_twice() {
    double *x;
    must(cudaMalloc(&x, hundred * sizeof *x));
    must(cudaFree(x));
    must(cudaFree(x));
}

static void host_reads() {
    const device_array<double> x(hundred);
    const volatile double *at = x.data;
    if (at[5] < 1.0) puts("read");
}

static void copy_too_much() {
    const test_stream stream;
    const device_array<double> x(hundred);
    std::vector<double> y(hundred + 1);
    must(cudaMemcpyAsync(y.data(), x.data, (hundred + 1) * sizeof(double), cudaMemcpyDeviceToHost, stream));
}

static void copy_backwards() {
    const test_stream stream;
    const device_array<double> x(hundred);
    std::vector<double> y(hundred);
    must(cudaMemcpyAsync(y.data(), x.data, hundred * sizeof(double), cudaMemcpyHostToDevice, stream));
}

static void copy_overlap() {
    const test_stream stream;
    const device_array<double> x(hundred);
    must(cudaMemcpyAsync(x.data + 1, x.data, sizeof(double) * 5, cudaMemcpyDeviceToDevice, stream));
}

static void product_too_large() {
    const test_stream stream;
    const device_array<double> x(hundred);
    mct_blas *blas;
    must(mct_blas_create(&blas, stream));
    const mct_product product = {false, false, 10, 10, 11, 1.0, 0.0, 11, 10, 10, 1, 0, 0, 0};
    must(mct_multiply(blas, product, x.data, x.data, x.data));
}

static void transform_too_long() {
    const test_stream stream;
    const device_array<double> x(hundred);
    const device_array<double2> z(51);
    mct_transforms *transforms;
    must(mct_transforms_create(&transforms, stream, 101, 51, 1));
    must(mct_transform_forward(transforms, x.data, z.data));
}

template <auto kernel> static void shared_overrun(int n) {
    const device_array<double> out(1);
    run<kernel>({1, 1, 10 * sizeof(double)}, n, out.data);
}

extern "C" const planted_fault memory_faults[] = {
    {"kernel read_at, block (0,0,0), thread (0,0,0): access to 0 bytes beyond the end of 800 bytes of device memory",
     [] { read_beyond((ptrdiff_t)hundred); }},
    {"before the start of 800 bytes", [] { read_beyond(-600); }},
    {"no device memory", [] { read_beyond(-20000); }},
    {"beyond the end of 800 bytes", [] { write_beyond((ptrdiff_t)hundred); }},
    {"before the start of 800 bytes", [] { write_beyond(-1); }},
    {"beyond the end of 24 bytes", odd_end},
    {"freed", use_after_free},
    {"not the start of device memory in use", free_twice},
    {"the host accesses device memory directly: byte 40 of 800", host_reads},
    {"cudaMemcpyAsync: 808 bytes from byte 0 of 800 bytes", copy_too_much},
    {"is memory of the", copy_backwards},
    {"overlap", copy_overlap},
    {"mct_multiply: A", product_too_large},
    {"transform of 101 doubles from byte 0 of 800 bytes", transform_too_long},
    {"shared", [] { shared_overrun<overrun>(11); }},
    {"shared memory", [] { shared_overrun<overrun_dynamic>(11); }},
    {nullptr, nullptr}};

extern "C" int undefined_numbers() {
    const test_stream stream;
    const device_array<double> x(hundred), out(1);
    int numbers = 0;
    for (double value : x.download(stream)) numbers += !isnan(value);
    for (int round = 0; round < 2; round++) { /* the second finds what the first one left */
        must(launch<overrun>({1, 1}, stream, 1, out.data));
        numbers += !isnan(out.download(stream)[0]);
        must(launch<overrun_dynamic>({1, 1, 10 * sizeof(double)}, stream, round ? 1 : 5, out.data));
        numbers += isnan(out.download(stream)[0]) != (round == 1);
    }
    return numbers;
}

/* ---- launches and calls ---------------------------------------------------------------------------------------------- */

static void no_stream() {
    must(launch<nothing>({1, 1}, nullptr));
}

static void stack_full() {
    const device_array<double> out(2);
    run<deep>({1, 1}, 100000, out.data);
}

static void too_much_static() {
    const device_array<double> out(32);
    run<much_static>({1, 32}, out.data);
}

static void allowed_too_much() {
    must(cudaFuncSetAttribute(nothing, cudaFuncAttributeMaxDynamicSharedMemorySize, 300000));
}

static void fork_in_graph() {
    const test_stream stream;
    mct_graph graph;
    must(mct_graph_begin(&graph, stream));
    must(launch<nothing>({1, 1}, stream));
    cudaGraph_t same;
    must(cudaStreamEndCapture(stream, &same));
    must(cudaStreamBeginCaptureToGraph(stream, same, nullptr, nullptr, 0, cudaStreamCaptureModeThreadLocal));
}

static void wait_while_recording() {
    const test_stream stream;
    mct_graph graph;
    must(mct_graph_begin(&graph, stream));
    must(cudaStreamSynchronize(stream));
}

extern "C" const planted_fault launch_faults[] = {
    {"launch of nothing with 0 x 1 x 1 blocks of 32 x 1 x 1 threads, 0 bytes of shared memory: no block",
     [] {
         run<nothing>({0, 32});
     }},
    {"no thread",
     [] {
         run<nothing>({1, dim3(32, 0)});
     }},
    {"more than 1024 threads",
     [] {
         run<nothing>({1, 1025});
     }},
    {"more than 1024 threads",
     [] {
         run<nothing>({1, dim3(32, 33)});
     }},
    {"too many blocks",
     [] {
         run<nothing>({dim3(1, 65536), 1});
     }},
    {"48 KiB",
     [] {
         run<nothing>({1, 32, 49153});
     }},
    {"227 KiB",
     [] {
         run<nothing>({1, 32, 232449});
     }},
    {"more blocks than the device holds",
     [] {
         run<nothing>({33, 512, 0, true});
     }},
    {"bytes of static shared memory with t", too_much_static},
    {"cudaFuncSetAttribute", allowed_too_much},
    {"cudaDeviceSynchronize is called in a kernel",
     [] {
         run<calls_runtime>({1, 1});
     }},
    {"is no stream", no_stream},
    {"the stack of the thread is full", stack_full},
    {"only chains", fork_in_graph},
    {"being captured", wait_while_recording},
    {nullptr, nullptr}};
