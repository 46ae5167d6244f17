/* fourier.cu: the correlations of the increment form by fast Fourier transform, O(N log N), as src/cpu/fourier.c.
 *
 * Real transforms of length L >= 3N - 1 by the library, all functions (or components) of a batch at once, between kernels that
 * pass over each array once: load (functions and sequences, one thread per wave number: 8 m^2 (2 N + 1) bytes read at most,
 * 8 L written per function), product (one thread per component and frequency: 64 bytes read and 48 written), assemble
 * (assemble.cuh, from what the transforms leave).
 *
 * Image of a function: its spectrum Z; C - iS = Z e^{-i pi m/L} are the cosine coefficients of e and the sine coefficients
 * of t.  With one species e follows. */
#include "assemble.cuh"
#include "functions.cuh"

/* Transforms of the functions and of the increments, for all points and for one. */
struct plans {
    mct_transforms *functions[2], *increments[2];
};

/* Work space of the state: real sequences, spectra of the increments. */
struct work {
    double *real;
    double2 *spectra;
    double *exact; /* [points][SMALL_LAGS_MAX]: for one species */
};

/* What kernels see of the transforms. */
struct sequences {
    size_t length, half, pitch, image; /* half: frequencies; complex numbers of a spectrum and of an image */
    const double *cosine, *sine;       /* [half]: of pi m/length */
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

enum { SMALL_LAGS_MAX = 16 };

static size_t scratch_size(const mct_shape *shape) {
    const size_t L = (size_t)length_of(&shape->grid), mm = shape->species * shape->species;
    return adjoint_size(shape) +
           shape->points * (6 * mm * pitch_of(&shape->grid) + rows_of(shape) * L + SMALL_LAGS_MAX);
}

static work work_of(const mct_cuda *cuda) {
    const size_t points = cuda->shape.points,
                 spectra = points * 3 * (size_t)cuda->view.mm * (size_t)cuda->tables->pitch;
    double2 *const at = (double2 *)(cuda->scratch + adjoint_size(&cuda->shape));
    double *const real = (double *)(at + spectra);
    return {real, at, real + points * rows_of(&cuda->shape) * (size_t)cuda->tables->length};
}

static sequences sequences_of(const mct_cuda *cuda) {
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
        mct_cuda_note(cuda, mct_transforms_create(&p->functions[one], stream, t->length, (int)cuda->image_size / 2,
                                                  points * cuda->view.functions_max));
        mct_cuda_note(
            cuda, mct_transforms_create(&p->increments[one], stream, t->length, t->pitch, points * cuda->view.mm * 3));
    }
    return cuda->error;
}

/* All transforms of `count` points with `rows` sequences each, `pitch` from spectrum to spectrum; all at once where that is
 * the whole batch. */
struct batch {
    mct_transforms *const *with;
    size_t rows, pitch;
};

static void transform(mct_cuda *cuda, size_t count, batch b, bool forward, double2 *spectra, double *real) {
    const size_t L = (size_t)cuda->tables->length;
    const bool whole = count == cuda->shape.points;
    mct_transforms *const with = b.with[!whole];
    for (size_t p = 0; p < (whole ? 1 : count); p++) {
        double *r = real + p * b.rows * L;
        double2 *s = spectra + p * b.rows * b.pitch;
        mct_cuda_note(cuda, forward ? mct_transform_forward(with, r, s) : mct_transform_inverse(with, s, r));
    }
}

static batch functions_of(const mct_cuda *cuda) {
    return {((const plans *)cuda->plans)->functions, cuda->functions_max, cuda->image_size / 2};
}

static batch increments_of(const mct_cuda *cuda) {
    return {((const plans *)cuda->plans)->increments, 3 * (size_t)cuda->view.mm, (size_t)cuda->tables->pitch};
}

/* ---- functions to images ------------------------------------------------------------------------------------------------- */

/* z[j] = e + t, z[L-1-j] = e - t, zero between, of all functions; one thread per wave number j. */
template <int m>
__global__ void load_kernel(mct_cuda_view v, sequences s, size_t first, const double *F, const double *G, double *z,
                            double2 *images) {
    const size_t N = (size_t)v.N, functions = (size_t)v.functions_max;
    const mct_cuda_item at = mct_cuda_item_of(N);
    if (at.index >= N) return;
    const size_t j = at.index, row = at.point * functions;
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
    for (size_t f = 0; f < functions; f++) { /* functions that the path does not have go through the transforms too */
        const size_t from = f < used ? N : 0, to = s.length - from;
        for (size_t i = from + j; i < to; i += N) sequence[f * s.length + i] = 0.0;
    }
}

static void load(mct_cuda *cuda, size_t first, size_t count, const double *F, const double *G, double *images) {
    const work w = work_of(cuda);
    double2 *const spectra = (double2 *)images;
    MCT_CUDA_LAUNCH(cuda, load_kernel, mct_cuda_over(cuda->N, count), cuda->view, sequences_of(cuda), first, F, G,
                    w.real, spectra);
    transform(cuda, count, functions_of(cuda), true, spectra, w.real);
}

/* ---- images to increments -------------------------------------------------------------------------------------------------- */

