/* graph.cu: see graph.cuh. */
#include "graph.cuh"

#define TRY(call)                                 \
    do {                                          \
        const cudaError_t error_ = (call);        \
        if (error_ != cudaSuccess) return error_; \
    } while (0)

cudaError_t mct_graph_begin(mct_graph *graph, cudaStream_t stream) {
    *graph = mct_graph();
    graph->stream = stream;
    TRY(cudaGraphCreate(&graph->graph[0], 0));
    return cudaStreamBeginCaptureToGraph(stream, graph->graph[0], NULL, NULL, 0, cudaStreamCaptureModeThreadLocal);
}

cudaError_t mct_graph_condition(mct_graph *graph, unsigned initial, cudaGraphConditionalHandle *condition) {
    return cudaGraphConditionalHandleCreate(condition, graph->graph[graph->depth], initial, cudaGraphCondAssignDefault);
}

/* The loop comes after all that has been recorded so far; recording goes on in its body. */
cudaError_t mct_graph_while(mct_graph *graph, cudaGraphConditionalHandle condition) {
    cudaStreamCaptureStatus status;
    unsigned long long id;
    cudaGraph_t captured;
    const cudaGraphNode_t *last;
    const cudaGraphEdgeData *edges;
    size_t count;
    TRY(cudaStreamGetCaptureInfo(graph->stream, &status, &id, &captured, &last, &edges, &count));
    if (count > 1 || graph->depth + 1 == MCT_GRAPH_DEPTH) return cudaErrorLaunchFailure;
    const cudaGraphNode_t after = count ? last[0] : NULL;
    TRY(cudaStreamEndCapture(graph->stream, &captured));
    cudaGraphNodeParams node = {};
    node.type = cudaGraphNodeTypeConditional;
    node.conditional.handle = condition;
    node.conditional.type = cudaGraphCondTypeWhile;
    node.conditional.size = 1;
    TRY(cudaGraphAddNode(&graph->loop[graph->depth + 1], captured, &after, NULL, count, &node));
    graph->depth++;
    graph->graph[graph->depth] = node.conditional.phGraph_out[0];
    return cudaStreamBeginCaptureToGraph(graph->stream, graph->graph[graph->depth], NULL, NULL, 0,
                                         cudaStreamCaptureModeThreadLocal);
}

cudaError_t mct_graph_end_while(mct_graph *graph) {
    cudaGraph_t captured;
    TRY(cudaStreamEndCapture(graph->stream, &captured));
    const cudaGraphNode_t *loop = &graph->loop[graph->depth--];
    return cudaStreamBeginCaptureToGraph(graph->stream, graph->graph[graph->depth], loop, NULL, 1,
                                         cudaStreamCaptureModeThreadLocal);
}

cudaError_t mct_graph_end(mct_graph *graph) {
    cudaGraph_t captured;
    TRY(cudaStreamEndCapture(graph->stream, &captured));
    return cudaGraphInstantiate(&graph->exec, captured, 0);
}

cudaError_t mct_graph_launch(mct_graph *graph) {
    return cudaGraphLaunch(graph->exec, graph->stream);
}

void mct_graph_destroy(mct_graph *graph) {
    if (graph->exec) cudaGraphExecDestroy(graph->exec);
    if (graph->graph[0]) cudaGraphDestroy(graph->graph[0]);
    *graph = mct_graph();
}
