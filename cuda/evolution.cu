/* evolution.cu: the row of the evolution's operations: memory, looks, checkpoints, and a window of steps as one graph, in
 * which the device decides how often it goes round.  As src/cpu/evolution.c. */
#include <stdint.h>
#include <string.h>

#include "evolution.cuh"

/* ---- memory ------------------------------------------------------------------------------------------------------------ */

static mct_cuda_layout layout_of(const mct_evolution_shape *shape) {
    const int n = (int)(shape->steps_per_block << shape->doublings), D = shape->scheme.degree;
    mct_cuda_layout y = {};
    const struct {
        int *at, count;
    } arrays[] = {{&y.F, n + 1},
                  {&y.M, n + 1},
                  {&y.moment_F, n / 2 * D},
                  {&y.moment_M, n / 2 * D},
                  {&y.weight_F, n / 2 + 1},
                  {&y.weight_M, n / 2 + 1},
                  {&y.tail_F, (n / 4 + 1) * D},
                  {&y.tail_M, (n / 4 + 1) * D},
                  {&y.ahead, MCT_CUDA_TILE},
                  {&y.Gamma, 1},
                  {&y.S, 1},
                  {&y.W_inverse, 1},
                  {&y.norm, 1},
                  {&y.A_inverse, 1},
                  {&y.right, 1},
                  {&y.offset, 1},
                  {&y.residual, 1},
                  {&y.from, 1},
                  {&y.from_residual, 1},
                  {&y.dx, MCT_SECANTS},
                  {&y.dr, MCT_SECANTS}};
    for (const auto &array : arrays) {
        *array.at = y.count;
        y.count += array.count;
    }
    return y;
}

/* Arrays of an evolution in one allocation, each from a multiple of 32 doubles on; with base NULL only their sum. */
struct arena {
    double *base;
    size_t total;
    template <class T> void add(T **array, size_t count) {
        if (base) *array = (T *)(base + total);
        total += (count * sizeof(T) + 32 * sizeof(double) - 1) / (32 * sizeof(double)) * 32;
    }
};

static mct_cuda_steps steps_of(const mct_evolution_shape *shape) {
    mct_cuda_steps v = {};
    v.N = (int)shape->N;
    v.m = (int)shape->species;
    v.points = (int)shape->points;
    v.chunks = (v.N + MCT_CUDA_CHUNK - 1) / MCT_CUDA_CHUNK;
    v.degree = shape->scheme.degree;
    v.n = shape->species * shape->species * shape->N;
    v.at = layout_of(shape);
    v.stride = (size_t)v.at.count * v.n;
    v.window = shape->window;
    v.doublings = shape->doublings;
    v.iterations_max = shape->iterations_max;
    v.tolerance = shape->tolerance;
    v.until = shape->until;
    v.decayed = shape->decayed;
    v.plateau = shape->plateau;
    return v;
}

static size_t series_of(const mct_evolution_shape *shape) {
    return 2 * ((size_t)shape->scheme.taylor + 1) * shape->points;
}

static size_t lay_out(const mct_evolution_shape *shape, double *base, mct_cuda_steps *v, double **series) {
    arena all = {base, 0};
    const size_t points = shape->points;
    all.add(&v->history, points * v->stride);
    all.add(&v->x, points * v->n);
    all.add(&v->M, points * v->n);
    all.add(&v->times, points * v->window);
    all.add(&v->row, points * v->window * v->n);
    all.add(&v->scheme, 1);
    all.add(&v->clocks, points);
    all.add(&v->paces, points);
    all.add(&v->parts, points * (size_t)v->chunks);
    all.add(&v->left, 1);
    all.add(series, series_of(shape) * v->n);
    return all.total;
}

/* The displacements as an evolution. */
static mct_evolution_shape follower_shape(const mct_evolution_shape *shape) {
    mct_evolution_shape follower = *shape;
    follower.N = shape->displacements;
    follower.species = 1;
    follower.displacements = 0;
    return follower;
}

