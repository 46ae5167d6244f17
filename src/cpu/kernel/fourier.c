/* fourier.c: the correlations of the increment form by fast Fourier transform, O(N log N) (docs/theory.md).
 *
 * With t = kX (odd about -1/2) and e = balance k^2 X (even), a function's image is the cosine coefficients C of e and the
 * sine coefficients S of t; products of them are the coefficients of K1, K2, O, K3.  The period is L >= 3N - 1.
 * The transforms are our own: many short ones of different functions run side by side in the lanes of vectors
 * (simd/rows.h), which no library does for real data, and in frequencies that are halves of odd numbers, where a
 * function costs two complex transforms of L/4 and a component four: for rank one and m = 2 34 of them, where plain real
 * transforms of length L would be worth 42. */
#include <math.h>
#include <string.h>

#include "base/constants.h"
#include "cpu/cpu.h"

static const long double pi = 3.14159265358979323846264338327950288L;

/* Factors 2, 3, 5 only. */
static bool smooth(size_t size) {
    for (size_t p = 2; p <= 5; p++) {
        while (size % p == 0) size /= p;
    }
    return size == 1;
}

/* A quarter of the period, without aliasing of the lags that are used: at least 3N - 1, with corrected quadrature 3N + 1. */
static size_t transform_size(const mct_grid *grid) {
    const size_t least = 3 * grid->points - 1 + (grid->quadrature == MCT_QUADRATURE_CORRECTED ? 2 : 0);
    size_t size = (least + 31) / 32 * 8;
    while (!smooth(size)) size += 8;
    return size;
}

/* Radices from the first pass on: fives and threes, then as many eights as go with fours or a two. */
static void choose_stages(mct_transform *t) {
    static const size_t odd[] = {5, 3};
    size_t rest = t->size, stage = 0;
    for (size_t o = 0; o < 2; o++) {
        for (; rest % odd[o] == 0; rest /= odd[o]) t->radix[stage++] = odd[o];
    }
    for (; rest > 1; rest /= t->radix[stage++]) {
        t->radix[stage] = rest == 16 || rest == 4 ? 4 : rest == 2 ? 2 : 8;
    }
    t->stages = stage;
    rest = t->size;
    for (size_t s = 0; s < stage; s++) t->stride[s] = rest /= t->radix[s];
}

/* The frequency in place p of the transform. */
static size_t frequency(const mct_transform *t, size_t p) {
    size_t f = 0, step = 1;
    for (size_t s = 0; s < t->stages; s++) {
        f += step * (p / t->stride[s] % t->radix[s]);
        step *= t->radix[s];
    }
    return f;
}

/* Doubles of all twiddle factors. */
static size_t twiddle_size(const mct_transform *t) {
    size_t size = 0;
    for (size_t s = 0; s < t->stages; s++) size += 2 * t->stride[s] * (t->radix[s] - 1);
    return size;
}

static mct_transform stages_of(const mct_grid *grid) {
    mct_transform t = {.size = transform_size(grid)};
    choose_stages(&t);
    return t;
}

static size_t factors_size(const mct_grid *grid, const mct_transform *t) {
    return mct_pad(twiddle_size(t)) + 10 * t->size + 3 * (grid->points + 2) + 3 * grid->points;
}

static size_t table_size(const mct_grid *grid) {
    const mct_transform t = stages_of(grid);
    return mct_pad(grid->points + MCT_LANES + 1) + factors_size(grid, &t);
}

/* C and S; e. */
static size_t image_size(const mct_grid *grid) {
    return 4 * transform_size(grid) + mct_pad(grid->points) + 3 * MCT_LANES;
}

/* Rows of two vectors, and one vector for each wave number or lag. */
static size_t scratch_size(const mct_grid *grid, size_t species, size_t points) {
    (void)species, (void)points;
    return MCT_LANES * (2 * transform_size(grid) + mct_pad(grid->points + 3));
}

static void destroy(mct_tables *tables) {
    mct_cpu_release(tables->factors);
}

/* e^{-i pi part/whole} */
static void unit(size_t part, size_t whole, double *re, double *im) {
    const long double angle = pi * (long double)part / (long double)whole;
    *re = (double)cosl(angle);
    *im = (double)-sinl(angle);
}

/* The same of i/(4 h), for any i, from those of i < 2 h, a quarter of the circle. */
static void turned(size_t h, const double *quarter, size_t i, double *re, double *im) {
    size_t turns = 0;
    for (; i >= 2 * h; i -= 2 * h) turns++;
    const double *const x = quarter + 2 * i;
    switch (turns % 4) {
    case 0: *re = x[0], *im = x[1]; break;
    case 1: *re = x[1], *im = -x[0]; break;
    case 2: *re = -x[0], *im = -x[1]; break;
    default: *re = -x[1], *im = x[0]; break;
    }
}

