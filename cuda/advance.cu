/* advance.cu: a window of steps as one graph, in which the device decides how often its loops go round; or, where points are
 * many and small, as one kernel (point.cu). */
#include "evolution.cuh"

#define NOTE(call) mct_cuda_note(e->cuda, call)

__global__ static void wind_kernel(mct_cuda_steps v, size_t steps) {
    *v.left = steps;
}

/* After a step: whether a block ends somewhere, and whether there is another step to make. */
__global__ static void gate_kernel(mct_cuda_steps v, cudaGraphConditionalHandle ends,
                                   cudaGraphConditionalHandle again) {
    int end = 0, run = 0;
    for (int p = (int)threadIdx.x; p < v.points; p += BLOCK) {
        if (!mct_cuda_runs(v, (size_t)p)) continue;
        run = 1;
        if (v.clocks[p].i >= v.clocks[p].n) end = 1;
    }
    end = __syncthreads_or(end);
    run = __syncthreads_or(run);
    if (threadIdx.x != 0) return;
    const size_t left = --*v.left;
    cudaGraphSetConditional(ends, (unsigned)end);
    cudaGraphSetConditional(again, run && left > 0);
}

/* The fixed point of a step, recorded. */
static void record_iterate(mct_cuda_evolution *e, mct_graph *graph) {
    cudaGraphConditionalHandle iterates;
    NOTE(mct_graph_condition(graph, 0, &iterates));
    if (e->cuda->error) return;
    mct_cuda_iterate_begin(e, {true, iterates});
    NOTE(mct_graph_while(graph, iterates));
    if (e->cuda->error) return;
    mct_cuda_iterate_once(e, {true, iterates});
    NOTE(mct_graph_end_while(graph));
}

static void record_step(mct_cuda_evolution *e, mct_graph *graph, cudaGraphConditionalHandle again) {
    cudaGraphConditionalHandle ends;
    mct_cuda_predict(e);
    mct_cuda_history(e, e->steps);
    record_iterate(e, graph);
    mct_cuda_commit(e);
    NOTE(mct_graph_condition(graph, 0, &ends));
    if (e->cuda->error) return;
    NOTE(launch<gate_kernel>({1, BLOCK}, mct_cuda_stream(), e->steps, ends, again));
    NOTE(mct_graph_while(graph, ends));
    if (e->cuda->error) return;
    mct_cuda_decimate(e, {true, ends});
    NOTE(mct_graph_end_while(graph));
}

void mct_cuda_iterate(mct_cuda_evolution *e) {
    mct_graph *graph = &e->iterate;
    if (!e->iterate_made && !e->cuda->error) {
        NOTE(mct_graph_begin(graph, mct_cuda_stream()));
        if (!e->cuda->error) record_iterate(e, graph);
        if (!e->cuda->error) NOTE(mct_graph_end(graph));
        e->iterate_made = true;
    }
    if (!e->cuda->error) NOTE(mct_graph_launch(graph));
}

static void record_advance(mct_cuda_evolution *e) {
    mct_graph *graph = &e->advance;
    cudaGraphConditionalHandle again;
    NOTE(mct_graph_begin(graph, mct_cuda_stream()));
    if (e->cuda->error) return;
    NOTE(mct_graph_condition(graph, 1, &again));
    if (!e->cuda->error) NOTE(mct_graph_while(graph, again));
    if (!e->cuda->error) record_step(e, graph, again);
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
