/* fourier.c: the correlations of the increment form by fast Fourier transform, O(N log N) (docs/theory.md).
 *
 * With t = kX (odd about -1/2) and e = balance k^2 X (even), one real transform of z[j] = e + t, z[L-1-j] = e - t gives the
 * cosine coefficients C of e and the sine coefficients S of t; products of them are the transforms of K1, K2, O, K3.
 * One component costs three inverse transforms: K1 + K2 (even) and O (odd) share one.
 * For rank one and m = 2: 9 + 12 = 21 real transforms of length L >= 3N - 1. */
#include <fftw3.h>
#include <math.h>
#include <string.h>

#include "cpu.h"

/* Lengths that no longer one beats, from timings of FFTW (r2c and c2r, estimate) at all even lengths with small prime
 * factors up to 60000: within 3 % of the best length in all cases, where the shortest smooth one loses up to 65 %. */
static const size_t good_lengths[] = {
    52,    56,    72,    78,    84,    88,    90,    128,   144,   150,   180,   192,   200,   208,   240,   260,
    320,   384,   400,   416,   448,   512,   576,   640,   768,   832,   1024,  1152,  1280,  1536,  1600,  2048,
    2560,  2800,  3072,  3200,  4096,  4480,  5120,  6400,  6552,  7168,  7680,  8000,  8320,  9216,  10240, 12800,
    15360, 15680, 17280, 17920, 20480, 21000, 24576, 25600, 27648, 30720, 31752, 36864, 40960, 41472, 46080, 51200};
enum { GOOD_LENGTHS = sizeof good_lengths / sizeof *good_lengths };

/* Beyond the table: the next of 2^a {4, 5, 6, 7}, the kinds that do well in it. */
static size_t long_length(size_t least) {
    size_t unit = 8192;
    while (7 * unit < least) unit *= 2;
    for (size_t factor = 4; factor < 7; factor++) {
        if (factor * unit >= least) return factor * unit;
    }
    return 7 * unit;
}

/* Without aliasing of the lags that are used: at least 3N - 1, with corrected quadrature 3N + 1. */
static size_t transform_length(const mct_grid *grid) {
    const size_t least = 3 * grid->points - 1 + (grid->quadrature == MCT_QUADRATURE_CORRECTED ? 2 : 0);
    for (size_t l = 0; l < GOOD_LENGTHS; l++) {
        if (good_lengths[l] >= least) return good_lengths[l];
    }
    return long_length(least);
}

static size_t half_of(size_t length) {
    return length / 2 + 1;
}

static size_t pitch_of(size_t length) {
    return mct_pad(half_of(length));
}

static size_t table_size(const mct_grid *grid) {
    return mct_pad(grid->points) + 2 * pitch_of(transform_length(grid));
}

/* C, S, e: half a transform is longer than the grid. */
static size_t image_size(const mct_grid *grid) {
    return 3 * pitch_of(transform_length(grid));
}

/* Three spectra, one real sequence. */
static size_t scratch_size(const mct_grid *grid, size_t species, size_t points) {
    (void)species, (void)points;
    const size_t length = transform_length(grid);
    return 3 * 2 * pitch_of(length) + mct_pad(length);
}

typedef struct work {
    double *spectrum[3], *real;
} work;

static work work_of(const mct_tables *tables, double *scratch) {
    const size_t size = 2 * pitch_of(tables->length);
    return (work){.spectrum = {scratch, scratch + size, scratch + 2 * size}, .real = scratch + 3 * size};
}

static void destroy(mct_tables *tables) {
#pragma omp critical(mct_fftw_planner)
    {
        if (tables->forward) fftw_destroy_plan(tables->forward);
        if (tables->backward) fftw_destroy_plan(tables->backward);
    }
    mct_cpu_release(tables->cosine);
}

static mct_status create(mct_context *context, const mct_grid *grid, mct_tables *tables) {
    const size_t length = transform_length(grid), half = half_of(length), pitch = pitch_of(length);
    tables->length = length;
    /* a power of 2, so that it rounds nothing: 1/k in the middle of the grid */
    tables->balance = exp2(-round(log2(0.5 * (double)grid->points * grid->spacing)));
    tables->cosine = mct_cpu_allocate(2 * pitch);
    double *buffer = mct_cpu_allocate(2 * pitch + mct_pad(length));
    if (!tables->cosine || !buffer) {
        mct_cpu_release(buffer);
        return mct_fail(context, MCT_MEMORY, "transforms of length %zu: out of memory", length);
    }
    tables->sine = tables->cosine + pitch;
    for (size_t m = 0; m < half; m++) {
        const long double angle = 3.14159265358979323846264338327950288L * (long double)m / (long double)length;
        tables->cosine[m] = (double)cosl(angle);
        tables->sine[m] = (double)sinl(angle);
    }
#pragma omp critical(mct_fftw_planner)
    {
        fftw_complex *spectrum = (fftw_complex *)buffer;
        double *real = buffer + 2 * pitch;
        tables->forward = fftw_plan_dft_r2c_1d((int)length, real, spectrum, FFTW_ESTIMATE);
        tables->backward = fftw_plan_dft_c2r_1d((int)length, spectrum, real, FFTW_ESTIMATE);
    }
    mct_cpu_release(buffer);
    if (!tables->forward || !tables->backward) {
        return mct_fail(context, MCT_MEMORY, "FFTW made no plan for length %zu", length);
    }
    return MCT_OK;
}