/* The images of x, y, u, v of a component: x and u of one set, y and v of another. */
struct four {
    const double2 *x, *y, *u, *v;
};

__device__ static four pick(const double2 *xu, const double2 *yv, mct_cuda_term term, size_t image) {
    return {xu + (size_t)term.x * image, yv + (size_t)term.y * image, xu + (size_t)term.u * image,
            yv + (size_t)term.v * image};
}

/* C in x and S in y of an image at frequency m. */
__device__ static double2 coefficients(const sequences &s, const double2 *image, size_t m) {
    const double2 z = image[m];
    const double cosine = s.cosine[m], sine = s.sine[m];
    return make_double2(z.x * cosine + z.y * sine, z.x * sine - z.y * cosine);
}

__device__ static void add_product(const sequences &s, four f, size_t m, double2 *even_odd, double *K3,
                                   double *difference) {
    const double2 x = coefficients(s, f.x, m), y = coefficients(s, f.y, m), u = coefficients(s, f.u, m),
                  v = coefficients(s, f.v, m);
    even_odd->x += x.y * y.y + u.y * v.y;
    even_odd->y += x.y * y.x - x.x * y.y;
    *K3 += x.x * y.x - u.x * v.x;
    *difference += x.y * y.y - u.y * v.y;
}

/* Spectra [count][mm][3][pitch] of the increments. */
__global__ static void product_kernel(mct_cuda_view v, sequences s, size_t first, const double2 *images,
                                      const double2 *kept, double2 *spectra) {
    const size_t work = (size_t)v.mm * s.half, set = (size_t)v.functions_max * s.image;
    const mct_cuda_item at = mct_cuda_item_of(work);
    if (at.index >= work) return;
    const int c = (int)(at.index / s.half);
    const size_t m = at.index % s.half;
    const mct_cuda_term term = mct_cuda_term_of(v.rank_one[first + at.point], v.m, c);
    const double2 *a = images + at.point * set, *b = kept ? kept + at.point * set : a;
    double2 even_odd = {0.0, 0.0};
    double K3 = 0.0, difference = 0.0;
    add_product(s, pick(b, a, term, s.image), m, &even_odd, &K3, &difference);
    if (kept) add_product(s, pick(a, b, term, s.image), m, &even_odd, &K3, &difference);
    double2 *out = spectra + (at.point * (size_t)v.mm + (size_t)c) * 3 * s.pitch + m;
    out[0] = even_odd;
    out[s.pitch] = make_double2(K3, 0.0);
    out[2 * s.pitch] = make_double2(difference, 0.0);
}

/* For one species: the smallest lags of K3 as plain sums (src/cpu/fourier.c says why), L times as large as those of the
 * transforms are.  One block per point and lag. */
enum { LAG_THREADS = 1024 };

__device__ static double plain_sum(const sequences &s, four f, int N, int lag) {
    const double *x = (const double *)(f.x + s.pitch), *y = (const double *)(f.y + s.pitch),
                 *u = (const double *)(f.u + s.pitch), *v = (const double *)(f.v + s.pitch);
    double sum = 0.0;
    for (int j = -N + (int)threadIdx.x; j < N - lag; j += LAG_THREADS) {
        const int a = j < 0 ? -1 - j : j, b = j + lag < 0 ? -1 - j - lag : j + lag;
        sum += x[a] * y[b] - u[a] * v[b];
    }
    return sum;
}

__host__ __device__ static int small_lags(int N) {
    return N < 200 ? 4 : SMALL_LAGS_MAX;
}

__global__ static void small_lags_kernel(mct_cuda_view v, sequences s, const double2 *images, const double2 *kept,
                                         double *exact) {
    const size_t point = blockIdx.x / (unsigned)small_lags(v.N), set = (size_t)v.functions_max * s.image;
    const int lag = (int)(blockIdx.x % (unsigned)small_lags(v.N));
    const mct_cuda_term term = mct_cuda_term_of(v.rank_one[0], 1, 0); /* the same numbers on both paths */
    const double2 *a = images + point * set, *b = kept ? kept + point * set : a;
    double sum = plain_sum(s, pick(b, a, term, s.image), v.N, lag);
    if (kept) sum += plain_sum(s, pick(a, b, term, s.image), v.N, lag);
    sum = mct_cuda_block_sum(sum);
    if (threadIdx.x == 0) exact[point * SMALL_LAGS_MAX + (size_t)lag] = sum * (double)s.length;
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
        const double *const here = exact + point * SMALL_LAGS_MAX;
        const int count = small_lags(v.N);
        mct_increment d = transformed.at(v, point, lag);
        double error = 0.0;
        for (int i = 0; i < count; i++) error += (transformed.at(v, point, i).K3 - here[i]) / count;
        d.K3 = lag < count ? here[lag] : d.K3 - error;
        return d;
    }
};