static size_t lay_out_follower(const mct_evolution_shape *shape, double *base, mct_cuda_follower *f) {
    arena all = {base, 0};
    const size_t points = shape->points, count = shape->displacements;
    const mct_evolution_shape own = follower_shape(shape);
    all.add(&f->steps.history, points * f->steps.stride);
    all.add(&f->steps.row, points * f->steps.window * count);
    all.add(&f->series, series_of(&own) * count);
    all.add(&f->displacements.species, count);
    all.add(&f->displacements.coupling, points * count * shape->species * shape->N);
    all.add(&f->displacements.source, points * count);
    return all.total;
}

static size_t memory_needed(const mct_evolution_shape *shape) {
    const size_t n = shape->steps_per_block << shape->doublings;
    const double rows = (double)shape->points * (double)n * (double)(shape->species * shape->species) *
                        ((double)shape->N + (double)shape->displacements);
    if (rows > 1e14) return SIZE_MAX; /* beyond counting */
    mct_cuda_steps v = steps_of(shape);
    double *series;
    size_t doubles = lay_out(shape, NULL, &v, &series);
    if (shape->displacements) {
        const mct_evolution_shape own = follower_shape(shape);
        mct_cuda_follower f = {};
        f.steps = steps_of(&own);
        doubles += lay_out_follower(shape, NULL, &f);
    }
    return doubles * sizeof(double);
}

static void destroy(void *evolution) {
    mct_cuda_evolution *e = (mct_cuda_evolution *)evolution;
    if (!e) return;
    (void)cudaStreamSynchronize(mct_cuda_stream());
    mct_graph_destroy(&e->iterate);
    mct_graph_destroy(&e->advance);
    if (e->follower) {
        cudaFree(e->follower->memory);
        cudaFreeHost(e->follower->rows_on_host);
        delete e->follower;
    }
    cudaFree(e->memory);
    cudaFreeHost(e->clocks_on_host);
    cudaFreeHost(e->times_on_host);
    cudaFreeHost(e->rows_on_host);
    delete e;
}

static const char *text_of(cudaError_t error) {
    return error ? cudaGetErrorString(error) : NULL;
}

/* Device memory, and host memory for the rows. */
static const char *allocate(size_t doubles, double **device, size_t rows, double **host) {
    *device = mct_cuda_allocate(doubles);
    if (!*device) return "out of memory";
    return text_of(cudaMallocHost(host, rows * sizeof **host));
}

static void copy(mct_cuda_evolution *e, void *to, const void *from, size_t bytes, cudaMemcpyKind kind) {
    mct_cuda_note(e->cuda, cudaMemcpyAsync(to, from, bytes, kind, mct_cuda_stream()));
}

static void upload_scheme(mct_cuda_evolution *e) {
    mct_cuda_scheme scheme = {};
    scheme.scheme = e->shape.scheme;
    mct_scheme_quadrature(scheme.scheme.degree, scheme.node, scheme.quadrature);
    for (int k = 0; k <= MCT_TAYLOR_MAX; k++) {
        for (int l = 0; k + l <= MCT_TAYLOR_MAX; l++) scheme.beta[k][l] = mct_scheme_beta(k, l);
    }
    copy(e, e->steps.scheme, &scheme, sizeof scheme, cudaMemcpyHostToDevice);
    mct_cuda_note(e->cuda, cudaStreamSynchronize(mct_cuda_stream()));
}

static const char *create_follower(mct_cuda_evolution *e) {
    const mct_evolution_shape *shape = &e->shape, own = follower_shape(shape);
    mct_cuda_follower *f = e->follower = new mct_cuda_follower();
    f->steps = steps_of(&own);
    const char *error = allocate(lay_out_follower(shape, NULL, f), &f->memory,
                                 shape->points * shape->window * shape->displacements, &f->rows_on_host);
    if (error) return error;
    lay_out_follower(shape, f->memory, f);
    f->displacements.count = (int)shape->displacements;
    f->displacements.terms = shape->scheme.taylor + 1;
    f->steps.times = e->steps.times;
    f->steps.scheme = e->steps.scheme;
    f->steps.clocks = e->steps.clocks;
    f->steps.paces = e->steps.paces;
    return NULL;
}

