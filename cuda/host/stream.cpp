/* stream.cpp: streams and events.
 *
 * What is put into a stream runs when the host waits for it: at the latest moment under forward order, while under reverse
 * order other streams run first and under random order they run in between. */
#include "stream.h"

#include <algorithm>

#include "internal.h"

namespace cuda_host {

struct event {
    unsigned long recorded, happened; /* numbers of records: the last one, the last one that was reached */
    stream *in;                       /* where it was recorded last */
};

static std::vector<stream *> streams;

/* ---- queues ---------------------------------------------------------------------------------------------------------- */

static bool idle(const stream *stream) {
    return stream->next == stream->queue.size();
}

static void check(const stream *stream) {
    if (std::find(streams.begin(), streams.end(), stream) == streams.end()) {
        fault("%p is no stream (the default stream is not used here)", (const void *)stream);
    }
}

void enqueue(cudaStream_t stream, std::function<void()> run) {
    check(stream);
    if (stream->capture) {
        append(stream->capture, std::move(run));
    } else {
        stream->queue.push_back({std::move(run), NULL, 0});
    }
}

/* One operation of a stream that has some, or of the one that it waits for. */
static void step(stream *stream) {
    const operation &front = stream->queue[stream->next];
    if (front.wait && front.wait->happened < front.record) {
        step(front.wait->in);
        return;
    }
    const std::function<void()> run = std::move(stream->queue[stream->next++].run);
    if (idle(stream)) stream->queue.clear(), stream->next = 0;
    if (run) run();
}

/* Until `done`, which operations of `stream` bring about. */
static void run_until(stream *stream, const std::function<bool()> &done) {
    const memory_access access;
    if (order_now() == order::reverse) {
        for (size_t s = streams.size(); s-- > 0;) {
            while (streams[s] != stream && !idle(streams[s])) step(streams[s]);
        }
    }
    while (!done()) {
        cuda_host::stream *next = stream;
        if (order_now() == order::random) next = streams[draw(streams.size())];
        if (!idle(next)) step(next);
    }
}

void finish_all_streams() {
    for (stream *stream : streams) {
        if (!idle(stream)) run_until(stream, [=] { return idle(stream); });
    }
}

} // namespace cuda_host

using namespace cuda_host;

/* ---- streams --------------------------------------------------------------------------------------------------------- */

cudaError_t cudaStreamCreateWithFlags(cudaStream_t *stream, unsigned flags) {
    CUDA_HOST_API();
    (void)flags;
    streams.push_back(*stream = new cuda_host::stream());
    return cudaSuccess;
}

cudaError_t cudaStreamDestroy(cudaStream_t stream) {
    CUDA_HOST_API();
    check(stream);
    finish_all_streams(); /* others may wait for events in it */
    streams.erase(std::find(streams.begin(), streams.end(), stream));
    delete stream;
    return cudaSuccess;
}

cudaError_t cudaStreamSynchronize(cudaStream_t stream) {
    CUDA_HOST_API();
    check(stream);
    if (stream->capture) fault("cudaStreamSynchronize: the stream is being captured");
    run_until(stream, [=] { return idle(stream); });
    return cudaSuccess;
}

cudaError_t cudaDeviceSynchronize() {
    CUDA_HOST_API();
    finish_all_streams();
    return cudaSuccess;
}

/* ---- events ---------------------------------------------------------------------------------------------------------- */

cudaError_t cudaEventCreateWithFlags(cudaEvent_t *event, unsigned flags) {
    CUDA_HOST_API();
    (void)flags;
    *event = new cuda_host::event();
    return cudaSuccess;
}

cudaError_t cudaEventDestroy(cudaEvent_t event) {
    CUDA_HOST_API();
    finish_all_streams();
    delete event;
    return cudaSuccess;
}

cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream) {
    CUDA_HOST_API();
    check(stream);
    if (stream->capture) fault("cudaEventRecord: the stream is being captured");
    const unsigned long record = ++event->recorded;
    event->in = stream;
    enqueue(stream, [=] { event->happened = record; });
    return cudaSuccess;
}

cudaError_t cudaEventSynchronize(cudaEvent_t event) {
    CUDA_HOST_API();
    const unsigned long record = event->recorded;
    if (event->happened < record) run_until(event->in, [=] { return event->happened >= record; });
    return cudaSuccess;
}

cudaError_t cudaStreamWaitEvent(cudaStream_t stream, cudaEvent_t event, unsigned flags) {
    CUDA_HOST_API();
    (void)flags;
    check(stream);
    if (stream->capture) fault("cudaStreamWaitEvent: the stream is being captured");
    if (event->recorded) stream->queue.push_back({nullptr, event, event->recorded});
    return cudaSuccess;
}

/* ---- operations ------------------------------------------------------------------------------------------------------ */

static void check_range(const char *what, const void *address, size_t size, bool device) {
    if (device != is_device(address)) {
        fault("%s: %p is memory of the %s", what, address, device ? "host" : "device");
    }
    if (device && !device_valid(address, size)) {
        fault("%s: %zu bytes from %s", what, size, describe_device(address).text);
    }
}

cudaError_t cudaMemcpyAsync(void *to, const void *from, size_t size, cudaMemcpyKind kind, cudaStream_t stream) {
    CUDA_HOST_API();
    if (!size) return cudaSuccess;
    check_range("cudaMemcpyAsync", to, size, kind != cudaMemcpyDeviceToHost);
    check_range("cudaMemcpyAsync", from, size, kind != cudaMemcpyHostToDevice);
    const char *a = (const char *)to, *b = (const char *)from;
    if (a < b + size && b < a + size) fault("cudaMemcpyAsync: source and destination overlap");
    enqueue(stream, [=] { memcpy(to, from, size); });
    return cudaSuccess;
}

cudaError_t cudaMemsetAsync(void *to, int byte, size_t size, cudaStream_t stream) {
    CUDA_HOST_API();
    if (!size) return cudaSuccess;
    check_range("cudaMemsetAsync", to, size, true);
    enqueue(stream, [=] { memset(to, byte, size); });
    return cudaSuccess;
}

cudaError_t cuda_host::launch_kernel(launch_request request, cudaStream_t stream) {
    CUDA_HOST_API();
    const std::string name = std::move(request.name);
    launch launch = {name.c_str(),   request.kernel,      request.blocks,         request.threads,
                     request.shared, request.cooperative, std::move(request.body)};
    check_launch(launch);
    enqueue(stream, [name, launch]() mutable {
        launch.name = name.c_str();
        run_launch(launch);
    });
    return cudaSuccess;
}
