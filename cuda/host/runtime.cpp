/* runtime.cpp: the simulated device as such: its properties, errors, calls of its functions. */
#include "runtime.h"

#include <stdio.h>
#include <stdlib.h>

#include <mutex>

#include "internal.h"
#include "stream.h"

namespace cuda_host {

static std::recursive_mutex lock;
static unsigned long calls;

api_call::api_call(const char *function) {
    lock.lock();
    if (current) fault("%s is called in a kernel", function);
    const char *fail_from = getenv("APMCT_CUDA_HOST_FAIL");
    calls++;
    failed = fail_from && calls >= strtoul(fail_from, NULL, 10);
}

api_call::~api_call() {
    lock.unlock();
}

std::string kernel_name(const char *pretty_function) {
    const char *start = strstr(pretty_function, "kernel = ");
    if (!start) return pretty_function;
    start += strlen("kernel = ");
    if (*start == '&') start++;
    size_t length = 0;
    for (int depth = 0; start[length]; length++) { /* up to ; , or ] but for those of template arguments */
        if (start[length] == '<') depth++;
        if (start[length] == '>') depth--;
        if (depth == 0 && strchr(";,]", start[length])) break;
    }
    return std::string(start, length);
}

} // namespace cuda_host

using namespace cuda_host;

const char *cudaGetErrorString(cudaError_t error) {
    switch (error) {
    case cudaSuccess: return "no error";
    case cudaErrorMemoryAllocation: return "out of memory";
    case cudaErrorInsufficientDriver: return "CUDA driver version is insufficient for CUDA runtime version";
    case cudaErrorNoDevice: return "no CUDA-capable device is detected";
    case cudaErrorLaunchFailure: return "unspecified launch failure";
    }
    return "unknown error";
}

cudaError_t cudaGetLastError() {
    CUDA_HOST_API();
    return cudaSuccess;
}

cudaError_t cudaGetDeviceCount(int *count) {
    CUDA_HOST_API();
    *count = 1;
    return cudaSuccess;
}

cudaError_t cudaSetDevice(int device) {
    CUDA_HOST_API();
    if (device != 0) fault("cudaSetDevice: no device %d", device);
    return cudaSuccess;
}

cudaError_t cudaDeviceGetAttribute(int *value, cudaDeviceAttr attribute, int device) {
    CUDA_HOST_API();
    if (device != 0) fault("cudaDeviceGetAttribute: no device %d", device);
    (void)attribute;
    *value = 0;
    return cudaSuccess;
}

static const int version_of_cuda = 13000;

cudaError_t cudaDriverGetVersion(int *version) {
    CUDA_HOST_API();
    *version = version_of_cuda;
    return cudaSuccess;
}

cudaError_t cudaRuntimeGetVersion(int *version) {
    CUDA_HOST_API();
    *version = version_of_cuda;
    return cudaSuccess;
}

cudaError_t cudaGetDeviceProperties(cudaDeviceProp *properties, int device) {
    CUDA_HOST_API();
    if (device != 0) fault("cudaGetDeviceProperties: no device %d", device);
    size_t available;
    *properties = cudaDeviceProp();
    snprintf(properties->name, sizeof properties->name, "CUDA on the host");
    cudaMemGetInfo(&available, &properties->totalGlobalMem);
    properties->sharedMemPerBlockOptin = SHARED_MAX;
    properties->multiProcessorCount = MULTIPROCESSORS;
    properties->major = 9;
    return cudaSuccess;
}