static mct_status create(mct_context *context, const mct_evolution_shape *shape, void *kernel_state, void **evolution) {
    *evolution = NULL;
    if (shape->custom) return mct_fail(context, MCT_BACKEND, "CUDA: no memory kernel but its own");
    mct_cuda_evolution *e = new mct_cuda_evolution();
    e->shape = *shape;
    e->cuda = (mct_cuda *)kernel_state;
    e->steps = steps_of(shape);
    const char *error = allocate(lay_out(shape, NULL, &e->steps, &e->series), &e->memory,
                                 shape->points * shape->window * e->steps.n, &e->rows_on_host);
    if (!error) error = text_of(cudaMallocHost(&e->times_on_host, shape->points * shape->window * sizeof(double)));
    if (!error) error = text_of(cudaMallocHost(&e->clocks_on_host, shape->points * sizeof(mct_clock)));
    if (!error) {
        lay_out(shape, e->memory, &e->steps, &e->series);
        upload_scheme(e);
        e->by_points = mct_cuda_point_fits(e);
        if (shape->displacements) error = create_follower(e);
    }
    if (!error) error = e->cuda->error;
    if (error) {
        const mct_status status =
            mct_fail(context, MCT_BACKEND, "CUDA, evolution of %zu points of %zu wave numbers: %s", shape->points,
                     shape->N, error);
        destroy(e);
        return status;
    }
    *evolution = e;
    return MCT_OK;
}

/* ---- points -------------------------------------------------------------------------------------------------------------- */

static void put(mct_cuda_evolution *e, const mct_cuda_steps &v, size_t point, int number, const double *matrix) {
    copy(e, v.history + point * v.stride + (size_t)number * v.n, matrix, v.n * sizeof *matrix, cudaMemcpyHostToDevice);
}

/* All of the history, or what of it is read before it is written, is zero. */
static void clear(mct_cuda_evolution *e, const mct_cuda_steps &v, size_t point, int from, int to) {
    mct_cuda_note(e->cuda, cudaMemsetAsync(v.history + point * v.stride + (size_t)from * v.n, 0,
                                           (size_t)(to - from) * v.n * sizeof *v.history, mct_cuda_stream()));
}

static void set_follower(mct_cuda_evolution *e, size_t point, const mct_evolution_matrices *matrices) {
    const mct_cuda_follower *f = e->follower;
    const mct_cuda_displacements &d = f->displacements;
    const size_t count = e->shape.displacements, row = e->shape.species * e->shape.N;
    double *const one = f->rows_on_host;
    int *const species = (int *)e->times_on_host;
    for (size_t i = 0; i < count; i++) one[i] = 1.0;
    for (size_t i = 0; i < count; i++) species[i] = (int)matrices->species[i];
    clear(e, f->steps, point, 0, f->steps.at.count);
    put(e, f->steps, point, f->steps.at.W_inverse, one); /* m0 is M W^-1 as it is */
    copy(e, d.species, species, count * sizeof *species, cudaMemcpyHostToDevice);
    copy(e, d.coupling + point * count * row, matrices->coupling, count * row * sizeof(double), cudaMemcpyHostToDevice);
    copy(e, d.source + point * count, matrices->source, count * sizeof(double), cudaMemcpyHostToDevice);
}

static void set(void *evolution, size_t point, const mct_evolution_matrices *matrices, double step) {
    mct_cuda_evolution *e = (mct_cuda_evolution *)evolution;
    const mct_cuda_steps &v = e->steps;
    const size_t m = e->shape.species, N = e->shape.N;
    double *const norm = e->rows_on_host;
    for (size_t c = 0; c < m * m; c++) {
        const double *const S_mu = matrices->S + c / m * (m + 1) * N, *const S_nu = matrices->S + c % m * (m + 1) * N;
        for (size_t q = 0; q < N; q++) norm[c * N + q] = 1.0 / sqrt(S_mu[q] * S_nu[q]);
    }
    put(e, v, point, v.at.S, matrices->S);
    put(e, v, point, v.at.Gamma, matrices->Gamma);
    put(e, v, point, v.at.W_inverse, matrices->W_inverse);
    put(e, v, point, v.at.norm, norm);
    clear(e, v, point, v.at.dx, v.at.count);
    mct_clock *const clock = &e->clocks_on_host[point];
    memset(clock, 0, sizeof *clock);
    clock->state = MCT_EVOLUTION_RUNNING;
    clock->n = e->shape.steps_per_block;
    clock->step = step;
    copy(e, v.clocks + point, clock, sizeof *clock, cudaMemcpyHostToDevice);
    if (e->follower) set_follower(e, point, matrices);
    mct_cuda_note(e->cuda, cudaStreamSynchronize(mct_cuda_stream()));
    /* a graph remembers which path each point takes */
    mct_graph_destroy(&e->iterate);
    mct_graph_destroy(&e->advance);
    e->iterate_made = e->advance_made = false;
}

