/* runtime.h: what the host code sees of the simulated device: the functions of the CUDA runtime that the project uses, by
 * their names and with their meaning.
 *
 * Differences that are meant: operations of a stream run when somebody waits for them and not before, so that a missing
 * wait shows; there is no default stream; graphs are chains; a mistake ends the program where CUDA would return an error
 * or do something undefined.  APMCT_CUDA_HOST_FAIL=N makes the N-th and all later calls fail, as on a lost device. */
#ifndef CUDA_HOST_RUNTIME_H
#define CUDA_HOST_RUNTIME_H

#include <functional>
#include <string>
#include <tuple>

#include "device.h"

enum cudaError_t {
    cudaSuccess = 0,
    cudaErrorMemoryAllocation = 2,
    cudaErrorInsufficientDriver = 35,
    cudaErrorNoDevice = 100,
    cudaErrorLaunchFailure = 719 /* stays */
};

namespace cuda_host {
struct stream;
struct event;
struct graph;
struct graph_node;
struct graph_exec;
} // namespace cuda_host

using cudaStream_t = cuda_host::stream *;
using cudaEvent_t = cuda_host::event *;
using cudaGraph_t = cuda_host::graph *;
using cudaGraphNode_t = cuda_host::graph_node *;
using cudaGraphExec_t = cuda_host::graph_exec *;
using cudaGraphConditionalHandle = unsigned long long;

/* ---- device and errors --------------------------------------------------------------------------------------------- */

struct cudaDeviceProp {
    char name[256];
    size_t totalGlobalMem, sharedMemPerBlockOptin;
    int multiProcessorCount, major, minor;
};

const char *cudaGetErrorString(cudaError_t error);
cudaError_t cudaGetLastError();
cudaError_t cudaGetDeviceCount(int *count);
cudaError_t cudaSetDevice(int device);
enum cudaDeviceAttr { cudaDevAttrClockRate = 13 };
/* 0: a simulated device has no speed. */
cudaError_t cudaDeviceGetAttribute(int *value, cudaDeviceAttr attribute, int device);
cudaError_t cudaDriverGetVersion(int *version);
cudaError_t cudaRuntimeGetVersion(int *version);
cudaError_t cudaGetDeviceProperties(cudaDeviceProp *properties, int device);
cudaError_t cudaMemGetInfo(size_t *available, size_t *total);

/* ---- memory ---------------------------------------------------------------------------------------------------------- */

enum cudaMemcpyKind { cudaMemcpyHostToDevice = 1, cudaMemcpyDeviceToHost = 2, cudaMemcpyDeviceToDevice = 3 };

namespace cuda_host {
cudaError_t device_allocate(void **address, size_t size);
cudaError_t host_allocate(void **address, size_t size);
} // namespace cuda_host

template <class T> cudaError_t cudaMalloc(T **address, size_t size) {
    return cuda_host::device_allocate(reinterpret_cast<void **>(address), size);
}
/* Memory of the host that kernels may use too. */
template <class T> cudaError_t cudaMallocHost(T **address, size_t size) {
    return cuda_host::host_allocate(reinterpret_cast<void **>(address), size);
}
cudaError_t cudaFree(void *address);
cudaError_t cudaFreeHost(void *address);
cudaError_t cudaMemcpyAsync(void *to, const void *from, size_t size, cudaMemcpyKind kind, cudaStream_t stream);
cudaError_t cudaMemsetAsync(void *to, int byte, size_t size, cudaStream_t stream);

/* ---- streams and events ---------------------------------------------------------------------------------------------- */

enum { cudaStreamNonBlocking = 1, cudaEventDisableTiming = 2 };

cudaError_t cudaStreamCreateWithFlags(cudaStream_t *stream, unsigned flags);
cudaError_t cudaStreamDestroy(cudaStream_t stream);
cudaError_t cudaStreamSynchronize(cudaStream_t stream);
cudaError_t cudaDeviceSynchronize();
cudaError_t cudaEventCreateWithFlags(cudaEvent_t *event, unsigned flags);
cudaError_t cudaEventDestroy(cudaEvent_t event);
cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream);
cudaError_t cudaEventSynchronize(cudaEvent_t event);
cudaError_t cudaStreamWaitEvent(cudaStream_t stream, cudaEvent_t event, unsigned flags);

