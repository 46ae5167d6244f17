/* evolution.cu: the row of the evolution's operations, and its memory, as src/cpu/evolution/evolution.c. */
#include <stdint.h>
#include <string.h>

#include "evolution/evolution.cuh"

/* ---- memory ------------------------------------------------------------------------------------------------------------ */

static mct_cuda_layout layout_of(const mct_evolution_shape *shape) {
    const int first = (int)shape->steps_per_block, n = first << shape->doublings, D = shape->scheme.degree;
    const int moments = n / 4 > first / 2 ? n / 4 : first / 2; /* of single cells only while n may double */
    const int slots = mct_slots_of_F(n) > mct_slots_of_F(first) ? mct_slots_of_F(n) : mct_slots_of_F(first);
    mct_cuda_layout y = {};
    const struct {
        int *at, count;
    } arrays[] = {{&y.F, n + 1},
                  {&y.M, n + 1},
                  {&y.moment_F, moments * D},
                  {&y.moment_M, moments * D},
                  {&y.weight_F, n / 2 + 1},
                  {&y.weight_M, n / 2 + 1},
                  {&y.tail_F, slots * D},
                  {&y.tail_M, MCT_SLOTS_OF_M * D},
                  {&y.ahead, MCT_CUDA_TILE},
                  {&y.Gamma, 1},
                  {&y.S, 1},
                  {&y.W_inverse, 1},
                  {&y.norm, 1},
                  {&y.A_inverse, 1},
                  {&y.right, 1},
                  {&y.offset, 1},
                  {&y.residual, 1},
                  {&y.kernel, 1},
                  {&y.dr, MCT_SECANTS},
                  {&y.dM, MCT_SECANTS}};
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
    v.row_size = mct_evolution_row(shape);
    v.observed = (int)mct_evolution_observed(shape);
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
    all.add(&v->row, points * v->window * v->row_size);
    if (shape->observed_count) all.add(&v->slot, shape->N);
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
    follower.observed_count = 0;
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
    all.add(&f->displacements.sums, points * count * (size_t)steps_of(shape).chunks);
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
    free(e->rates);
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

void mct_cuda_copy(mct_cuda_evolution *e, void *to, const void *from, size_t bytes, cudaMemcpyKind kind) {
    mct_cuda_note(e->cuda, cudaMemcpyAsync(to, from, bytes, kind, mct_cuda_stream()));
}

static void upload_scheme(mct_cuda_evolution *e) {
    mct_cuda_scheme scheme = {};
    scheme.scheme = e->shape.scheme;
    mct_scheme_quadrature(scheme.scheme.degree, scheme.node, scheme.quadrature);
    for (int k = 0; k <= MCT_TAYLOR_MAX; k++) {
        for (int l = 0; k + l <= MCT_TAYLOR_MAX; l++) scheme.beta[k][l] = mct_scheme_beta(k, l);
    }
    mct_cuda_copy(e, e->steps.scheme, &scheme, sizeof scheme, cudaMemcpyHostToDevice);
    mct_cuda_note(e->cuda, cudaStreamSynchronize(mct_cuda_stream()));
}

static void upload_slots(mct_cuda_evolution *e) {
    const mct_evolution_shape *shape = &e->shape;
    int *const slot = (int *)malloc(shape->N * sizeof *slot);
    if (!slot) mct_cuda_note(e->cuda, "out of memory");
    if (slot && shape->observed_count) {
        for (size_t q = 0; q < shape->N; q++) slot[q] = -1;
        for (size_t s = 0; s < shape->observed_count; s++) slot[shape->observed[s]] = (int)s;
        mct_cuda_copy(e, const_cast<int *>(e->steps.slot), slot, shape->N * sizeof *slot, cudaMemcpyHostToDevice);
        mct_cuda_note(e->cuda, cudaStreamSynchronize(mct_cuda_stream()));
    }
    free(slot);
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
                                 shape->points * shape->window * e->steps.row_size, &e->rows_on_host);
    if (!error) error = text_of(cudaMallocHost(&e->times_on_host, shape->points * shape->window * sizeof(double)));
    if (!error) error = text_of(cudaMallocHost(&e->clocks_on_host, shape->points * sizeof(mct_clock)));
    if (!error) {
        lay_out(shape, e->memory, &e->steps, &e->series);
        upload_scheme(e);
        upload_slots(e);
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
    mct_cuda_copy(e, v.history + point * v.stride + (size_t)number * v.n, matrix, v.n * sizeof *matrix,
                  cudaMemcpyHostToDevice);
}

static void set_follower(mct_cuda_evolution *e, size_t point, const mct_evolution_matrices *matrices) {
    const mct_cuda_follower *f = e->follower;
    const mct_cuda_displacements &d = f->displacements;
    const size_t count = e->shape.displacements, row = e->shape.species * e->shape.N;
    double *const one = f->rows_on_host;
    int *const species = (int *)e->times_on_host;
    for (size_t i = 0; i < count; i++) one[i] = 1.0;
    for (size_t i = 0; i < count; i++) species[i] = (int)matrices->species[i];
    mct_cuda_note(e->cuda, cudaMemsetAsync(f->steps.history + point * f->steps.stride, 0,
                                           f->steps.stride * sizeof(double), mct_cuda_stream()));
    put(e, f->steps, point, f->steps.at.W_inverse, one); /* m0 is M W^-1 as it is */
    mct_cuda_copy(e, d.species, species, count * sizeof *species, cudaMemcpyHostToDevice);
    mct_cuda_copy(e, d.coupling + point * count * row, matrices->coupling, count * row * sizeof(double),
                  cudaMemcpyHostToDevice);
    mct_cuda_copy(e, d.source + point * count, matrices->source, count * sizeof(double), cudaMemcpyHostToDevice);
    mct_cuda_note(e->cuda, cudaStreamSynchronize(mct_cuda_stream()));
}

/* Points wait on the host until the first operation, so that thousands of them are one copy. */

static void set(void *evolution, size_t point, const mct_evolution_matrices *matrices, double step,
                double plateau_from) {
    mct_cuda_evolution *e = (mct_cuda_evolution *)evolution;
    const size_t n = e->steps.n;
    if (!e->rates) e->rates = (double *)calloc(e->shape.points * n, sizeof *e->rates);
    if (!e->rates) {
        mct_cuda_note(e->cuda, "out of memory");
        return;
    }
    memcpy(e->rates + point * n, matrices->Gamma, n * sizeof *e->rates);
    mct_clock *const clock = &e->clocks_on_host[point];
    memset(clock, 0, sizeof *clock);
    clock->state = MCT_EVOLUTION_RUNNING;
    clock->n = e->shape.steps_per_block;
    clock->step = step;
    clock->plateau_from = plateau_from;
    if (e->follower) set_follower(e, point, matrices);
}

/* Gamma, S, W^-1 and 1/sqrt(S_mm S_nn) into the history, and zeros where secants are read before they are written. */
__global__ static void settle_kernel(mct_cuda_steps v, mct_cuda_view k, const double *rates) {
    const mct_cuda_item at = mct_cuda_item_of(v.n);
    if (at.index >= v.n) return;
    const size_t here = at.point * v.n + at.index;
    double *const base = mct_cuda_at(v, at.point, 0) + at.index;
    base[(size_t)v.at.Gamma * v.n] = rates[here];
    base[(size_t)v.at.S * v.n] = k.S[here];
    base[(size_t)v.at.W_inverse * v.n] = k.W_inverse[here];
    base[(size_t)v.at.norm * v.n] = k.weight[here];
    for (int secant = v.at.dr; secant < v.at.count; secant++) base[(size_t)secant * v.n] = 0.0;
    for (int s = 0; s < MCT_SLOTS_OF_M * v.degree; s++)
        base[(size_t)(v.at.tail_M + s) * v.n] = 0.0; /* some are unused */
}

void mct_cuda_settle_points(mct_cuda_evolution *e) {
    const mct_cuda_steps &v = e->steps;
    const size_t points = e->shape.points;
    if (!e->rates) return;
    mct_cuda_settle(e->cuda);
    mct_cuda_copy(e, v.x, e->rates, points * v.n * sizeof *v.x, cudaMemcpyHostToDevice); /* x has nothing to say yet */
    mct_cuda_copy(e, v.clocks, e->clocks_on_host, points * sizeof *v.clocks, cudaMemcpyHostToDevice);
    mct_cuda_note(e->cuda, launch<settle_kernel>(mct_cuda_over(v.n, points), mct_cuda_stream(), v, e->cuda->view,
                                                 (const double *)v.x));
    mct_cuda_note(e->cuda, cudaStreamSynchronize(mct_cuda_stream()));
    free(e->rates);
    e->rates = NULL;
    /* a graph remembers which path each point takes */
    mct_graph_destroy(&e->iterate);
    mct_graph_destroy(&e->advance);
    e->iterate_made = e->advance_made = false;
    e->by_points = mct_cuda_point_fits(e);
}

/* ---- the table ------------------------------------------------------------------------------------------------------------ */

static void start(void *evolution) {
    mct_cuda_start((mct_cuda_evolution *)evolution);
}
static void predict(void *evolution) {
    mct_cuda_predict((mct_cuda_evolution *)evolution, {false, 0});
}
static void history(void *evolution) {
    mct_cuda_evolution *e = (mct_cuda_evolution *)evolution;
    mct_cuda_history(e, e->steps);
}
static void commit(void *evolution) {
    mct_cuda_commit((mct_cuda_evolution *)evolution, NULL);
}
static void decimate(void *evolution) {
    mct_cuda_decimate((mct_cuda_evolution *)evolution, {false, 0});
}
static void iterate(void *evolution) {
    mct_cuda_iterate((mct_cuda_evolution *)evolution);
}
static void advance(void *evolution, size_t steps) {
    mct_cuda_advance((mct_cuda_evolution *)evolution, steps);
}

/* In the order of mct_evolution_operations. */
extern "C" const mct_evolution_operations mct_cuda_evolution_operations = {
    memory_needed,
    create,
    destroy,
    set,
    start,
    predict,
    history,
    iterate,
    commit,
    decimate,
    advance,
    mct_cuda_look,
    mct_cuda_last,
    mct_cuda_displacement,
    mct_cuda_state_size,
    mct_cuda_save,
    mct_cuda_restore,
};