/* ---- steps --------------------------------------------------------------------------------------------------------------- */

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

static void start(void *evolution) {
    mct_cuda_start((mct_cuda_evolution *)evolution);
}
static void predict(void *evolution) {
    mct_cuda_predict((mct_cuda_evolution *)evolution);
}
static void history(void *evolution) {
    mct_cuda_evolution *e = (mct_cuda_evolution *)evolution;
    mct_cuda_history(e, e->steps);
}
static void commit(void *evolution) {
    mct_cuda_commit((mct_cuda_evolution *)evolution);
}
static void decimate(void *evolution) {
    mct_cuda_decimate((mct_cuda_evolution *)evolution, {false, 0});
}

#define NOTE(call) mct_cuda_note(e->cuda, call)

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

static void iterate(void *evolution) {
    mct_cuda_evolution *e = (mct_cuda_evolution *)evolution;
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

static void advance(void *evolution, size_t steps) {
    mct_cuda_evolution *e = (mct_cuda_evolution *)evolution;
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

/* ---- looks --------------------------------------------------------------------------------------------------------------- */

__global__ static void looked_kernel(mct_cuda_steps v) {
    const int point = (int)(blockIdx.x * BLOCK + threadIdx.x);
    if (point < v.points) v.clocks[point].rows = 0;
}

/* Rows of the point since the last look. */
static void fetch(mct_cuda_evolution *e, const mct_cuda_steps &v, size_t point, size_t rows, double *to) {
    const size_t at = point * v.window * v.n;
    copy(e, to + at, v.row + at, rows * v.n * sizeof *to, cudaMemcpyDeviceToHost);
}

static void look(void *evolution, mct_clock *clocks, const double **times, const double **phi) {
    mct_cuda_evolution *e = (mct_cuda_evolution *)evolution;
    const mct_cuda_steps &v = e->steps;
    const size_t points = e->shape.points;
    memcpy(clocks, e->clocks_on_host, points * sizeof *clocks); /* as they were, should the device be lost */
    copy(e, e->clocks_on_host, v.clocks, points * sizeof *clocks, cudaMemcpyDeviceToHost);
    NOTE(cudaStreamSynchronize(mct_cuda_stream()));
    for (size_t p = 0; p < points && !e->cuda->error; p++) {
        const size_t rows = e->clocks_on_host[p].rows, at = p * v.window;
        if (rows == 0) continue;
        copy(e, e->times_on_host + at, v.times + at, rows * sizeof(double), cudaMemcpyDeviceToHost);
        fetch(e, v, p, rows, e->rows_on_host);
        if (e->follower) fetch(e, e->follower->steps, p, rows, e->follower->rows_on_host);
    }
    NOTE(launch<looked_kernel>({(unsigned)((points + BLOCK - 1) / BLOCK), BLOCK}, mct_cuda_stream(), v));
    NOTE(cudaStreamSynchronize(mct_cuda_stream()));
    for (size_t p = 0; p < points; p++) {
        if (!e->cuda->error) {
            clocks[p] = e->clocks_on_host[p];
        } else if (clocks[p].state == MCT_EVOLUTION_RUNNING) {
            clocks[p].state = MCT_EVOLUTION_NON_FINITE;
        }
        if (e->cuda->error) clocks[p].rows = 0;
        e->clocks_on_host[p].rows = 0;
    }
    *times = e->times_on_host;
    *phi = e->rows_on_host;
}

static const double *displacement(void *evolution) {
    return ((const mct_cuda_evolution *)evolution)->follower->rows_on_host;
}

/* ---- checkpoints: what the coming steps read and cannot compute again -------------------------------------------------- */

struct piece {
    int at, count; /* matrices */
};

enum { PIECES = 6 };

static void pieces_of(const mct_cuda_steps &v, const mct_clock *clock, piece *list) {
    const int i = (int)clock->i, cells = (int)clock->n / 2 * v.degree;
    const piece all[PIECES] = {{v.at.F, i + 1},
                               {v.at.M, i + 1},
                               {v.at.moment_F, cells},
                               {v.at.moment_M, cells},
                               {v.at.ahead, MCT_CUDA_TILE},
                               {v.at.dx, 2 * MCT_SECANTS}};
    memcpy(list, all, sizeof all);
}

static size_t size_of(const mct_cuda_steps &v, const mct_clock *clock) {
    piece list[PIECES];
    size_t matrices = 0;
    pieces_of(v, clock, list);
    for (const piece &p : list) matrices += (size_t)p.count;
    return matrices * v.n * sizeof(double);
}

static size_t state_size(void *evolution, const mct_clock *clock) {
    const mct_cuda_evolution *e = (const mct_cuda_evolution *)evolution;
    return sizeof *clock + size_of(e->steps, clock) + (e->follower ? size_of(e->follower->steps, clock) : 0);
}

/* All pieces of a point out of the history or into it; returns the end of what it copied. */
static char *move(mct_cuda_evolution *e, const mct_cuda_steps &v, size_t point, const mct_clock *clock, char *bytes,
                  cudaMemcpyKind kind) {
    piece list[PIECES];
    pieces_of(v, clock, list);
    for (const piece &p : list) {
        double *const array = v.history + point * v.stride + (size_t)p.at * v.n;
        const size_t size = (size_t)p.count * v.n * sizeof *array;
        const bool out = kind == cudaMemcpyDeviceToHost;
        copy(e, out ? (void *)bytes : array, out ? (const void *)array : bytes, size, kind);
        bytes += size;
    }
    return bytes;
}

static void save(void *evolution, size_t point, void *to) {
    mct_cuda_evolution *e = (mct_cuda_evolution *)evolution;
    mct_clock *const clock = &e->clocks_on_host[point];
    copy(e, clock, e->steps.clocks + point, sizeof *clock, cudaMemcpyDeviceToHost);
    NOTE(cudaStreamSynchronize(mct_cuda_stream()));
    memcpy(to, clock, sizeof *clock);
    char *const end = move(e, e->steps, point, clock, (char *)to + sizeof *clock, cudaMemcpyDeviceToHost);
    if (e->follower) move(e, e->follower->steps, point, clock, end, cudaMemcpyDeviceToHost);
    NOTE(cudaStreamSynchronize(mct_cuda_stream()));
}

/* The block of one point begins. */
__global__ static void reopen_kernel(mct_cuda_steps v, size_t which) {
    const size_t point = (size_t)blockIdx.x * BLOCK + threadIdx.x;
    if (point >= (size_t)v.points) return;
    v.paces[point].turn = point == which && v.clocks[point].i > 0 ? MCT_TURN_OPEN : MCT_TURN_NONE;
}

static void restore(void *evolution, size_t point, const void *from) {
    mct_cuda_evolution *e = (mct_cuda_evolution *)evolution;
    mct_clock *const clock = &e->clocks_on_host[point];
    memcpy(clock, from, sizeof *clock);
    copy(e, e->steps.clocks + point, clock, sizeof *clock, cudaMemcpyHostToDevice);
    char *const bytes = (char *)const_cast<void *>(from) + sizeof *clock; /* only read */
    char *const end = move(e, e->steps, point, clock, bytes, cudaMemcpyHostToDevice);
    if (e->follower) move(e, e->follower->steps, point, clock, end, cudaMemcpyHostToDevice);
    NOTE(launch<reopen_kernel>({(unsigned)((e->shape.points + BLOCK - 1) / BLOCK), BLOCK}, mct_cuda_stream(), e->steps,
                               point));
    mct_cuda_open_blocks(e);
    NOTE(cudaStreamSynchronize(mct_cuda_stream()));
}

/* In the order of mct_evolution_operations. */
extern "C" const mct_evolution_operations mct_cuda_evolution_operations = {
    memory_needed, create,   destroy, set,  start,        predict,    history, iterate,
    commit,        decimate, advance, look, displacement, state_size, save,    restore,
};
