/* support.cuh: device arrays and a stream for checks; any failure of the runtime ends the program. */
#ifndef SUPPORT_CUH
#define SUPPORT_CUH

#include <stdio.h>
#include <stdlib.h>

#include <vector>

#include "port.cuh"

inline void must(cudaError_t error) {
    if (error == cudaSuccess) return;
    fprintf(stderr, "CUDA: %s\n", cudaGetErrorString(error));
    exit(1);
}

inline void must(const char *error) {
    if (!error) return;
    fprintf(stderr, "%s\n", error);
    exit(1);
}

struct test_stream {
    cudaStream_t stream;
    test_stream() {
        must(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking));
    }
    ~test_stream() {
        must(cudaStreamDestroy(stream));
    }
    operator cudaStream_t() const {
        return stream;
    }
};

template <class T> struct device_array {
    T *data;
    size_t size;
    explicit device_array(size_t size_) : data(NULL), size(size_) {
        must(cudaMalloc(&data, size * sizeof(T)));
    }
    device_array(const std::vector<T> &from, cudaStream_t stream) : device_array(from.size()) {
        must(cudaMemcpyAsync(data, from.data(), size * sizeof(T), cudaMemcpyHostToDevice, stream));
        must(cudaStreamSynchronize(stream));
    }
    device_array(const device_array &) = delete;
    ~device_array() {
        must(cudaFree(data));
    }
    std::vector<T> download(cudaStream_t stream) const {
        std::vector<T> to(size);
        must(cudaMemcpyAsync(to.data(), data, size * sizeof(T), cudaMemcpyDeviceToHost, stream));
        must(cudaStreamSynchronize(stream));
        return to;
    }
};

#endif
