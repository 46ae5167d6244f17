/* vector_loops.c: sums and norms; the order of summation depends on n alone. */
#include <math.h>

#include "cpu/simd/loops.h"
#include "cpu/simd/wide.h"

enum { PARTIAL = 16 }; /* independent partial sums: more than any instruction set needs */

static double dot(size_t n, const double *restrict w, const double *x, const double *y) {
    double sum[PARTIAL] = {0};
    size_t i = 0;
    for (; i + PARTIAL <= n; i += PARTIAL) {
        for (size_t l = 0; l < PARTIAL; l++) sum[l] += w[i + l] * w[i + l] * x[i + l] * y[i + l];
    }
    for (size_t l = 0; i < n; i++, l++) sum[l] += w[i] * w[i] * x[i] * y[i];
    for (size_t half = PARTIAL / 2; half > 0; half /= 2) {
        for (size_t l = 0; l < half; l++) sum[l] += sum[l + half];
    }
    return sum[0];
}

static void weigh(size_t n, int inverse, const double *restrict w, double *restrict x) {
    if (inverse) {
        for (size_t i = 0; i < n; i++) x[i] /= w[i];
    } else {
        for (size_t i = 0; i < n; i++) x[i] *= w[i];
    }
}

static void axpby(size_t n, double a, const double *x, double b, double *y) { /* x may be y */
    if (b == 0.0) {
        for (size_t i = 0; i < n; i++) y[i] = a * x[i];
    } else {
        for (size_t i = 0; i < n; i++) y[i] = a * x[i] + b * y[i];
    }
}

/* a where the mask is all ones, else b */
static inline mct_wide choose(mct_wide_mask mask, mct_wide a, mct_wide b) {
    return (mct_wide)(((mct_wide_mask)a & mask) | ((mct_wide_mask)b & ~mask));
}

static double max_norm(size_t n, const double *restrict w, const double *restrict x) {
    mct_wide largest = {0.0}, smallest = {0.0}, bad = {0.0};
    size_t i = 0;
    for (; i + MCT_WIDTH <= n; i += MCT_WIDTH) {
        const mct_wide value = mct_wide_read(w + i) * mct_wide_read(x + i);
        largest = choose(value > largest, value, largest); /* a NaN is passed over here ... */
        smallest = choose(value < smallest, value, smallest);
        bad += value * 0.0; /* ... and kept here, as is infinity */
    }
    double result = 0.0, sum = 0.0;
    for (int l = 0; l < MCT_WIDTH; l++) {
        result = fmax(result, fmax(largest[l], -smallest[l]));
        sum += bad[l];
    }
    for (; i < n; i++) {
        const double value = w[i] * x[i];
        result = fmax(result, fabs(value));
        sum += value * 0.0;
    }
    return result + sum;
}

const mct_vector_loops MCT_VARIANT(mct_vector_loops_) = {
    .dot = dot,
    .weigh = weigh,
    .axpby = axpby,
    .max_norm = max_norm,
};
