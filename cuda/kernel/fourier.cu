/* fourier.cu: the correlations of the increment form by fast Fourier transform, O(N log N), as cpu/kernel/fourier.c.
 *
 * Real transforms of length L >= 3N - 1 by the library, all functions (or components) of a batch at once, between kernels that
 * pass over each array once:
 *   load      one thread per wave number: 24 m^2 bytes read at most, 8 L/N written per function
 *   product   one thread per component and frequency: 64 bytes read, 48 written; 24 + 12 multiply-adds and products
 *   assemble  (assemble.cuh) from what the transforms leave
 *
 * Images are spectra (fourier.cuh); with one species e follows. */
#include <limits.h>

#include "kernel/assemble.cuh"
#include "kernel/fourier.cuh"
#include "kernel/functions.cuh"

/* Transforms of the functions and of the increments, of one point on the general and on the rank-one path, and of a batch with
 * points of either path and with none but rank-one points. */
struct plans {
    mct_transforms *functions[2], *increments, *all_functions[2], *all_increments;
};

/* ---- sizes ------------------------------------------------------------------------------------------------------------- */

/* The next even length without prime factors beyond 7 that does not alias the lags which are used. */
static int length_of(const mct_grid *grid) {
    int length = (int)(3 * grid->points - 1 + (grid->quadrature == MCT_QUADRATURE_CORRECTED ? 2 : 0));
    length += length % 2;
    for (;; length += 2) {
        int rest = length;
        for (int prime : {2, 3, 5, 7}) {
            while (rest % prime == 0) rest /= prime;
        }
        if (rest == 1) return length;
    }
}

static size_t pitch_of(const mct_grid *grid) {
    return (size_t)(length_of(grid) / 2 + 1 + 7) / 8 * 8;
}

/* In complex numbers; with e for one species. */
static size_t image_pitch_of(const mct_shape *shape) {
    return pitch_of(&shape->grid) + (shape->species == 1 ? (shape->grid.points + 15) / 16 * 8 : 0);
}

static size_t image_size(const mct_shape *shape) {
    return 2 * image_pitch_of(shape);
}

/* Sequences of a point at a time: functions, or three of each component. */
static size_t rows_of(const mct_shape *shape) {
    const size_t mm = shape->species * shape->species, rank_one = mm + 2 * shape->species + 1;
    return 4 * mm > rank_one ? 4 * mm : rank_one;
}

/* First that of assemble_adjoint. */
static size_t adjoint_size(const mct_shape *shape) {
    const size_t size = shape->points * shape->species * shape->species * 3 * (shape->grid.points + 2);
    return size + size % 2;
}

static size_t scratch_size(const mct_shape *shape) {
    const size_t L = (size_t)length_of(&shape->grid), mm = shape->species * shape->species;
    return adjoint_size(shape) +
           shape->points * (6 * mm * pitch_of(&shape->grid) + rows_of(shape) * L + MCT_SMALL_LAGS_MAX);
}

mct_fourier_work mct_fourier_work_of(const mct_cuda *cuda) {
    const size_t points = cuda->shape.points,
                 spectra = points * 3 * (size_t)cuda->view.mm * (size_t)cuda->tables->pitch;
    double2 *const at = (double2 *)(cuda->scratch + adjoint_size(&cuda->shape));
    double *const real = (double *)(at + spectra);
    return {real, at, real + points * rows_of(&cuda->shape) * (size_t)cuda->tables->length};
}

mct_sequences mct_sequences_of(const mct_cuda *cuda) {
    const mct_cuda_tables *t = cuda->tables;
    const size_t pitch = (size_t)t->pitch;
    return {(size_t)t->length, (size_t)t->half, pitch, cuda->image_size / 2, t->rotation, t->rotation + pitch};
}

/* ---- creation ---------------------------------------------------------------------------------------------------------- */

static const char *create_rotation(mct_cuda_tables *t) {
    const size_t pitch = (size_t)t->pitch;
    double *rotation = (double *)calloc(2 * pitch, sizeof *rotation);
    t->rotation = mct_cuda_allocate(2 * pitch);
    if (!rotation || !t->rotation) {
        free(rotation);
        return "out of memory";
    }
    for (int m = 0; m < t->half; m++) {
        const long double angle = 3.14159265358979323846264338327950288L * m / t->length;
        rotation[m] = (double)cosl(angle);
        rotation[pitch + (size_t)m] = (double)sinl(angle);
    }
    mct_cuda_upload(t->rotation, rotation, 2 * pitch);
    free(rotation);
    return NULL;
}

