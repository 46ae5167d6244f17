/* state.cu: the device, memory, statics and the memory kernel as such, as src/cpu/backend_cpu.c. */
#include <stdio.h>
#include <string.h>

#include "backend/automatic.h"
#include "cuda.cuh"

enum { SPECIES_MAX = 4 }; /* small matrices live in registers */

/* ---- device ------------------------------------------------------------------------------------------------------------ */

cudaStream_t mct_cuda_stream() {
    static cudaStream_t stream;
    static bool tried;
    if (!tried) {
        tried = true;
        if (cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking) != cudaSuccess) stream = NULL;
    }
    return stream;
}

size_t mct_cuda_memory_available(void) {
    size_t available = 0, total = 0;
    return cudaMemGetInfo(&available, &total) == cudaSuccess ? available : 0;
}

double *mct_cuda_allocate(size_t count) {
    double *array = NULL;
    return cudaMalloc(&array, (count ? count : 1) * sizeof *array) == cudaSuccess ? array : NULL;
}

void mct_cuda_release(double *array) {
    cudaFree(array);
}

static void copy(double *to, const double *from, size_t count, cudaMemcpyKind kind) {
    if (cudaMemcpyAsync(to, from, count * sizeof *to, kind, mct_cuda_stream()) == cudaSuccess) {
        (void)cudaStreamSynchronize(mct_cuda_stream());
    }
}

void mct_cuda_upload(double *to, const double *from, size_t count) {
    copy(to, from, count, cudaMemcpyHostToDevice);
}

void mct_cuda_download(double *to, const double *from, size_t count) {
    copy(to, from, count, cudaMemcpyDeviceToHost);
}

/* ---- creation ---------------------------------------------------------------------------------------------------------- */

static const mct_cuda_algorithm *algorithm_of(mct_kernel_algorithm algorithm) {
    switch (algorithm) {
    case MCT_KERNEL_DIRECT: return &mct_cuda_direct;
    case MCT_KERNEL_FACTORIZED: return &mct_cuda_factorized;
    case MCT_KERNEL_AUTO:
    case MCT_KERNEL_FOURIER: break;
    }
    return &mct_cuda_fourier;
}

mct_kernel_algorithm mct_cuda_choose(const mct_shape *shape) {
    const size_t N = shape->grid.points;
    const bool blocks = shape->points >= MCT_AUTO_DEVICE_BLOCKS_FROM && N <= MCT_AUTO_DEVICE_BLOCKS_UP_TO;
    return blocks || N < MCT_AUTO_DEVICE_FACTORIZED_BELOW ? MCT_KERNEL_FACTORIZED : MCT_KERNEL_FOURIER;
}

static size_t functions_max(const mct_shape *shape) {
    const int m = (int)shape->species, general = mct_cuda_functions_of(false, m),
              rank_one = mct_cuda_functions_of(true, m);
    return (size_t)(shape->path == MCT_PATH_RANK_ONE || general < rank_one ? rank_one : general);
}

/* The arrays of a state in one allocation: each begins at a multiple of 32 doubles. */
struct layout {
    size_t total;
    size_t add(size_t count) {
        const size_t at = total;
        total += (count + 31) / 32 * 32;
        return at;
    }
};

struct arrays {
    size_t k, path, prefactor, root_fraction, C, S, S_inverse, W_inverse, weight, left, right, function, image,
        image_kept, increment, chunk_sums, scratch, result;
};

static arrays lay_out(const mct_shape *shape, layout *all) {
    const size_t N = shape->grid.points, m = shape->species, mm = m * m, points = shape->points, n = points * mm * N;
    const mct_cuda_algorithm *algorithm = algorithm_of(shape->algorithm);
    const size_t functions = points * functions_max(shape), images = functions * algorithm->image_size(shape);
    arrays a;
    *all = layout();
    a.k = all->add(N);
    a.path = all->add(points); /* statics from here to left */
    a.prefactor = all->add(points * mm);
    a.root_fraction = all->add(points * m);
    for (size_t *at : {&a.C, &a.S, &a.S_inverse, &a.W_inverse, &a.weight, &a.left, &a.right}) *at = all->add(n);
    a.function = all->add(functions * N);
    a.image = all->add(images);
    a.image_kept = all->add(images);
    a.increment = all->add(points * mm * 4 * (N + 2));
    a.chunk_sums = all->add(points * mm * 3 * ((N + BLOCK - 1) / BLOCK));
    a.scratch = all->add(algorithm->scratch_size(shape));
    a.result = all->add(points);
    return a;
}

