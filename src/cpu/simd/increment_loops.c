/* increment_loops.c: correlations of the O(N^2) form, and the step from increments to M(q). */
#include <string.h>

#include "base/constants.h"
#include "cpu/simd/loops.h"
#include "cpu/simd/wide.h"

/* VECTORS vectors of the instruction set are kept as accumulators of each output, so that
 * four outputs and the operands fit the registers. */
#if defined(__AVX512F__)
enum { VECTORS = 4 };
#else
enum { VECTORS = 2 };
#endif
enum { WIDTH = MCT_WIDTH, BLOCK = WIDTH * VECTORS };
_Static_assert((int)MCT_CORRELATE_BLOCK >= (int)BLOCK, "sequences are padded for one block");

/* 6 multiply-adds per pair (lag, j) of one component: K1 = sum x y, K2 = sum u v, O = sum (xE y + x yE),
 * K3 = sum (xE yE - uE vE), each over j with the second factor at j + lag. */
static void correlate(size_t n, size_t lags, const mct_sequence image[4], int accumulate, double *restrict P,
                      double *restrict O, double *restrict K3, double *restrict D) {
    const double *x = image[0].odd, *xe = image[0].even, *y = image[1].odd, *ye = image[1].even;
    const double *u = image[2].odd, *ue = image[2].even, *v = image[3].odd, *ve = image[3].even;
    const ptrdiff_t N = (ptrdiff_t)n;
    for (ptrdiff_t first = 0; first < (ptrdiff_t)lags; first += BLOCK) {
        mct_wide k1[VECTORS] = {0}, k2[VECTORS] = {0}, odd[VECTORS] = {0}, k3[VECTORS] = {0};
        for (ptrdiff_t j = -N; j < N - first; j++) {
            for (int r = 0; r < VECTORS; r++) {
                const ptrdiff_t at = j + first + r * WIDTH;
                const mct_wide yr = mct_wide_read(y + at), yer = mct_wide_read(ye + at);
                k1[r] += x[j] * yr;
                odd[r] += xe[j] * yr;
                odd[r] += x[j] * yer;
                k3[r] += xe[j] * yer;
                k2[r] += u[j] * mct_wide_read(v + at);
                k3[r] -= ue[j] * mct_wide_read(ve + at);
            }
        }
        double sum[4][BLOCK];
        for (int r = 0; r < VECTORS; r++) {
            const mct_wide plus = k1[r] + k2[r], minus = k1[r] - k2[r];
            memcpy(sum[0] + r * WIDTH, &plus, sizeof plus);
            memcpy(sum[1] + r * WIDTH, &odd[r], sizeof plus);
            memcpy(sum[2] + r * WIDTH, &k3[r], sizeof plus);
            memcpy(sum[3] + r * WIDTH, &minus, sizeof plus);
        }
        double *const out[4] = {P + first, O + first, K3 + first, D + first};
        const size_t count = lags - (size_t)first < BLOCK ? lags - (size_t)first : BLOCK;
        for (int a = 0; a < 4; a++) {
            for (size_t i = 0; i < count; i++) out[a][i] = accumulate ? out[a][i] + sum[a][i] : sum[a][i];
        }
    }
}

/* y vanishes outside -n ... n-1, so that taps beyond reach are left out. */
static void convolve(size_t n, size_t taps, double sign, const double *restrict w, const double *restrict y,
                     double *restrict out) {
    const ptrdiff_t N = (ptrdiff_t)n, T = (ptrdiff_t)taps;
    for (ptrdiff_t first = 0; first < N; first += BLOCK) {
        const ptrdiff_t from = -N - first - BLOCK + 1 > -T ? -N - first - BLOCK + 1 : -T;
        const ptrdiff_t to = N - 1 - first < T ? N - 1 - first : T;
        mct_wide sum[VECTORS] = {0};
        for (ptrdiff_t i = from; i <= to; i++) {
            for (int r = 0; r < VECTORS; r++) sum[r] += w[i] * mct_wide_read(y + first + r * WIDTH + i);
        }
        double values[BLOCK];
        memcpy(values, sum, sizeof values);
        for (ptrdiff_t i = 0; i < BLOCK && first + i < N; i++) out[first + i] += sign * values[i];
    }
}

static const double corrected_weight[3] = MCT_CORRECTED_WEIGHTS;

/* In place, three sequences at once (their additions overlap): a(i) = half of the first increment + the following
 * ones.  Increments are even in i. */