static void destroy(mct_cuda *cuda) {
    plans *p = (plans *)cuda->plans;
    for (int i = 0; p && i < 2; i++) {
        mct_transforms_destroy(p->functions[i]);
        mct_transforms_destroy(p->all_functions[i]);
    }
    if (p) mct_transforms_destroy(p->increments);
    if (p) mct_transforms_destroy(p->all_increments);
    delete p;
    mct_cuda_tables *t = cuda->tables;
    if (!t || --t->references) return;
    cudaFree(t->rotation);
    delete t;
}

/* Whether the points go all at once: the library counts numbers in ints. */
static bool at_once(const mct_cuda *cuda, size_t count) {
    const size_t numbers = count * rows_of(&cuda->shape) * (size_t)cuda->tables->length;
    return count > 1 && count == cuda->shape.points && numbers <= INT_MAX;
}

static void create_plans(mct_cuda *cuda, plans *p) {
    const int image = (int)cuda->image_size / 2, pitch = cuda->tables->pitch, points = (int)cuda->shape.points;
    const int m = cuda->view.m, rows = cuda->view.functions_max, of_increments = 3 * m * m;
    const bool batch = at_once(cuda, cuda->shape.points);
    const auto make = [=](mct_transforms **plan, int distance, int count) {
        mct_cuda_note(cuda, mct_transforms_create(plan, mct_cuda_stream(), cuda->tables->length, distance, count));
    };
    for (int path = 0; path < 2; path++) {
        const int functions = mct_cuda_functions_of(path, m);
        if (functions <= rows) make(&p->functions[path], image, functions);
        if (functions < rows && batch) make(&p->all_functions[1], image, points * functions);
    }
    make(&p->increments, pitch, of_increments);
    if (!batch) return;
    make(&p->all_functions[0], image, points * rows);
    make(&p->all_increments, pitch, points * of_increments);
}

static const char *create(mct_cuda *cuda, mct_cuda *share) {
    const mct_grid *grid = &cuda->shape.grid;
    cuda->view.balance = exp2(-round(log2(0.5 * (double)grid->points * grid->spacing)));
    mct_cuda_tables *t = cuda->tables = share ? share->tables : new mct_cuda_tables();
    if (!t->references++) {
        t->length = length_of(grid);
        t->half = t->length / 2 + 1;
        t->pitch = (int)pitch_of(grid);
        mct_cuda_note(cuda, create_rotation(t));
    }
    plans *p = new plans();
    cuda->plans = p;
    create_plans(cuda, p);
    return cuda->error;
}

/* ---- transforms ------------------------------------------------------------------------------------------------------------ */

static void transform(mct_cuda *cuda, mct_transforms *with, bool forward, double2 *spectra, double *real) {
    mct_cuda_note(cuda,
                  forward ? mct_transform_forward(with, real, spectra) : mct_transform_inverse(with, spectra, real));
}

void mct_transform_functions(mct_cuda *cuda, size_t first, size_t count, size_t rows, bool forward, double2 *spectra,
                             double *real) {
    const plans *plan = (const plans *)cuda->plans;
    const size_t L = (size_t)cuda->tables->length;
    if (at_once(cuda, count)) {
        transform(cuda, plan->all_functions[rows < cuda->functions_max], forward, spectra, real);
        return;
    }
    for (size_t p = 0; p < count; p++) {
        transform(cuda, plan->functions[cuda->rank_one[first + p]], forward, spectra + p * rows * cuda->image_size / 2,
                  real + p * rows * L);
    }
}

void mct_transform_increments(mct_cuda *cuda, size_t count, bool forward, double2 *spectra, double *real) {
    const plans *plan = (const plans *)cuda->plans;
    const size_t rows = 3 * (size_t)cuda->view.mm, L = (size_t)cuda->tables->length,
                 pitch = (size_t)cuda->tables->pitch;
    if (at_once(cuda, count)) {
        transform(cuda, plan->all_increments, forward, spectra, real);
        return;
    }
    for (size_t p = 0; p < count; p++) {
        transform(cuda, plan->increments, forward, spectra + p * rows * pitch, real + p * rows * L);
    }
}

/* Functions of a point among `images`: those that are kept have a place for each, in others only what the points of this call
 * need is treated. */
static size_t rows_in(const mct_cuda *cuda, size_t first, size_t count, const double *images) {
    int rows = 0;
    if (images != cuda->image) return cuda->functions_max;
    for (size_t p = first; p < first + count; p++) {
        const int functions = mct_cuda_functions_of(cuda->rank_one[p], cuda->view.m);
        if (functions > rows) rows = functions;
    }
    return (size_t)rows;
}

