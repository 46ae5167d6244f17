/* stream.h: queues of operations, for the files of the host execution that add some. */
#ifndef CUDA_HOST_STREAM_H
#define CUDA_HOST_STREAM_H

#include <functional>
#include <vector>

#include "runtime.h"

namespace cuda_host {

/* Appends to the queue of the stream or to the graph that it captures. */
void enqueue(cudaStream_t stream, std::function<void()> operation);
/* Runs all that is in any queue. */
void finish_all_streams();

/* One call of the runtime from the host: one thread of the operating system at a time. */
struct api_call {
    explicit api_call(const char *function);
    ~api_call();
    bool failed; /* as asked for by APMCT_CUDA_HOST_FAIL */
};

/* The first line of every function of the runtime that can fail. */
#define CUDA_HOST_API()                        \
    const cuda_host::api_call call_(__func__); \
    if (call_.failed) return cudaErrorLaunchFailure

/* To run; or, with `wait`, to wait for a record of an event. */
struct operation {
    std::function<void()> run;
    event *wait;
    unsigned long record;
};

struct stream {
    std::vector<operation> queue; /* from `next` on */
    size_t next;
    graph *capture; /* or NULL */
};

/* graph.cpp */
void append(graph *graph, std::function<void()> operation);

} // namespace cuda_host

#endif