static void cumulate(size_t n, double *restrict d0, double *restrict d1, double *restrict d2) {
    double a0 = -0.5 * d0[0], a1 = -0.5 * d1[0], a2 = -0.5 * d2[0];
    for (size_t i = 0; i < n; i++) {
        d0[i] = a0 += d0[i];
        d1[i] = a1 += d1[i];
        d2[i] = a2 += d2[i];
    }
}

static void cumulate_corrected(size_t n, double *restrict d0, double *restrict d1, double *restrict d2) {
    double *const d[3] = {d0, d1, d2};
    double sum[3] = {0.0, 0.0, 0.0}, before1[3], before2[3];
    for (int a = 0; a < 3; a++) before1[a] = d[a][1], before2[a] = d[a][2]; /* d(-1), d(-2) */
    for (size_t i = 0; i < n; i++) {
        for (int a = 0; a < 3; a++) {
            const double here = d[a][i];
            const double term = corrected_weight[0] * here + corrected_weight[1] * (before1[a] + d[a][i + 1]) +
                                corrected_weight[2] * (before2[a] + d[a][i + 2]);
            before2[a] = before1[a];
            before1[a] = here;
            d[a][i] = sum[a] += i ? term : 0.5 * term;
        }
    }
}

static void assemble(size_t n, double spacing, double prefactor, double balance, int corrected, double *restrict P,
                     double *restrict O, double *restrict K3, double *restrict D, double *restrict M) {
    const size_t lags = corrected ? n + 2 : n;
    const double four = 4.0 / (balance * balance);
    for (size_t i = 0; i < lags; i++) {
        const double mi = (double)i * spacing, m2 = mi * mi;
        O[i] *= -mi / balance;
        K3[i] = m2 * (four * K3[i] + m2 * D[i]);
    }
    if (corrected) {
        cumulate_corrected(n, P, O, K3);
    } else {
        cumulate(n, P, O, K3);
    }
    const double factor = prefactor * spacing * spacing / (16.0 * MCT_PI * MCT_PI);
    for (size_t i = 0; i < n; i++) {
        const double q = ((double)i + 0.5) * spacing, q2 = q * q;
        M[i] = factor / q * (q2 * (q2 * P[i] + 2.0 * O[i]) + K3[i]);
    }
}

/* Adjoint of cumulate: from weights of a(i), i < n, to weights of d(i), i < n + 2, in place. */
static void cumulate_adjoint(size_t n, int corrected, double *d) {
    double sum = 0.0;
    for (size_t i = n; i-- > 0;) d[i] = sum += d[i];
    d[0] *= 0.5;
    d[n] = d[n + 1] = 0.0;
    if (!corrected) return;
    double after[2] = {0.0, 0.0}; /* weights of terms i+1, i+2 while d(i) is replaced, from the end */
    const double first = d[0], second = d[1];
    for (size_t i = n + 2; i-- > 0;) {
        const double here = d[i], before1 = i > 0 ? d[i - 1] : 0.0, before2 = i > 1 ? d[i - 2] : 0.0;
        d[i] = corrected_weight[0] * here + corrected_weight[1] * (before1 + after[0]) +
               corrected_weight[2] * (before2 + after[1]);
        after[1] = after[0];
        after[0] = here;
    }
    /* d(-1) and d(-2), which the terms 0 and 1 use, are d(1) and d(2) */
    d[1] += corrected_weight[1] * first + corrected_weight[2] * second;
    d[2] += corrected_weight[2] * first;
}

static void assemble_adjoint(size_t n, double spacing, double prefactor, double balance, int corrected,
                             const double *restrict l, double *restrict P, double *restrict O, double *restrict K3,
                             double *restrict D) {
    const double factor = prefactor * spacing * spacing / (16.0 * MCT_PI * MCT_PI);
    for (size_t i = 0; i < n; i++) {
        const double q = ((double)i + 0.5) * spacing, q2 = q * q, weight = factor / q * l[i];
        P[i] = weight * q2 * q2;
        O[i] = weight * 2.0 * q2;
        K3[i] = weight;
    }
    cumulate_adjoint(n, corrected, P);
    cumulate_adjoint(n, corrected, O);
    cumulate_adjoint(n, corrected, K3);
    for (size_t i = 0; i < n + 2; i++) {
        const double mi = (double)i * spacing, m2 = mi * mi;
        O[i] *= -mi / balance;
        D[i] = m2 * m2 * K3[i];
        K3[i] *= 4.0 / (balance * balance) * m2;
    }
}

const mct_increment_loops MCT_VARIANT(mct_increment_loops_) = {
    .correlate = correlate,
    .convolve = convolve,
    .assemble = assemble,
    .assemble_adjoint = assemble_adjoint,
};