/* ---- functions to images ------------------------------------------------------------------------------------------------- */

/* z[j] = e + t, z[L-1-j] = e - t, zero between, of all functions; one thread per wave number j.  Rows of functions that the
 * path does not have go through the transforms too. */
template <int m>
__global__ void __launch_bounds__(BLOCK, m < 3 ? 4 : 5 - m)
    load_kernel(mct_cuda_view v, mct_sequences s, size_t first, size_t rows, const double *F, const double *G,
                double *z, double2 *images) {
    const size_t N = (size_t)v.N;
    const mct_cuda_item at = mct_cuda_item_of(N);
    if (at.index >= N) return;
    const size_t j = at.index, row = at.point * rows;
    const double k = v.k[j], bk = v.balance * k;
    double *const sequence = z + row * s.length;
    double2 *const image = images + row * s.image;
    F += at.point * m * m * N, G += at.point * m * m * N;
    mct_functions<m>(v, first + at.point, j, F, G, [=](int f, double X) {
        double *const to = sequence + (size_t)f * s.length;
        const double t = k * X, e = bk * t;
        to[j] = e + t;
        to[s.length - 1 - j] = e - t;
        if (m == 1) ((double *)(image + (size_t)f * s.image + s.pitch))[j] = e;
    });
    const size_t used = (size_t)mct_cuda_functions_of(v.rank_one[first + at.point], m);
    for (size_t f = 0; f < rows; f++) {
        const size_t from = f < used ? N : 0, to = s.length - from;
        for (size_t i = from + j; i < to; i += N) sequence[f * s.length + i] = 0.0;
    }
}

static void load(mct_cuda *cuda, size_t first, size_t count, const double *F, const double *G, double *images) {
    const mct_fourier_work w = mct_fourier_work_of(cuda);
    const size_t rows = rows_in(cuda, first, count, images);
    double2 *const spectra = (double2 *)images;
    MCT_CUDA_LAUNCH(cuda, cuda->view.m, load_kernel, mct_cuda_over(cuda->N, count), cuda->view, mct_sequences_of(cuda),
                    first, rows, F, G, w.real, spectra);
    mct_transform_functions(cuda, first, count, rows, true, spectra, w.real);
}

/* ---- images to increments -------------------------------------------------------------------------------------------------- */

__device__ static void add_product(const mct_sequences &s, mct_four f, size_t m, double2 *even_odd, double *K3,
                                   double *difference) {
    const double2 x = mct_coefficients(s, f.x, m), y = mct_coefficients(s, f.y, m), u = mct_coefficients(s, f.u, m),
                  v = mct_coefficients(s, f.v, m);
    even_odd->x += x.y * y.y + u.y * v.y;
    even_odd->y += x.y * y.x - x.x * y.y;
    *K3 += x.x * y.x - u.x * v.x;
    *difference += x.y * y.y - u.y * v.y;
}

/* Spectra [count][mm][3][pitch] of the increments; `rows` functions of each point among the images. */
__global__ static void product_kernel(mct_cuda_view v, mct_sequences s, size_t first, size_t rows,
                                      const double2 *images, const double2 *kept, double2 *spectra) {
    const size_t work = (size_t)v.mm * s.half, set = (size_t)v.functions_max * s.image;
    const mct_cuda_item at = mct_cuda_item_of(work);
    if (at.index >= work) return;
    const int c = (int)(at.index / s.half);
    const size_t m = at.index % s.half;
    const mct_cuda_term term = mct_cuda_term_of(v.rank_one[first + at.point], v.m, c);
    const double2 *a = images + at.point * rows * s.image, *b = kept ? kept + at.point * set : a;
    double2 even_odd = {0.0, 0.0};
    double K3 = 0.0, difference = 0.0;
    add_product(s, mct_pick(b, a, term, s.image), m, &even_odd, &K3, &difference);
    if (kept) add_product(s, mct_pick(a, b, term, s.image), m, &even_odd, &K3, &difference);
    double2 *out = spectra + (at.point * (size_t)v.mm + (size_t)c) * 3 * s.pitch + m;
    out[0] = even_odd;
    out[s.pitch] = make_double2(K3, 0.0);
    out[2 * s.pitch] = make_double2(difference, 0.0);
}

/* For one species: the smallest lags of K3 as plain sums (cpu/kernel/fourier.c says why), L times as large as those
 * of the transforms are.  One block per point and lag. */