/* ---- graphs ---------------------------------------------------------------------------------------------------------- */

enum cudaStreamCaptureMode { cudaStreamCaptureModeThreadLocal = 1, cudaStreamCaptureModeRelaxed = 2 };
enum cudaStreamCaptureStatus { cudaStreamCaptureStatusNone = 0, cudaStreamCaptureStatusActive = 1 };
enum cudaGraphNodeType { cudaGraphNodeTypeConditional = 0xd };
enum cudaGraphConditionalNodeType { cudaGraphCondTypeWhile = 1 };
enum { cudaGraphCondAssignDefault = 1 };

struct cudaGraphEdgeData;

struct cudaConditionalNodeParams {
    cudaGraphConditionalHandle handle;
    cudaGraphConditionalNodeType type;
    unsigned size;
    cudaGraph_t *phGraph_out; /* [size], set by cudaGraphAddNode */
};

struct cudaGraphNodeParams {
    cudaGraphNodeType type;
    cudaConditionalNodeParams conditional;
};

cudaError_t cudaGraphCreate(cudaGraph_t *graph, unsigned flags);
cudaError_t cudaGraphDestroy(cudaGraph_t graph);
/* The value is `initial` whenever the graph is launched. */
cudaError_t cudaGraphConditionalHandleCreate(cudaGraphConditionalHandle *handle, cudaGraph_t graph, unsigned initial,
                                             unsigned flags);
cudaError_t cudaGraphAddNode(cudaGraphNode_t *node, cudaGraph_t graph, const cudaGraphNode_t *after,
                             const cudaGraphEdgeData *edges, size_t count, cudaGraphNodeParams *parameters);
cudaError_t cudaStreamBeginCaptureToGraph(cudaStream_t stream, cudaGraph_t graph, const cudaGraphNode_t *after,
                                          const cudaGraphEdgeData *edges, size_t count, cudaStreamCaptureMode mode);
cudaError_t cudaStreamGetCaptureInfo(cudaStream_t stream, cudaStreamCaptureStatus *status, unsigned long long *id,
                                     cudaGraph_t *graph, const cudaGraphNode_t **after, const cudaGraphEdgeData **edges,
                                     size_t *count);
cudaError_t cudaStreamEndCapture(cudaStream_t stream, cudaGraph_t *graph);
cudaError_t cudaGraphInstantiate(cudaGraphExec_t *exec, cudaGraph_t graph, unsigned long long flags);
cudaError_t cudaGraphExecDestroy(cudaGraphExec_t exec);
cudaError_t cudaGraphLaunch(cudaGraphExec_t exec, cudaStream_t stream);
/* In kernels. */
void cudaGraphSetConditional(cudaGraphConditionalHandle handle, unsigned value);

/* ---- kernels --------------------------------------------------------------------------------------------------------- */

enum cudaFuncAttribute { cudaFuncAttributeMaxDynamicSharedMemorySize = 8 };

namespace cuda_host {

struct launch_request {
    std::string name; /* of the kernel, as the compiler writes it */
    const void *kernel;
    dim3 blocks, threads;
    size_t shared;
    bool cooperative;
    std::function<void()> body;
};
cudaError_t launch_kernel(launch_request request, cudaStream_t stream);
cudaError_t function_set_attribute(const void *kernel, cudaFuncAttribute attribute, int value);
cudaError_t occupancy(int *blocks, int threads, size_t shared);
/* "k" out of "... kernel = k; ..." or "... kernel = &k]" */
std::string kernel_name(const char *pretty_function);

} // namespace cuda_host

template <class Kernel> cudaError_t cudaFuncSetAttribute(Kernel *kernel, cudaFuncAttribute attribute, int value) {
    return cuda_host::function_set_attribute(reinterpret_cast<const void *>(kernel), attribute, value);
}

template <class Kernel>
cudaError_t cudaOccupancyMaxActiveBlocksPerMultiprocessor(int *blocks, Kernel *, int threads, size_t shared) {
    return cuda_host::occupancy(blocks, threads, shared);
}

#endif
