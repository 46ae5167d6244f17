/* fourier_loops.c: what stands around the transforms of cpu/fourier.c; one pass over each array. */
#include "loops.h"
#include "wide.h"

#include <string.h>

static void load(size_t n, size_t length, double balance, const double *restrict k, const double *restrict X,
                 double *restrict e, double *restrict z) {
    for (size_t j = 0; j < n; j++) {
        const double t = k[j] * X[j], even = balance * k[j] * t;
        e[j] = even;
        z[j] = even + t;
    }
    memset(z + n, 0, (length - 2 * n) * sizeof *z);
    for (size_t j = 0; j < n; j++) {
        const size_t from = n - 1 - j;
        z[length - n + j] = e[from] - k[from] * X[from];
    }
}

static void rotate(size_t half, const double *restrict Z, const double *restrict cosine, const double *restrict sine,
                   double *restrict image_C, double *restrict image_S) {
    for (size_t m = 0; m < half; m++) {
        double re = Z[2 * m], im = Z[2 * m + 1];
        image_C[m] = re * cosine[m] + im * sine[m];
        image_S[m] = re * sine[m] - im * cosine[m];
    }
}

static void product(size_t half, size_t pitch, const double *const image[4], int accumulate, double *restrict even_odd,
                    double *restrict K3, double *restrict difference) {
    const double *restrict Cx = image[0], *restrict Cy = image[1], *restrict Cu = image[2], *restrict Cv = image[3];
    const double *restrict Sx = Cx + pitch, *restrict Sy = Cy + pitch, *restrict Su = Cu + pitch,
                           *restrict Sv = Cv + pitch;
    if (!accumulate) {
        for (size_t m = 0; m < half; m++) {
            double xy = Sx[m] * Sy[m], uv = Su[m] * Sv[m];
            even_odd[2 * m] = xy + uv;
            even_odd[2 * m + 1] = Sx[m] * Cy[m] - Cx[m] * Sy[m];
            K3[2 * m] = Cx[m] * Cy[m] - Cu[m] * Cv[m];
            K3[2 * m + 1] = 0.0;
            difference[2 * m] = xy - uv;
            difference[2 * m + 1] = 0.0;
        }
    } else {
        for (size_t m = 0; m < half; m++) {
            double xy = Sx[m] * Sy[m], uv = Su[m] * Sv[m];
            even_odd[2 * m] += xy + uv;
            even_odd[2 * m + 1] += Sx[m] * Cy[m] - Cx[m] * Sy[m];
            K3[2 * m] += Cx[m] * Cy[m] - Cu[m] * Cv[m];
            difference[2 * m] += xy - uv;
        }
    }
}

/* K3 at lags first ... first + TOGETHER - 1: with e continued as even about -1/2, the sum over j >= 0 of both orders and
 * the pairs across -1/2.  What is read at j serves all these lags. */
enum { TOGETHER = 4 };

static void some_lags(size_t n, size_t first, const double *restrict x, const double *restrict y,
                      const double *restrict u, const double *restrict v, double *restrict K3) {
    mct_wide wide[TOGETHER] = {0};
    const size_t pairs = n - first - (TOGETHER - 1); /* of the largest lag: the smaller ones have a few more */
    size_t j = 0;
    for (; j + MCT_WIDTH <= pairs; j += MCT_WIDTH) {
        const mct_wide xj = mct_wide_read(x + j), yj = mct_wide_read(y + j);
        const mct_wide uj = mct_wide_read(u + j), vj = mct_wide_read(v + j);
        for (size_t i = 0; i < TOGETHER; i++) {
            const size_t at = j + first + i;
            wide[i] += (xj * mct_wide_read(y + at) - uj * mct_wide_read(v + at)) +
                       (mct_wide_read(x + at) * yj - mct_wide_read(u + at) * vj);
        }
    }
    for (size_t i = 0; i < TOGETHER; i++) {
        const size_t lag = first + i;
        double sum = mct_wide_sum(wide[i]);
        for (size_t a = j, b = j + lag; b < n; a++, b++) {
            sum += (x[a] * y[b] - u[a] * v[b]) + (x[b] * y[a] - u[b] * v[a]);
        }
        for (size_t a = 0; a < lag; a++) sum += x[a] * y[lag - 1 - a] - u[a] * v[lag - 1 - a];
        K3[lag] += sum;
    }
}

