/* moment_loops.c: what happens once per block of steps: moments of the new cells, thinning, weights of the history. */
#include "cpu/simd/small_matrix.h"
#include "cpu/simd/step_loops.h"

/* BODY with D a constant. */
#define EACH_DEGREE(CALL)                  \
    switch (scheme->degree) {              \
    case 1: CALL((size_t)1); break;        \
    case 3: CALL((size_t)3); break;        \
    default: CALL((size_t)MCT_DEGREE_MAX); \
    }

/* Node r of cell j, whose D + 1 nodes end at grid point n at the latest. */
MCT_INLINE size_t node_of(size_t D, size_t j, size_t n) {
    const size_t central = (D - 1) / 2, beyond = n - j;
    return beyond < D - 1 - central ? D - 1 - beyond : central;
}

/* mu [D] of cell j from grid values `value` (of one component; `size` apart), known up to n. */
MCT_INLINE void cell(size_t D, const mct_scheme *scheme, const double *value, size_t size, size_t j, size_t n,
                     mct_wide *mu) {
    const size_t r = node_of(D, j, n), from = j - 1 - r;
#pragma GCC unroll 6
    for (size_t p = 0; p < D; p++) mu[p] = scheme->moment[r][p][0] * mct_wide_read(value + from * size);
#pragma GCC unroll 6
    for (size_t nu = 1; nu <= D; nu++) {
        const mct_wide f = mct_wide_read(value + (from + nu) * size);
#pragma GCC unroll 6
        for (size_t p = 0; p < D; p++) mu[p] += scheme->moment[r][p][nu] * f;
    }
}

MCT_INLINE void write_moments(size_t D, const mct_wide *mu, size_t size, double *to) {
#pragma GCC unroll 6
    for (size_t p = 0; p < D; p++) mct_wide_write(&mu[p], to + p * size);
}

MCT_INLINE void read_moments(size_t D, const double *from, size_t size, mct_wide *mu) {
#pragma GCC unroll 6
    for (size_t p = 0; p < D; p++) mu[p] = mct_wide_read(from + p * size);
}

MCT_INLINE void new_cells(size_t D, const mct_scheme *scheme, const double *value, size_t size, size_t n,
                          double *moments) {
    for (size_t j = n / 2 + 1; j <= n; j++) {
        mct_wide mu[MCT_DEGREE_MAX];
        cell(D, scheme, value, size, j, n, mu);
        write_moments(D, mu, size, moments + (j - 1) * D * size);
    }
}

void MCT_VARIANT(mct_step_moments_)(const mct_step_layout *a, size_t first, size_t last, double *base,
                                    const mct_scheme *scheme, size_t n);
void MCT_VARIANT(mct_step_moments_)(const mct_step_layout *a, size_t first, size_t last, double *base,
                                    const mct_scheme *scheme, size_t n) {
    const size_t mm = a->m * a->m, size = mm * MCT_LANES;
    for (size_t b = first; b < last; b++) {
        for (size_t c = 0; c < size; c += MCT_WIDTH) {
            double *const p = base + b * a->stride + c;
#define CALL(D)                                               \
    new_cells(D, scheme, p + a->F, size, n, p + a->moment_F); \
    new_cells(D, scheme, p + a->M, size, n, p + a->moment_M)
            EACH_DEGREE(CALL)
#undef CALL
        }
    }
}

/* --- Weights: cell by cell, all components of a cell one after the other, as they lie in memory ------------------- */

/* `open`: what the cells so far add to the D + 1 distances that the coming cells still add to.  Where the sum is cut after
 * J cells, these are the weights as they stand: they are kept in slot [J].  weight, tail, open: of a component. */
MCT_INLINE void weigh_cell(size_t D, const mct_scheme *scheme, const mct_wide *mu, size_t size, size_t j,
                           const int *slot, double *weight, double *tail, mct_wide *open) {
    const size_t central = (D - 1) / 2, half = (D + 1) / 2, r = j < half ? D - j : central, done = j > half;
    mct_wide sum[MCT_DEGREE_MAX + 1];
    if (done) mct_wide_write(&open[0], weight + (j - half - 1) * size);
#pragma GCC unroll 6
    for (size_t k = 0; k < D; k++) sum[k] = open[k + done];
    sum[D] = (mct_wide){0.0};
    if (!done) sum[D] = open[D];
    if (r == central) { /* w[p][D - nu] = -(-1)^p w[p][nu] */
#pragma GCC unroll 3
        for (size_t nu = 0; nu < half; nu++) {
            mct_wide even = scheme->weight[central][0][nu] * mu[0], odd = {0.0};
#pragma GCC unroll 6
            for (size_t p = 1; p < D; p++) *(p % 2 ? &odd : &even) += scheme->weight[central][p][nu] * mu[p];
            sum[D - nu] += odd + even;
            sum[nu] += odd - even;
        }
    } else {
#pragma GCC unroll 6
        for (size_t nu = 0; nu <= D; nu++) {
#pragma GCC unroll 6
            for (size_t p = 0; p < D; p++) sum[D - nu] += scheme->weight[r][p][nu] * mu[p];
        }
    }
#pragma GCC unroll 6
    for (size_t k = 0; k <= D; k++) open[k] = sum[k];
    if (slot[j] < 0) return;
    double *const to = tail + (size_t)slot[j] * D * size;
#pragma GCC unroll 6
    for (size_t k = 1; k <= D; k++) mct_wide_write(&sum[k], to + (k - 1) * size);
}