static mct_status create(mct_context *context, const mct_grid *grid, mct_tables *tables) {
    mct_transform *const t = &tables->transform;
    *t = stages_of(grid);
    const size_t h = t->size;
    /* a power of 2, so that it rounds nothing: 1/k in the middle of the grid */
    tables->balance = exp2(-round(log2(0.5 * (double)grid->points * grid->spacing)));
    tables->length = 4 * h;
    tables->scale = (double)h; /* the transforms carry no factors */
    double *at = tables->factors = mct_cpu_allocate(factors_size(grid, t));
    if (!at) return mct_fail(context, MCT_MEMORY, "transforms of length %zu: out of memory", tables->length);
    double *const quarter = at, *const quarter_frequency = at + 2 * h, *const lag = at + 4 * h;
    double *const half_re = at + 8 * h, *const half_im = at + 9 * h;
    at += 10 * h;
    /* sines and cosines in long double are what creation takes its time for: all others follow from these */
    for (size_t p = 0; p < h; p++) unit(8 * p + 1, 16 * h, &quarter[2 * p], &quarter[2 * p + 1]);
    for (size_t i = 0; i <= h; i++) unit(i, 4 * h, &lag[2 * i], &lag[2 * i + 1]);
    for (size_t i = h + 1; i < 2 * h; i++)
        lag[2 * i] = -lag[2 * (2 * h - i) + 1], lag[2 * i + 1] = -lag[2 * (2 * h - i)];
    for (size_t p = 0; p < h; p++) {
        const size_t f = frequency(t, p);
        quarter_frequency[2 * p] = quarter[2 * f], quarter_frequency[2 * p + 1] = quarter[2 * f + 1];
        turned(h, lag, 4 * f, &half_re[p], &half_im[p]);
    }
    for (size_t s = 0; s < t->stages; s++) {
        t->twiddle[s] = at;
        for (size_t j = 0; j < t->stride[s]; j++) {
            for (size_t q = 1; q < t->radix[s]; q++, at += 2) {
                turned(h, lag, 8 * j * q * (h / (t->radix[s] * t->stride[s])), &at[0], &at[1]);
            }
        }
    }
    const size_t N = grid->points;
    double *const of_lag = at, *const of_wave_number = at + 3 * (N + 2);
    const double unit_of_q = grid->spacing * grid->spacing / (16.0 * MCT_PI * MCT_PI);
    for (size_t i = 0; i < N + 2; i++) {
        const double m = (double)i * grid->spacing, twice = 2.0 * m / tables->balance;
        const double row[3] = {-m / tables->balance, twice * twice, m * m * m * m};
        memcpy(of_lag + 3 * i, row, sizeof row);
    }
    for (size_t i = 0; i < N; i++) {
        const double q = tables->k[i], row[3] = {q * q * q * unit_of_q, unit_of_q / q, 2.0 * q * unit_of_q};
        memcpy(of_wave_number + 3 * i, row, sizeof row);
    }
    t->of_lag = of_lag, t->of_wave_number = of_wave_number;
    t->quarter = quarter, t->quarter_frequency = quarter_frequency, t->lag = lag;
    t->half_re = half_re, t->half_im = half_im;
    return MCT_OK;
}

static size_t together_at_most(const mct_cpu *cpu, size_t *components) {
    *components = cpu->loops->fourier->together / 2;
    return cpu->loops->fourier->together;
}

/* Half as wide where that is enough. */
static const mct_fourier_loops *loops_for(const mct_cpu *cpu, size_t functions) {
    const mct_loops *const loops = cpu->loops;
    return functions <= loops->fourier_narrow->together ? loops->fourier_narrow : loops->fourier;
}

static double *field_of(const mct_cpu *cpu, double *scratch) {
    return scratch + 2 * MCT_LANES * cpu->tables->transform.size;
}

static void load(const mct_cpu *cpu, size_t count, const double *const *X, double *scratch, double *const *image) {
    const mct_tables *t = cpu->tables;
    loops_for(cpu, count)->load(&t->transform, cpu->N, count, t->balance, t->k, X, scratch, image);
    for (size_t c = 0; cpu->m == 1 && c < count; c++) { /* for correct_small_lags */
        double *const e = image[c] + 4 * t->transform.size;
        for (size_t q = 0; q < cpu->N; q++) e[q] = t->balance * t->k[q] * t->k[q] * X[c][q];
    }
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
static void correct_small_lags(const mct_cpu *cpu, size_t pairs, const double *const image[2][4], size_t together,
                               double *lag) {
    const mct_tables *t = cpu->tables;
    const size_t count = small_lags(cpu->N), pitch = 2 * together;
    double *const K3 = lag + together / 2, exact[SMALL_LAGS_MAX] = {0.0}, error = 0.0;
    for (size_t p = 0; p < pairs; p++) {
        const double *e[4];
        for (int a = 0; a < 4; a++) e[a] = image[p][a] + 4 * t->transform.size;
        cpu->loops->fourier->small_lags(cpu->N, count, e, exact);
    }
    for (size_t i = 0; i < count; i++) {
        exact[i] *= t->scale;
        error += (K3[i * pitch] - exact[i]) / (double)count;
        K3[i * pitch] = exact[i];
    }
    for (size_t i = count; i < cpu->lags; i++) K3[i * pitch] -= error;
}

static void correlate(const mct_cpu *cpu, size_t count, size_t pairs, const double *const (*image)[2][4],
                      const double *prefactor, double *scratch, double *const *M) {
    const mct_fourier_loops *const loops = loops_for(cpu, 2 * count);
    double *const lag = field_of(cpu, scratch);
    loops->correlate(&cpu->tables->transform, cpu->lags, count, pairs, image, scratch, lag);
    if (cpu->m == 1) correct_small_lags(cpu, pairs, image[0], loops->together, lag);
    loops->assemble(&cpu->tables->transform, cpu->N, count, cpu->lags > cpu->N, prefactor, lag, M);
}

static void correlate_adjoint(const mct_cpu *cpu, size_t count, const double *const (*increment)[4],
                              const double *const (*image)[4], double *scratch, double *const (*out)[4]) {
    cpu->loops->fourier->correlate_adjoint(&cpu->tables->transform, cpu->lags, count, increment, image, scratch, out);
}

static void unload(const mct_cpu *cpu, size_t count, const double *const *image, double *scratch, double *const *X) {
    const mct_tables *t = cpu->tables;
    cpu->loops->fourier->unload(&t->transform, cpu->N, count, t->balance, t->k, image, scratch, field_of(cpu, scratch),
                                X);
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
    .together = together_at_most,
    .load = load,
    .correlate = correlate,
    .correlate_adjoint = correlate_adjoint,
    .unload = unload,
};