static void small_lags(size_t n, size_t pitch, size_t count, const double *const image[4], double *K3) {
    const double *e[4];
    for (int a = 0; a < 4; a++) e[a] = image[a] + 2 * pitch;
    for (size_t first = 0; first < count; first += TOGETHER) some_lags(n, first, e[0], e[1], e[2], e[3], K3);
}

static void split(size_t lags, size_t length, const double *restrict even_odd, double *restrict P, double *restrict O) {
    P[0] = even_odd[0];
    O[0] = 0.0;
    for (size_t i = 1; i < lags; i++) {
        P[i] = 0.5 * (even_odd[i] + even_odd[length - i]);
        O[i] = 0.5 * (even_odd[i] - even_odd[length - i]);
    }
}

static void join(size_t lags, size_t length, const double *restrict P, const double *restrict O,
                 double *restrict even_odd) {
    memset(even_odd, 0, length * sizeof *even_odd);
    even_odd[0] = P[0];
    for (size_t i = 1; i < lags; i++) {
        even_odd[i] = 0.5 * (P[i] + O[i]);
        even_odd[length - i] = 0.5 * (P[i] - O[i]);
    }
}

static void product_adjoint(size_t half, size_t pitch, const double *restrict even_odd, const double *restrict K3,
                            const double *restrict difference, const double *const image[4], double *const out[4]) {
    const double *Cx = image[0], *Cy = image[1], *Cu = image[2], *Cv = image[3];
    const double *Sx = Cx + pitch, *Sy = Cy + pitch, *Su = Cu + pitch, *Sv = Cv + pitch;
    /* x and y, u and v are different functions, and so are their adjoints: only pairs of them may coincide
     * between components, which come one after the other */
    double *restrict outx = out[0], *restrict outy = out[1], *restrict outu = out[2], *restrict outv = out[3];
    for (size_t m = 0; m < half; m++) {
        double sum = even_odd[2 * m] + difference[2 * m], diff = even_odd[2 * m] - difference[2 * m];
        double odd = even_odd[2 * m + 1], third = K3[2 * m];
        outx[m] += third * Cy[m] - odd * Sy[m];
        outx[m + pitch] += sum * Sy[m] + odd * Cy[m];
        outy[m] += third * Cx[m] + odd * Sx[m];
        outy[m + pitch] += sum * Sx[m] - odd * Cx[m];
        outu[m] -= third * Cv[m];
        outu[m + pitch] += diff * Sv[m];
        outv[m] -= third * Cu[m];
        outv[m + pitch] += diff * Su[m];
    }
}

static void unrotate(size_t half, const double *restrict image_C, const double *restrict image_S,
                     const double *restrict cosine, const double *restrict sine, double *restrict Z) {
    for (size_t m = 0; m < half; m++) {
        Z[2 * m] = image_C[m] * cosine[m] + image_S[m] * sine[m];
        Z[2 * m + 1] = image_C[m] * sine[m] - image_S[m] * cosine[m];
    }
}

static void unload(size_t n, size_t length, double balance, const double *restrict k, const double *restrict z,
                   double *restrict X) {
    for (size_t j = 0; j < n; j++) {
        double front = z[j], back = z[length - 1 - j];
        X[j] = k[j] * ((front - back) + balance * k[j] * (front + back));
    }
}

const mct_fourier_loops MCT_VARIANT(mct_fourier_loops_) = {
    .load = load,
    .rotate = rotate,
    .product = product,
    .small_lags = small_lags,
    .split = split,
    .join = join,
    .product_adjoint = product_adjoint,
    .unrotate = unrotate,
    .unload = unload,
};