/* After the last cell: the last weight away from a cut. */
MCT_INLINE void close_weights(size_t D, size_t size, size_t cells, const mct_wide *open, double *weight) {
    for (size_t c = 0, o = 0; c < size; c += MCT_WIDTH, o += D + 1) {
        mct_wide_write(&open[o], weight + (cells - (D + 1) / 2) * size + c);
    }
}

MCT_INLINE void weights_of(size_t D, const mct_scheme *scheme, const double *moments, size_t size, size_t cells,
                           const int *slot, double *weight, double *tail, mct_wide *open) {
    memset(open, 0, size / MCT_WIDTH * (D + 1) * sizeof *open);
    for (size_t j = 1; j <= cells; j++) {
        for (size_t c = 0, o = 0; c < size; c += MCT_WIDTH, o += D + 1) {
            mct_wide mu[MCT_DEGREE_MAX];
            read_moments(D, moments + (j - 1) * D * size + c, size, mu);
            weigh_cell(D, scheme, mu, size, j, slot, weight + c, tail + c, open + o);
        }
    }
    close_weights(D, size, cells, open, weight);
}

void MCT_VARIANT(mct_step_weights_)(const mct_step_layout *a, size_t first, size_t last, double *base,
                                    const mct_scheme *scheme, size_t cells, const mct_tails *tails);
void MCT_VARIANT(mct_step_weights_)(const mct_step_layout *a, size_t first, size_t last, double *base,
                                    const mct_scheme *scheme, size_t cells, const mct_tails *tails) {
    const size_t size = a->m * a->m * MCT_LANES;
    mct_wide open[size / MCT_WIDTH * (MCT_DEGREE_MAX + 1)];
    for (size_t b = first; b < last; b++) {
        double *const p = base + b * a->stride;
#define CALL(D)                                                                                             \
    weights_of(D, scheme, p + a->moment_F, size, cells, tails->of_F, p + a->weight_F, p + a->tail_F, open); \
    weights_of(D, scheme, p + a->moment_M, size, cells, tails->of_M, p + a->weight_M, p + a->tail_M, open)
        EACH_DEGREE(CALL)
#undef CALL
    }
}

/* --- Thinning: two cells become one ----------------------------------------------------------------------- */

/* Exact.  mu'_p = (1/2) sum_s T_ps (mu_right + (-1)^(p+s) mu_left)_s. */
MCT_INLINE void join(size_t D, const mct_scheme *scheme, const mct_wide *left, const mct_wide *right, mct_wide *mu) {
    mct_wide sum[MCT_DEGREE_MAX], difference[MCT_DEGREE_MAX];
#pragma GCC unroll 6
    for (size_t s = 0; s < D; s++) {
        sum[s] = 0.5 * (right[s] + left[s]);
        difference[s] = 0.5 * (right[s] - left[s]);
    }
#pragma GCC unroll 6
    for (size_t p = 0; p < D; p++) {
        mu[p] = scheme->thinning[p][p] * sum[p];
#pragma GCC unroll 6
        for (size_t s = 0; s < p; s++) mu[p] += scheme->thinning[p][s] * ((p + s) % 2 ? difference[s] : sum[s]);
    }
}

/* The same of two new cells with central stencils, from the D + 2 grid values at `value`.  Even moments see the even part of
 * these values about the middle one, odd moments the odd part. */
MCT_INLINE void join_new(size_t D, const mct_scheme *scheme, const double *value, size_t size, mct_wide *mu) {
    const size_t middle = (D + 1) / 2;
    const mct_wide f = mct_wide_read(value + middle * size), zero = {0.0};
#pragma GCC unroll 6
    for (size_t p = 0; p < D; p++) mu[p] = p % 2 ? zero : scheme->joined[p][middle] * f;
#pragma GCC unroll 3
    for (size_t nu = 0; nu < middle; nu++) {
        const mct_wide left = mct_wide_read(value + nu * size), right = mct_wide_read(value + (D + 1 - nu) * size);
        const mct_wide even = left + right, odd = left - right;
#pragma GCC unroll 6
        for (size_t p = 0; p < D; p++) mu[p] += scheme->joined[p][nu] * (p % 2 ? odd : even);
    }
}