static unsigned lag_threads(size_t N) {
    const unsigned most = 1024, warps = (unsigned)((2 * N + WARP_SIZE - 1) / WARP_SIZE);
    return warps * WARP_SIZE < most ? warps * WARP_SIZE : most;
}

__device__ static double plain_sum(const mct_sequences &s, mct_four f, int N, int lag) {
    const double *x = (const double *)(f.x + s.pitch), *y = (const double *)(f.y + s.pitch),
                 *u = (const double *)(f.u + s.pitch), *v = (const double *)(f.v + s.pitch);
    double sum = 0.0;
    for (int j = -N + (int)threadIdx.x; j < N - lag; j += (int)blockDim.x) {
        const int a = j < 0 ? -1 - j : j, b = j + lag < 0 ? -1 - j - lag : j + lag;
        sum += x[a] * y[b] - u[a] * v[b];
    }
    return sum;
}

__host__ __device__ static int small_lags(int N) {
    return N < 200 ? 4 : MCT_SMALL_LAGS_MAX;
}

__global__ static void small_lags_kernel(mct_cuda_view v, mct_sequences s, const double2 *images, const double2 *kept,
                                         double *exact) {
    const size_t point = blockIdx.x / (unsigned)small_lags(v.N), set = (size_t)v.functions_max * s.image;
    const int lag = (int)(blockIdx.x % (unsigned)small_lags(v.N));
    const mct_cuda_term term = mct_cuda_term_of(v.rank_one[0], 1, 0); /* the same numbers on both paths */
    const double2 *a = images + point * set, *b = kept ? kept + point * set : a;
    double sum = plain_sum(s, mct_pick(b, a, term, s.image), v.N, lag);
    if (kept) sum += plain_sum(s, mct_pick(a, b, term, s.image), v.N, lag);
    sum = mct_cuda_block_sum(sum);
    if (threadIdx.x == 0) exact[point * MCT_SMALL_LAGS_MAX + (size_t)lag] = sum * (double)s.length;
}

/* What the transforms leave, [components][3][length]: P + O (even and odd in the lag), K3, D. */
struct transformed_increments {
    const double *real;
    size_t length;
    __device__ mct_increment at(const mct_cuda_view &, size_t component, int lag) const {
        const double *const both = real + component * 3 * length, *const K3 = both + length;
        const double before = both[lag], after = both[lag ? length - (size_t)lag : 0];
        return {0.5 * (before + after), 0.5 * (before - after), K3[lag], K3[length + (size_t)lag]};
    }
};

/* The same for one species: K3 with the exact values at the smallest lags, without their mean error at the others. */
struct mended_increments {
    transformed_increments transformed;
    const double *exact;
    __device__ mct_increment at(const mct_cuda_view &v, size_t point, int lag) const {
        const double *const here = exact + point * MCT_SMALL_LAGS_MAX;
        const int count = small_lags(v.N);
        mct_increment d = transformed.at(v, point, lag);
        double error = 0.0;
        for (int i = 0; i < count; i++) error += (transformed.at(v, point, i).K3 - here[i]) / count;
        d.K3 = lag < count ? here[lag] : d.K3 - error;
        return d;
    }
};

static void evaluate(mct_cuda *cuda, size_t first, size_t count, const double *images, const double *kept, double *M) {
    const mct_sequences s = mct_sequences_of(cuda);
    const mct_fourier_work w = mct_fourier_work_of(cuda);
    const transformed_increments increments = {w.real, s.length};
    const double2 *const a = (const double2 *)images, *const b = (const double2 *)kept;
    mct_cuda_note(cuda,
                  launch<product_kernel>(mct_cuda_over((size_t)cuda->view.mm * s.half, count), mct_cuda_stream(),
                                         cuda->view, s, first, rows_in(cuda, first, count, images), a, b, w.spectra));
    mct_transform_increments(cuda, count, false, w.spectra, w.real);
    if (cuda->view.m == 1) {
        const unsigned blocks = (unsigned)(count * (size_t)small_lags(cuda->view.N));
        mct_cuda_note(cuda, launch<small_lags_kernel>({blocks, lag_threads(cuda->N)}, mct_cuda_stream(), cuda->view, s,
                                                      a, b, w.exact));
        mct_cuda_assemble(cuda, first, count, mended_increments{increments, w.exact}, M);
    } else {
        mct_cuda_assemble(cuda, first, count, increments, M);
    }
}

const mct_cuda_algorithm mct_cuda_fourier = {image_size, scratch_size,       create, destroy, load,
                                             evaluate,   mct_fourier_adjoint};
