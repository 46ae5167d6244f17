/* graph.cuh: work that is recorded once and launched as a whole, with loops whose condition a kernel sets.
 *
 *     mct_graph_begin(&graph, stream);
 *     mct_graph_condition(&graph, 1, &go_on);        for the loop in this graph, its value at every launch
 *     launch<...>(..., stream, ...);                 recorded, not run
 *     mct_graph_while(&graph, go_on);
 *     launch<step>(..., stream, ..., go_on);         calls cudaGraphSetConditional(go_on, 0) at the end
 *     mct_graph_end_while(&graph);
 *     mct_graph_end(&graph);
 *     mct_graph_launch(&graph);                      enqueues all of it
 *
 * Loops may stand in loops: the condition of an inner one is made in the body of the outer one, where a kernel must set it
 * before each of its turns.  All functions return cudaSuccess or what failed. */
#ifndef MCT_GRAPH_CUH
#define MCT_GRAPH_CUH

#include "port.cuh"

enum { MCT_GRAPH_DEPTH = 4 };

struct mct_graph {
    cudaStream_t stream; /* borrowed */
    int depth;           /* of loops that are being recorded */
    cudaGraph_t graph[MCT_GRAPH_DEPTH];
    cudaGraphNode_t loop[MCT_GRAPH_DEPTH]; /* the node whose body is graph[depth] */
    cudaGraphExec_t exec;
};

cudaError_t mct_graph_begin(mct_graph *graph, cudaStream_t stream);
cudaError_t mct_graph_condition(mct_graph *graph, unsigned initial, cudaGraphConditionalHandle *condition);
cudaError_t mct_graph_while(mct_graph *graph, cudaGraphConditionalHandle condition);
cudaError_t mct_graph_end_while(mct_graph *graph);
cudaError_t mct_graph_end(mct_graph *graph);
cudaError_t mct_graph_launch(mct_graph *graph);
void mct_graph_destroy(mct_graph *graph);

#endif