/* Cell j of twice the length, of one component; n cells and grid points before. */
MCT_INLINE void thinned_cell(size_t D, const mct_scheme *scheme, size_t size, size_t n, mct_cells from, size_t j,
                             const double *value, const double *moments, mct_wide *mu) {
    const size_t central = (D - 1) / 2;
    mct_wide left[MCT_DEGREE_MAX], right[MCT_DEGREE_MAX];
    if (2 * j > n / 2 && node_of(D, 2 * j, n) == central) {
        join_new(D, scheme, value + (2 * j - 2 - central) * size, size, mu);
        return;
    }
    if (2 * j > n / 2) {
        cell(D, scheme, value, size, 2 * j - 1, n, left);
        cell(D, scheme, value, size, 2 * j, n, right);
    } else if (from == MCT_CELLS_PAIRS) {
        read_moments(D, moments + (j - 1) * D * size, size, mu);
        return;
    } else {
        read_moments(D, moments + (2 * j - 2) * D * size, size, left);
        read_moments(D, moments + (2 * j - 1) * D * size, size, right);
    }
    join(D, scheme, left, right, mu);
}

/* Phi or m of a block of wave numbers. */
typedef struct history {
    double *value, *moments, *weight, *tail;
    const int *slot;
} history;

static history history_of(const mct_step_layout *a, double *base, size_t b, int of_M, const mct_tails *tails) {
    double *const p = base + b * a->stride;
    return of_M ? (history){p + a->M, p + a->moment_M, p + a->weight_M, p + a->tail_M, tails->of_M}
                : (history){p + a->F, p + a->moment_F, p + a->weight_F, p + a->tail_F, tails->of_F};
}

/* Asks for `count` numbers, which will be read and written, to be brought into the second cache: on its own a processor
 * follows one array of the history, but does not foresee where the next one begins. */
MCT_INLINE void foretell(const double *from, size_t count) {
    for (size_t i = 0; i < count; i += 64 / sizeof *from) __builtin_prefetch(from + i, 1, 2);
}

/* Thinned cells, their weights, every second grid value; the `next` history comes nearer with every two cells of this one.
 * (What is written for cells j and j + 1 is never read for later ones.) */
MCT_INLINE void thin_block(size_t D, const mct_scheme *scheme, size_t size, size_t n, mct_cells from, mct_cells to,
                           const history *y, const history *next, mct_wide *open) {
    memset(open, 0, size / MCT_WIDTH * (D + 1) * sizeof *open);
    for (size_t j = 1; j < n / 2; j += 2) {
        foretell(next->value + 2 * j * size, 4 * size);
        if (2 * j <= n / 2) foretell(next->moments + (j - 1) * D * size, 2 * D * size);
        for (size_t c = 0, o = 0; c < size; c += MCT_WIDTH, o += D + 1) {
            mct_wide mu[2][MCT_DEGREE_MAX], pair[MCT_DEGREE_MAX];
            thinned_cell(D, scheme, size, n, from, j, y->value + c, y->moments + c, mu[0]);
            thinned_cell(D, scheme, size, n, from, j + 1, y->value + c, y->moments + c, mu[1]);
            if (to == MCT_CELLS) {
                write_moments(D, mu[0], size, y->moments + (j - 1) * D * size + c);
                write_moments(D, mu[1], size, y->moments + j * D * size + c);
            } else {
                join(D, scheme, mu[0], mu[1], pair);
                write_moments(D, pair, size, y->moments + j / 2 * D * size + c);
            }
            weigh_cell(D, scheme, mu[0], size, j, y->slot, y->weight + c, y->tail + c, open + o);
            weigh_cell(D, scheme, mu[1], size, j + 1, y->slot, y->weight + c, y->tail + c, open + o);
        }
        memcpy(y->value + j * size, y->value + 2 * j * size, size * sizeof *y->value);
        memcpy(y->value + (j + 1) * size, y->value + (2 * j + 2) * size, size * sizeof *y->value);
    }
    close_weights(D, size, n / 2, open, y->weight);
}

void MCT_VARIANT(mct_step_thin_)(const mct_step_layout *a, size_t first, size_t last, double *base,
                                 const mct_scheme *scheme, size_t n, mct_cells from, mct_cells to,
                                 const mct_tails *tails);
void MCT_VARIANT(mct_step_thin_)(const mct_step_layout *a, size_t first, size_t last, double *base,
                                 const mct_scheme *scheme, size_t n, mct_cells from, mct_cells to,
                                 const mct_tails *tails) {
    const size_t any = a->m * a->m * MCT_LANES, two = 4 * MCT_LANES;
    mct_wide open[any / MCT_WIDTH * (MCT_DEGREE_MAX + 1)];
    for (size_t b = first; b < last; b++) {
        const bool is_last = (b + 1) * a->stride == a->step;
        for (int of_M = 0; of_M < 2; of_M++) {
            const history y = history_of(a, base, b, of_M, tails);
            const history next = history_of(a, base, of_M && !is_last ? b + 1 : b, !of_M, tails);
/* of two species the matrices are a constant apart */
#define CALL(D)                                                   \
    if (a->m == 2)                                                \
        thin_block(D, scheme, two, n, from, to, &y, &next, open); \
    else                                                          \
        thin_block(D, scheme, any, n, from, to, &y, &next, open)
            EACH_DEGREE(CALL)
#undef CALL
        }
    }
}
