/* check_host.cu: streams, events, graphs, libraries. */
#include <math.h>

#include "checks.h"
#include "graph.cuh"
#include "libraries.cuh"
#include "support.cuh"

__global__ static void add(int *x, int value) {
    x[threadIdx.x] += value;
}

__global__ static void twice(int *x) {
    x[threadIdx.x] *= 2;
}

/* ---- streams --------------------------------------------------------------------------------------------------------- */

/* (x + 1) * 2 + 3, the steps in turn in two streams that wait for each other. */
static int check_events() {
    const test_stream a, b;
    device_array<int> x(std::vector<int>(64, 5), a);
    cudaEvent_t first, second;
    must(cudaEventCreateWithFlags(&first, cudaEventDisableTiming));
    must(cudaEventCreateWithFlags(&second, cudaEventDisableTiming));
    must(launch<add>({1, 64}, a, x.data, 1));
    must(cudaEventRecord(first, a));
    must(cudaStreamWaitEvent(b, first, 0));
    must(launch<twice>({1, 64}, b, x.data));
    must(cudaEventRecord(second, b));
    must(cudaStreamWaitEvent(a, second, 0));
    must(launch<add>({1, 64}, a, x.data, 3));
    must(cudaEventSynchronize(second));
    int wrong = 0;
    for (int value : x.download(a)) wrong += value != 15;
    must(cudaEventDestroy(first));
    must(cudaEventDestroy(second));
    return wrong;
}

/* What the host writes into pinned memory, a kernel sees. */
__global__ static void read_flag(const int *flag, int *out) {
    out[0] = *flag;
}

static int check_flag() {
    const test_stream stream;
    device_array<int> out(1);
    int *flag, wrong = 0;
    must(cudaMallocHost(&flag, sizeof *flag));
    for (int value = 3; value < 5; value++) {
        *flag = value;
        must(launch<read_flag>({1, 1}, stream, flag, out.data));
        wrong += out.download(stream)[0] != value;
    }
    must(cudaFreeHost(flag));
    return wrong;
}

/* ---- graphs ---------------------------------------------------------------------------------------------------------- */

__global__ static void start(int *c, cudaGraphConditionalHandle inner) {
    c[1] = 0;
    cudaGraphSetConditional(inner, 1);
}

__global__ static void inner_step(int *c, int turns, cudaGraphConditionalHandle inner) {
    c[2]++;
    cudaGraphSetConditional(inner, ++c[1] < turns);
}

__global__ static void outer_step(int *c, int turns, cudaGraphConditionalHandle outer) {
    cudaGraphSetConditional(outer, ++c[0] < turns);
}

__global__ static void once(int *c, int slot) {
    c[slot]++;
}

/* A loop of 5 turns around a loop of 3; something before and after; launched twice. */
static int check_graph() {
    const test_stream stream;
    device_array<int> c(std::vector<int>(5, 0), stream);
    mct_graph graph;
    cudaGraphConditionalHandle outer, inner;
    must(mct_graph_begin(&graph, stream));
    must(mct_graph_condition(&graph, 1, &outer));
    must(launch<once>({1, 1}, stream, c.data, 3));
    must(cudaMemsetAsync(c.data, 0, sizeof(int), stream));
    must(mct_graph_while(&graph, outer));
    must(mct_graph_condition(&graph, 0, &inner));
    must(launch<start>({1, 1}, stream, c.data, inner));
    must(mct_graph_while(&graph, inner));
    must(launch<inner_step>({1, 1}, stream, c.data, 3, inner));
    must(mct_graph_end_while(&graph));
    must(launch<outer_step>({1, 1}, stream, c.data, 5, outer));
    must(mct_graph_end_while(&graph));
    must(launch<once>({1, 1}, stream, c.data, 4));
    must(mct_graph_end(&graph));
    int wrong = c.download(stream)[3] != 0; /* recorded, not run */
    must(mct_graph_launch(&graph));
    must(mct_graph_launch(&graph));
    const std::vector<int> got = c.download(stream);
    mct_graph_destroy(&graph);
    return wrong + (got[0] != 5) + (got[2] != 30) + (got[3] != 2) + (got[4] != 2);
}