static void load(const mct_cpu *cpu, const double *X, double *scratch, double *image) {
    const mct_tables *t = cpu->tables;
    const work w = work_of(t, scratch);
    const size_t pitch = pitch_of(t->length);
    cpu->loops->fourier->load(cpu->N, t->length, t->balance, t->k, X, image + 2 * pitch, w.real);
    fftw_execute_dft_r2c(t->forward, w.real, (fftw_complex *)w.spectrum[0]);
    cpu->loops->fourier->rotate(half_of(t->length), w.spectrum[0], t->cosine, t->sine, image, image + pitch);
}

/* Lags that are summed plainly, a multiple of 4, at 4N multiply-adds each. */
enum { SMALL_LAGS_MAX = 16 };

static size_t small_lags(size_t N) {
    return N < 200 ? 4 : SMALL_LAGS_MAX;
}

/* For one species the two parts of K3 cancel at small q (wholly at lag 0), M is as q^4 there, and the rounding of the
 * transforms, which knows only the largest values, would show.  So the smallest lags are plain sums, and the mean error
 * of the transforms there, which varies slowly with the lag, is taken off the other lags.  (With more species M_mn is as
 * q^2: nothing cancels element by element.) */
static void correct_small_lags(const mct_cpu *cpu, size_t pairs, const double *const image[][4], double *K3) {
    const mct_tables *t = cpu->tables;
    const size_t count = small_lags(cpu->N);
    double exact[SMALL_LAGS_MAX] = {0.0}, error = 0.0;
    for (size_t p = 0; p < pairs; p++) {
        cpu->loops->fourier->small_lags(cpu->N, pitch_of(t->length), count, image[p], exact);
    }
    for (size_t i = 0; i < count; i++) {
        exact[i] *= (double)t->length;
        error += (K3[i] - exact[i]) / (double)count;
        K3[i] = exact[i];
    }
    for (size_t i = count; i < cpu->lags; i++) K3[i] -= error;
}

static void correlate(const mct_cpu *cpu, size_t pairs, const double *const image[][4], double *scratch,
                      double *const increment[4]) {
    const mct_tables *t = cpu->tables;
    const size_t length = t->length;
    const mct_fourier_loops *loops = cpu->loops->fourier;
    const work w = work_of(t, scratch);
    for (size_t p = 0; p < pairs; p++) {
        loops->product(half_of(length), pitch_of(length), image[p], p > 0, w.spectrum[0], w.spectrum[1], w.spectrum[2]);
    }
    fftw_execute_dft_c2r(t->backward, (fftw_complex *)w.spectrum[0], w.real);
    loops->split(cpu->lags, length, w.real, increment[0], increment[1]);
    for (int a = 1; a < 3; a++) {
        fftw_execute_dft_c2r(t->backward, (fftw_complex *)w.spectrum[a], w.real);
        memcpy(increment[a + 1], w.real, cpu->lags * sizeof(double));
    }
    if (cpu->m == 1) correct_small_lags(cpu, pairs, image, increment[2]);
}

static void correlate_adjoint(const mct_cpu *cpu, const double *const increment[4], const double *const image[4],
                              double *scratch, double *const out[4]) {
    const mct_tables *t = cpu->tables;
    const size_t length = t->length;
    const mct_fourier_loops *loops = cpu->loops->fourier;
    const work w = work_of(t, scratch);
    loops->join(cpu->lags, length, increment[0], increment[1], w.real);
    fftw_execute_dft_r2c(t->forward, w.real, (fftw_complex *)w.spectrum[0]);
    for (int a = 1; a < 3; a++) { /* real parts of these spectra: even sequences */
        memcpy(w.real, increment[a + 1], cpu->lags * sizeof(double));
        memset(w.real + cpu->lags, 0, (length - cpu->lags) * sizeof(double));
        fftw_execute_dft_r2c(t->forward, w.real, (fftw_complex *)w.spectrum[a]);
    }
    loops->product_adjoint(half_of(length), pitch_of(length), w.spectrum[0], w.spectrum[1], w.spectrum[2], image, out);
}

static void unload(const mct_cpu *cpu, const double *image, double *scratch, double *X) {
    const mct_tables *t = cpu->tables;
    const work w = work_of(t, scratch);
    cpu->loops->fourier->unrotate(half_of(t->length), image, image + pitch_of(t->length), t->cosine, t->sine,
                                  w.spectrum[0]);
    fftw_execute_dft_c2r(t->backward, (fftw_complex *)w.spectrum[0], w.real);
    cpu->loops->fourier->unload(cpu->N, t->length, t->balance, t->k, w.real, X);
}

const mct_algorithm mct_algorithm_fourier = {
    .name = "fourier",
    .create = create,
    .destroy = destroy,
    .table_size = table_size,
    .image_size = image_size,
    .scratch_size = scratch_size,
    .evaluate = mct_increments_evaluate,
    .derivative = mct_increments_derivative,
    .adjoint = mct_increments_adjoint,
    .load = load,
    .correlate = correlate,
    .correlate_adjoint = correlate_adjoint,
    .unload = unload,
};