static arrays arrays_of(const mct_shape *shape) {
    layout all;
    return lay_out(shape, &all);
}

size_t mct_cuda_memory_needed(const mct_shape *shape) {
    const double N = (double)shape->grid.points;
    if (shape->algorithm == MCT_KERNEL_DIRECT && 16.0 * N * N * N > 1e15) return SIZE_MAX;
    layout all;
    lay_out(shape, &all);
    const size_t tables = shape->algorithm == MCT_KERNEL_DIRECT ? mct_cuda_direct_memory(&shape->grid) : 0;
    return all.total * sizeof(double) + tables;
}

void mct_cuda_destroy(void *state) {
    mct_cuda *cuda = (mct_cuda *)state;
    if (!cuda) return;
    cuda->algorithm->destroy(cuda);
    cudaFree(cuda->memory);
    free(cuda->statics);
    cudaFreeHost(cuda->result_on_host);
    free(cuda->rank_one);
    delete cuda;
}

static void set_view(mct_cuda *cuda, const arrays &a) {
    mct_cuda_view &v = cuda->view;
    double *base = cuda->memory;
    v.N = (int)cuda->N;
    v.m = (int)cuda->shape.species;
    v.mm = v.m * v.m;
    v.corrected = cuda->shape.grid.quadrature == MCT_QUADRATURE_CORRECTED;
    v.lags = v.N + (v.corrected ? 2 : 0);
    v.functions_max = (int)cuda->functions_max;
    v.spacing = cuda->shape.grid.spacing;
    v.balance = 1.0;
    v.k = base + a.k;
    v.rank_one = (const int *)(base + a.path);
    v.prefactor = base + a.prefactor;
    v.root_fraction = base + a.root_fraction;
    v.C = base + a.C;
    v.S = base + a.S;
    v.S_inverse = base + a.S_inverse;
    v.W_inverse = base + a.W_inverse;
    v.weight = base + a.weight;
    v.left = base + a.left;
    v.right = base + a.right;
    cuda->function = base + a.function;
    cuda->image = base + a.image;
    cuda->image_kept = base + a.image_kept;
    cuda->increment = base + a.increment;
    cuda->chunk_sums = base + a.chunk_sums;
    cuda->scratch = base + a.scratch;
    cuda->result = base + a.result;
}

mct_status mct_cuda_create(mct_context *context, const mct_shape *shape, void *share, void **state) {
    *state = NULL;
    if (shape->species > SPECIES_MAX) {
        return mct_fail(context, MCT_BACKEND, "CUDA: %zu species, at most %d", shape->species, (int)SPECIES_MAX);
    }
    MCT_TRY(mct_cuda_available(context));
    mct_cuda *cuda = new mct_cuda();
    cuda->shape = *shape;
    cuda->N = shape->grid.points;
    cuda->n = shape->species * shape->species * cuda->N;
    cuda->functions_max = functions_max(shape);
    cuda->algorithm = algorithm_of(shape->algorithm);
    cuda->image_size = cuda->algorithm->image_size(shape);
    layout all;
    const arrays a = lay_out(shape, &all);
    cuda->rank_one = (bool *)calloc(shape->points, sizeof *cuda->rank_one);
    cuda->memory = mct_cuda_allocate(all.total);
    cuda->statics_at = a.path;
    cuda->statics_size = a.left - a.path;
    mct_cuda_note(cuda, cudaMallocHost(&cuda->result_on_host, shape->points * sizeof(double)));
    if (!cuda->rank_one || !cuda->memory) mct_cuda_note(cuda, "out of memory");
    if (!cuda->error) {
        set_view(cuda, a);
        double *k = (double *)malloc(cuda->N * sizeof *k);
        for (size_t i = 0; k && i < cuda->N; i++) k[i] = mct_grid_wave_number(&shape->grid, i);
        if (k) mct_cuda_upload(cuda->memory + a.k, k, cuda->N);
        free(k);
        mct_cuda_note(cuda, cuda->algorithm->create(cuda, (mct_cuda *)share));
    }
    if (cuda->error) {
        const mct_status status =
            mct_fail(context, MCT_BACKEND, "CUDA, memory kernel for %zu wave numbers and %zu points: %s", cuda->N,
                     shape->points, cuda->error);
        mct_cuda_destroy(cuda);
        return status;
    }
    *state = cuda;
    return MCT_OK;
}

