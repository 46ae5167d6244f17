/* advance.cu: a window of steps as one graph, in which the device decides how often its loops go round; or, where points are
 * many and small, as one kernel (point.cu).
 *
 *     while again:                another step is to be made
 *         while next:             no block of steps has ended
 *             step, with the loop of its fixed point
 *         while ends:             once, if a block of steps has ended
 *             decimate */
#include "evolution/evolution.cuh"

#define NOTE(call) mct_cuda_note(e->cuda, call)

__global__ static void wind_kernel(mct_cuda_steps v, size_t steps) {
    *v.left = steps;
}

__global__ static void open_gate_kernel(mct_cuda_gate gate) {
    cudaGraphSetConditional(gate.condition, 1);
}

/* The fixed point of a step, recorded; the loop goes round once at least. */
static void record_iterate(mct_cuda_evolution *e, mct_graph *graph, mct_cuda_gate iterates) {
    if (e->cuda->error) return;
    NOTE(mct_graph_while(graph, iterates.condition));
    if (e->cuda->error) return;
    mct_cuda_iterate_once(e, iterates);
    NOTE(mct_graph_end_while(graph));
}

static mct_cuda_gate gate_of(mct_cuda_evolution *e, mct_graph *graph, unsigned initial) {
    mct_cuda_gate gate = {true, 0};
    NOTE(mct_graph_condition(graph, initial, &gate.condition));
    return gate;
}

static void record_step(mct_cuda_evolution *e, mct_graph *graph, const mct_cuda_gates *gates) {
    const mct_cuda_gate iterates = gate_of(e, graph, 1);
    mct_cuda_predict(e, iterates);
    mct_cuda_history(e, e->steps);
    record_iterate(e, graph, iterates);
    mct_cuda_commit(e, gates);
}

/* Steps to the end of a block of them, and what comes then. */
static void record_block(mct_cuda_evolution *e, mct_graph *graph, mct_cuda_gate again) {
    const mct_cuda_gates gates = {gate_of(e, graph, 1), gate_of(e, graph, 0), again};
    NOTE(launch<open_gate_kernel>({1, 1}, mct_cuda_stream(), gates.next));
    if (!e->cuda->error) NOTE(mct_graph_while(graph, gates.next.condition));
    if (!e->cuda->error) record_step(e, graph, &gates);
    if (!e->cuda->error) NOTE(mct_graph_end_while(graph));
    if (!e->cuda->error) NOTE(mct_graph_while(graph, gates.ends.condition));
    if (!e->cuda->error) mct_cuda_decimate(e, gates.ends);
    if (!e->cuda->error) NOTE(mct_graph_end_while(graph));
}

void mct_cuda_iterate(mct_cuda_evolution *e) {
    mct_graph *graph = &e->iterate;
    if (!e->iterate_made && !e->cuda->error) {
        NOTE(mct_graph_begin(graph, mct_cuda_stream()));
        if (!e->cuda->error) record_iterate(e, graph, gate_of(e, graph, 1));
        if (!e->cuda->error) NOTE(mct_graph_end(graph));
        e->iterate_made = true;
    }
    if (!e->cuda->error) NOTE(mct_graph_launch(graph));
}

static void record_advance(mct_cuda_evolution *e) {
    mct_graph *graph = &e->advance;
    NOTE(mct_graph_begin(graph, mct_cuda_stream()));
    if (e->cuda->error) return;
    const mct_cuda_gate again = gate_of(e, graph, 1);
    if (!e->cuda->error) NOTE(mct_graph_while(graph, again.condition));
    if (!e->cuda->error) record_block(e, graph, again);
    if (!e->cuda->error) NOTE(mct_graph_end_while(graph));
    if (!e->cuda->error) NOTE(mct_graph_end(graph));
}

void mct_cuda_advance(mct_cuda_evolution *e, size_t steps) {
    if (steps == 0 || e->cuda->error) return;
    if (e->by_points) {
        mct_cuda_point_advance(e, steps);
        return;
    }
    if (!e->advance_made) record_advance(e);
    e->advance_made = true;
    if (e->cuda->error) return;
    NOTE(launch<wind_kernel>({1, 1}, mct_cuda_stream(), e->steps, steps));
    NOTE(mct_graph_launch(&e->advance));
}
