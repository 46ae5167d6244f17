/* graph.cpp: graphs: chains of operations, some of which are WHILE loops around a chain. */
#include <memory>

#include "internal.h"
#include "stream.h"

namespace cuda_host {

struct graph_node {
    std::function<void()> run;
    std::shared_ptr<graph> body; /* WHILE: owned */
};

struct graph {
    std::vector<std::unique_ptr<graph_node>> nodes;
    graph_node *last;
    std::vector<cudaGraphConditionalHandle> handles; /* made for this graph */
};

struct graph_exec {
    std::shared_ptr<cuda_host::graph> of;
};

/* A condition: its value and what it is at the launch of the graph.  Handle h is the (h-1)-th. */
struct condition {
    unsigned value, initial;
    bool used; /* by a node */
};
static std::vector<condition> conditions;

/* Graphs of users: the runtime copies them when they are made executable, here they are shared. */
static std::vector<std::shared_ptr<graph>> graphs;

/* Times round a WHILE node that are taken for a condition that never becomes false. */
static const unsigned long endless = 100000000;

void append(graph *graph, std::function<void()> operation) {
    graph->nodes.emplace_back(new graph_node{std::move(operation), nullptr});
    graph->last = graph->nodes.back().get();
}

static void set_initial(const graph &graph) {
    for (cudaGraphConditionalHandle handle : graph.handles) {
        conditions[handle - 1].value = conditions[handle - 1].initial;
    }
    for (const auto &node : graph.nodes) {
        if (node->body) set_initial(*node->body);
    }
}

static void run(const graph &graph) {
    for (const auto &node : graph.nodes) node->run();
}

static void run_while(const graph &body, cudaGraphConditionalHandle handle) {
    for (unsigned long times = 0; conditions[handle - 1].value; times++) {
        if (times == endless) fault("a WHILE node has gone round %lu times", times);
        run(body);
    }
}

static void check_chain(const char *function, const graph *graph, const cudaGraphNode_t *after, size_t count) {
    if (graph->last ? count != 1 || after[0] != graph->last : count != 0) {
        fault("%s: only chains are supported: each node after the one before", function);
    }
}

} // namespace cuda_host

using namespace cuda_host;

cudaError_t cudaGraphCreate(cudaGraph_t *graph, unsigned flags) {
    CUDA_HOST_API();
    (void)flags;
    graphs.emplace_back(new cuda_host::graph());
    *graph = graphs.back().get();
    return cudaSuccess;
}

cudaError_t cudaGraphDestroy(cudaGraph_t graph) {
    CUDA_HOST_API();
    for (auto &known : graphs) {
        if (known.get() != graph) continue;
        known.swap(graphs.back());
        graphs.pop_back();
        return cudaSuccess;
    }
    fault("cudaGraphDestroy: %p is no graph", (void *)graph);
}

cudaError_t cudaGraphConditionalHandleCreate(cudaGraphConditionalHandle *handle, cudaGraph_t graph, unsigned initial,
                                             unsigned flags) {
    CUDA_HOST_API();
    if (flags != cudaGraphCondAssignDefault) fault("cudaGraphConditionalHandleCreate: without an initial value");
    conditions.push_back({0, initial, false});
    *handle = conditions.size();
    graph->handles.push_back(*handle);
    return cudaSuccess;
}

cudaError_t cudaGraphAddNode(cudaGraphNode_t *node, cudaGraph_t graph, const cudaGraphNode_t *after,
                             const cudaGraphEdgeData *edges, size_t count, cudaGraphNodeParams *parameters) {
    CUDA_HOST_API();
    (void)edges;
    cudaConditionalNodeParams &conditional = parameters->conditional;
    const cudaGraphConditionalHandle handle = conditional.handle;
    check_chain("cudaGraphAddNode", graph, after, count);
    if (parameters->type != cudaGraphNodeTypeConditional || conditional.type != cudaGraphCondTypeWhile ||
        conditional.size != 1) {
        fault("cudaGraphAddNode: only WHILE nodes are supported");
    }
    bool known = false;
    for (cudaGraphConditionalHandle h : graph->handles) known = known || h == handle;
    if (!known) fault("cudaGraphAddNode: the handle was made for another graph");
    if (conditions[handle - 1].used) fault("cudaGraphAddNode: the handle has a node already");
    conditions[handle - 1].used = true;
    static std::vector<cudaGraph_t> out(1); /* valid until the next call: in CUDA until the graph ends */
    std::shared_ptr<cuda_host::graph> body(new cuda_host::graph());
    append(graph, [body, handle] { run_while(*body, handle); });
    graph->last->body = body;
    *node = graph->last;
    out[0] = body.get();
    conditional.phGraph_out = out.data();
    return cudaSuccess;
}

cudaError_t cudaStreamBeginCaptureToGraph(cudaStream_t stream, cudaGraph_t graph, const cudaGraphNode_t *after,
                                          const cudaGraphEdgeData *edges, size_t count, cudaStreamCaptureMode mode) {
    CUDA_HOST_API();
    (void)edges, (void)mode;
    if (stream->capture) fault("cudaStreamBeginCaptureToGraph: the stream is being captured");
    check_chain("cudaStreamBeginCaptureToGraph", graph, after, count);
    stream->capture = graph;
    return cudaSuccess;
}

cudaError_t cudaStreamGetCaptureInfo(cudaStream_t stream, cudaStreamCaptureStatus *status, unsigned long long *id,
                                     cudaGraph_t *graph, const cudaGraphNode_t **after, const cudaGraphEdgeData **edges,
                                     size_t *count) {
    CUDA_HOST_API();
    if (!stream->capture) fault("cudaStreamGetCaptureInfo: the stream is not being captured");
    *status = cudaStreamCaptureStatusActive;
    *id = 0;
    *graph = stream->capture;
    *after = &stream->capture->last;
    *edges = NULL;
    *count = stream->capture->last ? 1 : 0;
    return cudaSuccess;
}

cudaError_t cudaStreamEndCapture(cudaStream_t stream, cudaGraph_t *graph) {
    CUDA_HOST_API();
    if (!stream->capture) fault("cudaStreamEndCapture: the stream is not being captured");
    *graph = stream->capture;
    stream->capture = NULL;
    return cudaSuccess;
}

cudaError_t cudaGraphInstantiate(cudaGraphExec_t *exec, cudaGraph_t graph, unsigned long long flags) {
    CUDA_HOST_API();
    (void)flags;
    for (const auto &known : graphs) {
        if (known.get() != graph) continue;
        *exec = new graph_exec{known};
        return cudaSuccess;
    }
    fault("cudaGraphInstantiate: %p is no graph", (void *)graph);
}

cudaError_t cudaGraphExecDestroy(cudaGraphExec_t exec) {
    CUDA_HOST_API();
    finish_all_streams();
    delete exec;
    return cudaSuccess;
}

cudaError_t cudaGraphLaunch(cudaGraphExec_t exec, cudaStream_t stream) {
    CUDA_HOST_API();
    const std::shared_ptr<graph> started = exec->of;
    enqueue(stream, [started] {
        set_initial(*started);
        run(*started);
    });
    return cudaSuccess;
}

void cudaGraphSetConditional(cudaGraphConditionalHandle handle, unsigned value) {
    if (!current) fault("cudaGraphSetConditional outside of a kernel");
    if (handle - 1 >= conditions.size()) fault("cudaGraphSetConditional: %llu is no handle", handle);
    conditions[handle - 1].value = value;
}