static void evaluate(mct_cuda *cuda, size_t first, size_t count, const double *images, const double *kept, double *M) {
    const sequences s = sequences_of(cuda);
    const work w = work_of(cuda);
    const transformed_increments increments = {w.real, s.length};
    const double2 *const a = (const double2 *)images, *const b = (const double2 *)kept;
    mct_cuda_note(cuda, launch<product_kernel>(mct_cuda_over((size_t)cuda->view.mm * s.half, count), mct_cuda_stream(),
                                               cuda->view, s, first, a, b, w.spectra));
    transform(cuda, count, increments_of(cuda), false, w.spectra, w.real);
    if (cuda->view.m == 1) {
        const unsigned blocks = (unsigned)(count * (size_t)small_lags(cuda->view.N));
        mct_cuda_note(
            cuda, launch<small_lags_kernel>({blocks, LAG_THREADS}, mct_cuda_stream(), cuda->view, s, a, b, w.exact));
        mct_cuda_assemble(cuda, first, count, mended_increments{increments, w.exact}, M);
    } else {
        mct_cuda_assemble(cuda, first, count, increments, M);
    }
}

/* ---- adjoint ------------------------------------------------------------------------------------------------------------- */

/* Sequences [count][mm][3][L] from the weights of the increments. */
__global__ static void join_kernel(mct_cuda_view v, sequences s, const double *increment, double *real) {
    const size_t L = s.length, lags = (size_t)v.lags, work = (size_t)v.mm * 3 * L, pitch = (size_t)v.N + 2;
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

/* Adjoint of product: spectra of the adjoint functions; one thread gathers what all components give. */
__global__ static void product_adjoint_kernel(mct_cuda_view v, sequences s, size_t first, const double2 *kept,
                                              const double2 *spectra, double2 *out) {
    const size_t functions = (size_t)v.functions_max, work = functions * s.half;
    const mct_cuda_item at = mct_cuda_item_of(work);
    if (at.index >= work) return;
    const int f = (int)(at.index / s.half);
    const size_t m = at.index % s.half;
    const double2 *const images = kept + at.point * functions * s.image;
    double C = 0.0, S = 0.0;
    for (int c = 0; c < v.mm; c++) {
        const mct_cuda_term term = mct_cuda_term_of(v.rank_one[first + at.point], v.m, c);
        const four g = pick(images, images, term, s.image);
        const double2 *from = spectra + (at.point * (size_t)v.mm + (size_t)c) * 3 * s.pitch + m;
        const double sum = from[0].x + from[2 * s.pitch].x, diff = from[0].x - from[2 * s.pitch].x, odd = from[0].y,
                     K3 = from[s.pitch].x;
        const double2 x = coefficients(s, g.x, m), y = coefficients(s, g.y, m), u = coefficients(s, g.u, m),
                      w = coefficients(s, g.v, m);
        if (term.x == f) C += K3 * y.x - odd * y.y, S += sum * y.y + odd * y.x;
        if (term.y == f) C += K3 * x.x + odd * x.y, S += sum * x.y - odd * x.x;
        if (term.u == f) C -= K3 * w.x, S += diff * w.y;
        if (term.v == f) C -= K3 * u.x, S += diff * u.y;
    }
    const double cosine = s.cosine[m], sine = s.sine[m];
    out[(at.point * functions + (size_t)f) * s.image + m] = make_double2(C * cosine + S * sine, C * sine - S * cosine);
}

__global__ static void unload_kernel(mct_cuda_view v, sequences s, const double *z, double *function) {
    const size_t L = s.length, N = (size_t)v.N, work = (size_t)v.functions_max * N;
    const mct_cuda_item at = mct_cuda_item_of(work);
    if (at.index >= work) return;
    const size_t row = at.point * (size_t)v.functions_max + at.index / N, j = at.index % N;
    const double front = z[row * L + j], back = z[row * L + L - 1 - j];
    function[row * N + j] = v.k[j] * ((front - back) + v.balance * v.k[j] * (front + back));
}

/* The spectra of the adjoint functions take the place of the images that are not kept. */
static void adjoint(mct_cuda *cuda, size_t first, size_t count, const double *l, const double *kept) {
    const sequences s = sequences_of(cuda);
    const work w = work_of(cuda);
    const mct_cuda_view &v = cuda->view;
    const size_t mm = (size_t)v.mm, functions = cuda->functions_max;
    const cudaStream_t stream = mct_cuda_stream();
    double2 *const adjoints = (double2 *)cuda->image;
    mct_cuda_assemble_adjoint(cuda, first, count, l);
    mct_cuda_note(cuda, launch<join_kernel>(mct_cuda_over(3 * mm * s.length, count), stream, v, s,
                                            (const double *)cuda->increment, w.real));
    transform(cuda, count, increments_of(cuda), true, w.spectra, w.real);
    mct_cuda_note(cuda, launch<product_adjoint_kernel>(mct_cuda_over(functions * s.half, count), stream, v, s, first,
                                                       (const double2 *)kept, (const double2 *)w.spectra, adjoints));
    transform(cuda, count, functions_of(cuda), false, adjoints, w.real);
    mct_cuda_note(cuda, launch<unload_kernel>(mct_cuda_over(functions * cuda->N, count), stream, v, s,
                                              (const double *)w.real, cuda->function));
}

const mct_cuda_algorithm mct_cuda_fourier = {image_size, scratch_size, create, destroy, load, evaluate, adjoint};
