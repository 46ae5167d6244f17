/* fourier.cu: the correlations of the increment form by fast Fourier transform, O(N log N), as src/cpu/fourier.c.
 *
 * Real transforms of length L >= 3N - 1 by the library, all functions (or components) of a batch at once, between kernels
 * that load, multiply and assemble in one pass over each array.  Image of a function: C, S, e, each `pitch` apart. */
#include "constants.h"
#include "cuda.cuh"

/* Transforms of the functions and of the increments, for all points and for one. */
struct plans {
    mct_transforms *functions[2], *increments[2];
};

/* Work space of the state: real sequences, spectra, spectra of the adjoint. */
struct work {
    double *real;
    double2 *spectra, *other;
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

static size_t image_size(const mct_grid *grid) {
    return 3 * pitch_of(grid);
}

static size_t rows_of(const mct_shape *shape) { /* sequences per point: functions, or three of each component */
    const size_t mm = shape->species * shape->species;
    return 4 * mm > mm + 2 * shape->species + 1 ? 4 * mm : mm + 2 * shape->species + 1;
}

static size_t scratch_size(const mct_shape *shape) {
    const size_t row = (size_t)length_of(&shape->grid) + 4 * pitch_of(&shape->grid);
    const size_t adjoint = shape->points * shape->species * shape->species * 3 * (shape->grid.points + 2);
    return shape->points * rows_of(shape) * (row + row % 2) + adjoint + adjoint % 2;
}

static work work_of(const mct_cuda *cuda) {
    const size_t adjoint = cuda->shape.points * (size_t)cuda->view.mm * 3 * (cuda->N + 2);
    const size_t rows = cuda->shape.points * rows_of(&cuda->shape), pitch = (size_t)cuda->tables->pitch;
    double2 *spectra = (double2 *)(cuda->scratch + adjoint + adjoint % 2);
    return {(double *)(spectra + 2 * rows * pitch), spectra, spectra + rows * pitch};
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
    for (int one = 0; p && one < 2; one++) {
        mct_transforms_destroy(p->functions[one]);
        mct_transforms_destroy(p->increments[one]);
    }
    delete p;
    mct_cuda_tables *t = cuda->tables;
    if (!t || --t->references) return;
    cudaFree(t->rotation);
    delete t;
}

static const char *create(mct_cuda *cuda, mct_cuda *share) {
    const cudaStream_t stream = mct_cuda_stream();
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
    for (int one = 0; one < 2; one++) {
        const int points = one ? 1 : (int)cuda->shape.points;
        mct_cuda_note(cuda, mct_transforms_create(&p->functions[one], stream, t->length, t->pitch,
                                                  points * cuda->view.functions_max));
        mct_cuda_note(
            cuda, mct_transforms_create(&p->increments[one], stream, t->length, t->pitch, points * cuda->view.mm * 3));
    }
    return cuda->error;
}

/* `rows` sequences of each of `count` points, all at once where that is the whole batch. */
static void transform(mct_cuda *cuda, size_t count, mct_transforms *const with[2], size_t rows, bool forward,
                      double2 *spectra, double *real) {
    const size_t L = (size_t)cuda->tables->length, pitch = (size_t)cuda->tables->pitch;
    const bool whole = count == cuda->shape.points;
    for (size_t p = 0; p < (whole ? 1 : count); p++) {
        double *r = real + p * rows * L;
        double2 *s = spectra + p * rows * pitch;
        mct_cuda_note(cuda,
                      forward ? mct_transform_forward(with[!whole], r, s) : mct_transform_inverse(with[!whole], s, r));
    }
}

/* ---- functions to images ------------------------------------------------------------------------------------------------- */

/* z[j] = e + t, z[L-1-j] = e - t, zero between; e into the image. */
__global__ static void load_kernel(mct_cuda_view v, int length, int pitch, const double *function, double *images,
                                   double *z) {
    const size_t L = (size_t)length, N = (size_t)v.N, work = (size_t)v.functions_max * L;
    const mct_cuda_item at = mct_cuda_item_of(work);
    if (at.index >= work) return;
    const size_t row = at.point * (size_t)v.functions_max + at.index / L, i = at.index % L;
    const bool back = i >= L - N;
    double value = 0.0;
    if (i < N || back) {
        const size_t j = back ? L - 1 - i : i;
        const double t = v.k[j] * function[row * N + j], e = v.balance * v.k[j] * t;
        value = back ? e - t : e + t;
        if (!back) images[(3 * row + 2) * (size_t)pitch + j] = e;
    }
    z[row * L + i] = value;
}

/* C - iS = Z e^{-i pi m/L} */
__global__ static void rotate_kernel(mct_cuda_view v, int half, int pitch, const double *rotation, const double2 *Z,
                                     double *images) {
    const size_t work = (size_t)v.functions_max * (size_t)half;
    const mct_cuda_item at = mct_cuda_item_of(work);
    if (at.index >= work) return;
    const size_t row = at.point * (size_t)v.functions_max + at.index / (size_t)half, m = at.index % (size_t)half;
    const double2 z = Z[row * (size_t)pitch + m];
    const double cosine = rotation[m], sine = rotation[(size_t)pitch + m];
    double *image = images + 3 * row * (size_t)pitch + m;
    image[0] = z.x * cosine + z.y * sine;
    image[pitch] = z.x * sine - z.y * cosine;
}

static void load(mct_cuda *cuda, size_t first, size_t count, double *images) {
    (void)first;
    const mct_cuda_tables *t = cuda->tables;
    const work w = work_of(cuda);
    const size_t rows = cuda->functions_max;
    mct_cuda_note(cuda,
                  launch<load_kernel>(mct_cuda_over(rows * (size_t)t->length, count), mct_cuda_stream(), cuda->view,
                                      t->length, t->pitch, (const double *)cuda->function, images, w.real));
    transform(cuda, count, ((plans *)cuda->plans)->functions, rows, true, w.spectra, w.real);
    mct_cuda_note(cuda, launch<rotate_kernel>(mct_cuda_over(rows * (size_t)t->half, count), mct_cuda_stream(),
                                              cuda->view, t->half, t->pitch, (const double *)t->rotation,
                                              (const double2 *)w.spectra, images));
}

/* ---- images to increments -------------------------------------------------------------------------------------------------- */

/* The images of x, y, u, v of a component: x and u of one set, y and v of another. */
struct four {
    const double *x, *y, *u, *v;
};

__device__ static four pick(const double *xu, const double *yv, mct_cuda_term term, int pitch) {
    const size_t size = 3 * (size_t)pitch;
    return {xu + (size_t)term.x * size, yv + (size_t)term.y * size, xu + (size_t)term.u * size,
            yv + (size_t)term.v * size};
}

__device__ static void add_product(four f, size_t m, size_t pitch, double2 *even_odd, double *K3, double *difference) {
    const double Cx = f.x[m], Cy = f.y[m], Cu = f.u[m], Cv = f.v[m];
    const double Sx = f.x[pitch + m], Sy = f.y[pitch + m], Su = f.u[pitch + m], Sv = f.v[pitch + m];
    even_odd->x += Sx * Sy + Su * Sv;
    even_odd->y += Sx * Cy - Cx * Sy;
    *K3 += Cx * Cy - Cu * Cv;
    *difference += Sx * Sy - Su * Sv;
}

/* Spectra [count][mm][3][pitch] of the increments. */
__global__ static void product_kernel(mct_cuda_view v, size_t first, int half, int pitch, const double *images,
                                      const double *kept, double2 *spectra) {
    const size_t work = (size_t)v.mm * (size_t)half, set = (size_t)v.functions_max * 3 * (size_t)pitch;
    const mct_cuda_item at = mct_cuda_item_of(work);
    if (at.index >= work) return;
    const int c = (int)(at.index / (size_t)half);
    const size_t m = at.index % (size_t)half;
    const mct_cuda_term term = mct_cuda_term_of(v.rank_one[first + at.point], v.m, c);
    const double *a = images + at.point * set, *b = kept ? kept + at.point * set : a;
    double2 even_odd = {0.0, 0.0};
    double K3 = 0.0, difference = 0.0;
    add_product(pick(b, a, term, pitch), m, (size_t)pitch, &even_odd, &K3, &difference);
    if (kept) add_product(pick(a, b, term, pitch), m, (size_t)pitch, &even_odd, &K3, &difference);
    double2 *out = spectra + (at.point * (size_t)v.mm + (size_t)c) * 3 * (size_t)pitch + m;
    out[0] = even_odd;
    out[pitch] = make_double2(K3, 0.0);
    out[2 * pitch] = make_double2(difference, 0.0);
}

__global__ static void split_kernel(mct_cuda_view v, int length, const double *real, double *increment) {
    const size_t L = (size_t)length, lags = (size_t)v.lags, work = (size_t)v.mm * lags, pitch = (size_t)v.N + 2;
    const mct_cuda_item at = mct_cuda_item_of(work);
    if (at.index >= work) return;
    const size_t component = at.point * (size_t)v.mm + at.index / lags, i = at.index % lags;
    const double *even_odd = real + component * 3 * L, *K3 = even_odd + L, *difference = K3 + L;
    const double before = even_odd[i], after = i ? even_odd[L - i] : before;
    double *P = increment + component * 4 * pitch + i;
    P[0] = 0.5 * (before + after);
    P[pitch] = 0.5 * (before - after);
    P[2 * pitch] = K3[i];
    P[3 * pitch] = difference[i];
}

/* For one species: the smallest lags of K3 as plain sums, and the mean error of the transforms there taken off the others
 * (src/cpu/fourier.c says why).  One block per point, one warp per lag in turn. */
enum { SMALL_LAGS_MAX = 16 };

__device__ static double plain_lag(const double *x, const double *y, const double *u, const double *w, int N, int lag) {
    double sum = 0.0;
    for (int j = -N + (int)(threadIdx.x % WARP_SIZE); j < N - lag; j += WARP_SIZE) {
        const int a = j < 0 ? -1 - j : j, b = j + lag < 0 ? -1 - j - lag : j + lag;
        sum += x[a] * y[b] - u[a] * w[b];
    }
    return sum;
}

__global__ static void small_lags_kernel(mct_cuda_view v, int length, int pitch, const double *images,
                                         const double *kept, double *increment) {
    SHARED_ARRAY(double, exact, SMALL_LAGS_MAX);
    const size_t set = (size_t)v.functions_max * 3 * (size_t)pitch, e = 2 * (size_t)pitch;
    const int count = v.N < 200 ? 4 : SMALL_LAGS_MAX;
    const mct_cuda_term term = mct_cuda_term_of(v.rank_one[0], 1, 0); /* the same numbers on both paths */
    const double *a = images + blockIdx.x * set, *b = kept ? kept + blockIdx.x * set : a;
    double *K3 = increment + (blockIdx.x * 4 + 2) * ((size_t)v.N + 2);
    for (int lag = (int)(threadIdx.x / WARP_SIZE); lag < count; lag += BLOCK / WARP_SIZE) {
        const four f = pick(b, a, term, pitch), g = pick(a, b, term, pitch);
        double sum = plain_lag(f.x + e, f.y + e, f.u + e, f.v + e, v.N, lag);
        if (kept) sum += plain_lag(g.x + e, g.y + e, g.u + e, g.v + e, v.N, lag);
        for (int by = WARP_SIZE / 2; by; by /= 2) sum += __shfl_xor_sync(FULL_WARP, sum, by);
        if (threadIdx.x % WARP_SIZE == 0) exact[lag] = sum * length;
    }
    __syncthreads();
    double error = 0.0;
    for (int lag = 0; lag < count; lag++) error += (K3[lag] - exact[lag]) / count;
    __syncthreads();
    for (int i = (int)threadIdx.x; i < v.lags; i += BLOCK) K3[i] = i < count ? exact[i] : K3[i] - error;
}

static void evaluate(mct_cuda *cuda, size_t first, size_t count, const double *images, const double *kept, double *M) {
    const mct_cuda_tables *t = cuda->tables;
    const work w = work_of(cuda);
    const size_t mm = (size_t)cuda->view.mm;
    const cudaStream_t stream = mct_cuda_stream();
    mct_cuda_note(cuda, launch<product_kernel>(mct_cuda_over(mm * (size_t)t->half, count), stream, cuda->view, first,
                                               t->half, t->pitch, images, kept, w.spectra));
    transform(cuda, count, ((plans *)cuda->plans)->increments, 3 * mm, false, w.spectra, w.real);
    mct_cuda_note(cuda, launch<split_kernel>(mct_cuda_over(mm * (size_t)cuda->view.lags, count), stream, cuda->view,
                                             t->length, (const double *)w.real, cuda->increment));
    if (mm == 1) {
        mct_cuda_note(cuda, launch<small_lags_kernel>({(unsigned)count, BLOCK}, stream, cuda->view, t->length, t->pitch,
                                                      images, kept, cuda->increment));
    }
    mct_cuda_assemble(cuda, first, count, M);
}

/* ---- adjoint ------------------------------------------------------------------------------------------------------------- */

/* Adjoint of split: sequences [count][mm][3][L]. */
__global__ static void join_kernel(mct_cuda_view v, int length, const double *increment, double *real) {
    const size_t L = (size_t)length, lags = (size_t)v.lags, work = (size_t)v.mm * 3 * L, pitch = (size_t)v.N + 2;
    const mct_cuda_item at = mct_cuda_item_of(work);
    if (at.index >= work) return;
    const size_t row = at.point * (size_t)v.mm * 3 + at.index / L, i = at.index % L, lag = i < lags ? i : L - i;
    const double *P = increment + row / 3 * 4 * pitch;
    double value = 0.0;
    if (row % 3 == 0) {
        if (i == 0) {
            value = P[0];
        } else if (lag < lags) {
            value = 0.5 * (P[lag] + (i < lags ? P[pitch + lag] : -P[pitch + lag]));
        }
    } else if (i < lags) {
        value = P[(row % 3 + 1) * pitch + i];
    }
    real[row * L + i] = value;
}

/* Adjoint of product and of rotate: spectra of the adjoint functions; one thread gathers what all components give. */
__global__ static void product_adjoint_kernel(mct_cuda_view v, size_t first, int half, int pitch,
                                              const double *rotation, const double *kept, const double2 *spectra,
                                              double2 *out) {
    const size_t work = (size_t)v.functions_max * (size_t)half, set = (size_t)v.functions_max * 3 * (size_t)pitch;
    const mct_cuda_item at = mct_cuda_item_of(work);
    if (at.index >= work) return;
    const int f = (int)(at.index / (size_t)half);
    const size_t m = at.index % (size_t)half, p = (size_t)pitch;
    double C = 0.0, S = 0.0;
    for (int c = 0; c < v.mm; c++) {
        const mct_cuda_term term = mct_cuda_term_of(v.rank_one[first + at.point], v.m, c);
        const four g = pick(kept + at.point * set, kept + at.point * set, term, pitch);
        const double2 *from = spectra + (at.point * (size_t)v.mm + (size_t)c) * 3 * p + m;
        const double sum = from[0].x + from[2 * p].x, diff = from[0].x - from[2 * p].x, odd = from[0].y, K3 = from[p].x;
        if (term.x == f) C += K3 * g.y[m] - odd * g.y[p + m], S += sum * g.y[p + m] + odd * g.y[m];
        if (term.y == f) C += K3 * g.x[m] + odd * g.x[p + m], S += sum * g.x[p + m] - odd * g.x[m];
        if (term.u == f) C -= K3 * g.v[m], S += diff * g.v[p + m];
        if (term.v == f) C -= K3 * g.u[m], S += diff * g.u[p + m];
    }
    const double cosine = rotation[m], sine = rotation[p + m];
    out[(at.point * (size_t)v.functions_max + (size_t)f) * p + m] =
        make_double2(C * cosine + S * sine, C * sine - S * cosine);
}

__global__ static void unload_kernel(mct_cuda_view v, int length, const double *z, double *function) {
    const size_t L = (size_t)length, N = (size_t)v.N, work = (size_t)v.functions_max * N;
    const mct_cuda_item at = mct_cuda_item_of(work);
    if (at.index >= work) return;
    const size_t row = at.point * (size_t)v.functions_max + at.index / N, j = at.index % N;
    const double front = z[row * L + j], back = z[row * L + L - 1 - j];
    function[row * N + j] = v.k[j] * ((front - back) + v.balance * v.k[j] * (front + back));
}

static void adjoint(mct_cuda *cuda, size_t first, size_t count, const double *l, const double *kept) {
    const mct_cuda_tables *t = cuda->tables;
    const plans *p = (const plans *)cuda->plans;
    const work w = work_of(cuda);
    const size_t mm = (size_t)cuda->view.mm, functions = cuda->functions_max;
    const cudaStream_t stream = mct_cuda_stream();
    mct_cuda_assemble_adjoint(cuda, first, count, l);
    mct_cuda_note(cuda, launch<join_kernel>(mct_cuda_over(3 * mm * (size_t)t->length, count), stream, cuda->view,
                                            t->length, (const double *)cuda->increment, w.real));
    transform(cuda, count, p->increments, 3 * mm, true, w.spectra, w.real);
    mct_cuda_note(cuda, launch<product_adjoint_kernel>(
                            mct_cuda_over(functions * (size_t)t->half, count), stream, cuda->view, first, t->half,
                            t->pitch, (const double *)t->rotation, kept, (const double2 *)w.spectra, w.other));
    transform(cuda, count, p->functions, functions, false, w.other, w.real);
    mct_cuda_note(cuda, launch<unload_kernel>(mct_cuda_over(functions * cuda->N, count), stream, cuda->view, t->length,
                                              (const double *)w.real, cuda->function));
}

const mct_cuda_algorithm mct_cuda_fourier = {image_size, scratch_size, create, destroy, load, evaluate, adjoint};