/* ---- libraries ------------------------------------------------------------------------------------------------------- */

static std::vector<double> values(size_t count, double seed) {
    std::vector<double> x(count);
    for (size_t i = 0; i < count; i++) x[i] = sin(seed + 1.7 * (double)i);
    return x;
}

static int compare_product(const mct_product &p) {
    const test_stream stream;
    const std::vector<double> A = values((size_t)(p.stride_A * p.batch), 1.0),
                              B = values((size_t)(p.stride_B * p.batch), 2.0);
    std::vector<double> C = values((size_t)(p.stride_C * p.batch), 3.0);
    const device_array<double> on_A(A, stream), on_B(B, stream), on_C(C, stream);
    mct_blas *blas;
    must(mct_blas_create(&blas, stream));
    must(mct_multiply(blas, p, on_A.data, on_B.data, on_C.data));
    const std::vector<double> got = on_C.download(stream);
    mct_blas_destroy(blas);
    for (int b = 0; b < p.batch; b++) {
        for (int i = 0; i < p.rows; i++) {
            for (int j = 0; j < p.columns; j++) {
                double sum = 0.0;
                for (int k = 0; k < p.inner; k++) {
                    const int at_A = p.transpose_A ? k * p.pitch_A + i : i * p.pitch_A + k;
                    const int at_B = p.transpose_B ? j * p.pitch_B + k : k * p.pitch_B + j;
                    sum += A[(size_t)(b * p.stride_A + at_A)] * B[(size_t)(b * p.stride_B + at_B)];
                }
                double &c = C[(size_t)(b * p.stride_C + i * p.pitch_C + j)];
                c = p.alpha * sum + p.beta * c;
            }
        }
    }
    int wrong = 0;
    for (size_t i = 0; i < C.size(); i++) wrong += !(fabs(got[i] - C[i]) < 1e-13 * p.inner);
    return wrong;
}

static int check_products() {
    int wrong = 0;
    for (int which = 0; which < 4; which++) {
        mct_product p = {which % 2 == 1, which / 2 == 1, 5, 7, 11, 1.5, 0.25, 13, 14, 9, 3, 200, 210, 60};
        wrong += compare_product(p);
    }
    return wrong;
}

static int check_transforms() {
    const int length = 30, frequencies = 16, pitch = 20, batch = 3;
    const test_stream stream;
    const std::vector<double> x = values((size_t)(length * batch), 0.5);
    device_array<double> real(x, stream);
    const device_array<double2> spectra((size_t)(pitch * batch));
    mct_transforms *transforms;
    must(mct_transforms_create(&transforms, stream, length, pitch, batch));
    must(mct_transform_forward(transforms, real.data, spectra.data));
    const std::vector<double2> Z = spectra.download(stream);
    int wrong = 0;
    for (int b = 0; b < batch; b++) {
        for (int k = 0; k < frequencies; k++) {
            double re = 0.0, im = 0.0;
            for (int j = 0; j < length; j++) {
                const double angle = 2.0 * 3.14159265358979323846 * j * k / length;
                re += x[(size_t)(b * length + j)] * cos(angle);
                im -= x[(size_t)(b * length + j)] * sin(angle);
            }
            const double2 z = Z[(size_t)(b * pitch + k)];
            wrong += !(fabs(z.x - re) < 1e-12) + !(fabs(z.y - im) < 1e-12);
        }
    }
    must(mct_transform_inverse(transforms, spectra.data, real.data));
    const std::vector<double> back = real.download(stream);
    for (size_t i = 0; i < x.size(); i++) wrong += !(fabs(back[i] / length - x[i]) < 1e-13);
    mct_transforms_destroy(transforms);
    return wrong;
}

extern "C" const check host_checks[] = {{"events", check_events},         {"flag", check_flag},
                                        {"graph", check_graph},           {"products", check_products},
                                        {"transforms", check_transforms}, {nullptr, nullptr}};

extern "C" int check_device() {
    int count = 0;
    return cudaGetDeviceCount(&count) == cudaSuccess && count > 0;
}