/* ---- statics: they wait on the host until the first operation, so that those of thousands of points are one copy --------- */

mct_status mct_cuda_set_statics(mct_context *context, void *state, size_t point, const mct_statics *statics) {
    mct_cuda *cuda = (mct_cuda *)state;
    const size_t N = cuda->N, m = cuda->shape.species, mm = m * m, n = cuda->n, at = point * n;
    const bool rank_one = statics->one_direct_correlation && cuda->shape.path != MCT_PATH_GENERAL;
    if (!cuda->statics) cuda->statics = (double *)calloc(cuda->statics_size, sizeof *cuda->statics);
    if (!cuda->statics) return mct_fail(context, MCT_MEMORY, "statics: out of memory");
    const arrays a = arrays_of(&cuda->shape);
    const auto host = [cuda](size_t array) { return cuda->statics + (array - cuda->statics_at); };
    double *const C = host(a.C) + at, *const weight = host(a.weight) + at;
    double *const prefactor = host(a.prefactor) + point * mm, *const root_fraction = host(a.root_fraction) + point * m;
    ((int *)host(a.path))[point] = cuda->rank_one[point] = rank_one;
    for (size_t mu = 0; mu < m; mu++) {
        root_fraction[mu] = sqrt(statics->fraction[mu]);
        for (size_t nu = 0; nu < m; nu++) {
            const size_t c = mu * m + nu;
            const double root = sqrt(statics->fraction[mu] * statics->fraction[nu]);
            const double *S_mu = statics->structure_factor + (mu * m + mu) * N;
            const double *S_nu = statics->structure_factor + (nu * m + nu) * N;
            double factor =
                statics->density * statics->diffusivity[mu] * statics->diffusivity[nu] / (rank_one ? 1.0 : root);
            if (cuda->algorithm == &mct_cuda_fourier) factor /= cuda->tables->length; /* not in the transforms */
            prefactor[c] = factor;
            for (size_t i = 0; i < N; i++) {
                weight[c * N + i] = 1.0 / sqrt(S_mu[i] * S_nu[i]);
                C[c * N + i] = (rank_one ? 1.0 : root) * statics->direct_correlation[c * N + i];
            }
        }
    }
    memcpy(host(a.S) + at, statics->structure_factor, n * sizeof(double));
    memcpy(host(a.S_inverse) + at, statics->structure_factor_inverse, n * sizeof(double));
    memcpy(host(a.W_inverse) + at, statics->frequency_inverse, n * sizeof(double));
    cuda->unsettled = true;
    return cuda->error ? mct_fail(context, MCT_BACKEND, "CUDA: %s", cuda->error) : MCT_OK;
}

void mct_cuda_settle(mct_cuda *cuda) {
    if (!cuda->unsettled) return;
    cuda->unsettled = false;
    mct_cuda_upload(cuda->memory + cuda->statics_at, cuda->statics, cuda->statics_size);
}

/* ---- the memory kernel --------------------------------------------------------------------------------------------------- */

static double *kept_of(const mct_cuda *cuda, size_t first) {
    return cuda->image_kept + first * cuda->functions_max * cuda->image_size;
}

void mct_cuda_apply(void *state, size_t first, size_t count, const double *F, const double *G, double *M) {
    mct_cuda *cuda = mct_cuda_ready(state);
    cuda->algorithm->load(cuda, first, count, F, G, cuda->image);
    cuda->algorithm->evaluate(cuda, first, count, cuda->image, NULL, M);
}

void mct_cuda_linearise(void *state, size_t first, size_t count, const double *F, double *M) {
    mct_cuda *cuda = mct_cuda_ready(state);
    cuda->algorithm->load(cuda, first, count, F, F, kept_of(cuda, first));
    if (M) cuda->algorithm->evaluate(cuda, first, count, kept_of(cuda, first), NULL, M);
}

void mct_cuda_derivative(void *state, size_t first, size_t count, const double *d, double *dM) {
    mct_cuda *cuda = mct_cuda_ready(state);
    cuda->algorithm->load(cuda, first, count, d, d, cuda->image);
    cuda->algorithm->evaluate(cuda, first, count, cuda->image, kept_of(cuda, first), dM);
}

void mct_cuda_adjoint(void *state, size_t first, size_t count, const double *l, double *w) {
    mct_cuda *cuda = mct_cuda_ready(state);
    cuda->algorithm->adjoint(cuda, first, count, l, kept_of(cuda, first));
    mct_cuda_functions_adjoint(cuda, first, count, w);
}
