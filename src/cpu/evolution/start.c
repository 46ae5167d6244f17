/* start.c: the Taylor series Phi = sum a_n t^n, m = sum b_n t^n up to the middle of the first block (docs/theory.md):
 *   (n+1) a_{n+1} = -Gamma a_n - sum_{k+l=n, l>=1} k! l!/n! b_k a_l,   b_n = sum_{i+j=n} M[a_i, a_j] W^-1.
 * Time is counted in steps, so that a_n stands for a_n h^n. */
#include <string.h>

#include "cpu/evolution/evolution.h"

/* C += factor A B, arrays [m*m][N] as rows. */
static void add_product(size_t m, size_t N, double factor, const double *A, const double *B, double *C) {
    for (size_t r = 0; r < m; r++) {
        for (size_t c = 0; c < m; c++) {
            double *const out = C + (r * m + c) * N;
            for (size_t k = 0; k < m; k++) {
                const double *const a = A + (r * m + k) * N, *const b = B + (k * m + c) * N;
                for (size_t q = 0; q < N; q++) out[q] += factor * a[q] * b[q];
            }
        }
    }
}

static void coefficients(mct_cpu_evolution *e, size_t point, int thread, size_t terms, double *const *a,
                         double *const *b) {
    const size_t m = e->shape.species, N = e->shape.N, bytes = e->n * sizeof(double);
    const double h = e->clocks[point].step;
    double *const Gamma = b[terms - 1] + e->n, *const W_inverse = Gamma + e->n, *const M = mct_kernel_of(e, point, 0);
    double *const known = mct_step_of(e, point);
    mct_evolution_fetch(e, known, e->layout.pace, e->layout.Gamma, Gamma);
    mct_evolution_fetch(e, known, e->layout.pace, e->layout.W_inverse, W_inverse);
    mct_evolution_fetch(e, known, e->layout.pace, e->layout.S, a[0]);
    for (size_t n = 0; n < terms; n++) {
        memset(b[n], 0, bytes);
        for (size_t i = 0; i <= n; i++) {
            mct_evolution_kernel_point(e, point, thread, a[i], a[n - i], i == n, M);
            add_product(m, N, 1.0, M, W_inverse, b[n]);
            e->clocks[point].evaluations++;
        }
        if (n + 1 == terms) break;
        memset(a[n + 1], 0, bytes);
        add_product(m, N, -h / (double)(n + 1), Gamma, a[n], a[n + 1]);
        for (size_t l = 1; l <= n; l++) {
            add_product(m, N, -h / (double)(n + 1) * mct_scheme_beta((int)(n - l), (int)l), b[n - l], a[l], a[n + 1]);
        }
    }
}

/* Moments of the cells 1 ... cells, of few blocks at a time: their series stay at hand. */
static void first_moments(const mct_cpu_evolution *e, double *base, size_t first, size_t last, size_t cells,
                          const size_t *at_F, const size_t *at_M) {
    const mct_step_layout *const y = &e->layout;
    const size_t terms = (size_t)e->shape.scheme.taylor + 1, D = (size_t)e->shape.scheme.degree;
    double node[MCT_QUADRATURE_NODES], weight[MCT_DEGREE_MAX][MCT_QUADRATURE_NODES];
    mct_scheme_quadrature(e->shape.scheme.degree, node, weight);
    for (size_t j = 1; j <= cells; j++) {
        for (size_t p = 0; p < D; p++) {
            double factor[MCT_TAYLOR_MAX + 1] = {0.0}; /* moment p of t^n over cell j */
            for (size_t i = 0; i < MCT_QUADRATURE_NODES; i++) {
                double power = weight[p][i];
                for (size_t n = 0; n < terms; n++, power *= (double)j - 0.5 + 0.5 * node[i]) factor[n] += power;
            }
            const size_t to = ((j - 1) * D + p) * e->size;
            e->loops->combine(y, first, last, base, y->stride, terms, factor, at_F, y->moment_F + to, NULL);
            e->loops->combine(y, first, last, base, y->stride, terms, factor, at_M, y->moment_M + to, NULL);
        }
    }
}

/* The series, where they stay until there are weights. */
static void load_series(const mct_cpu_evolution *e, double *base, size_t first, size_t last, double *const *a,
                        double *const *b, const size_t *at_F, const size_t *at_M) {
    for (int n = 0; n <= e->shape.scheme.taylor; n++) {
        e->loops->load(&e->layout, first, last, base + at_F[n], e->layout.stride, a[n], 1.0);
        e->loops->load(&e->layout, first, last, base + at_M[n], e->layout.stride, b[n], 1.0);
    }
}

/* Phi and m at t = i h, and the row of Phi. */
static void first_values(const mct_cpu_evolution *e, double *base, size_t first, size_t last, size_t i,
                         const size_t *at_F, const size_t *at_M, double *row) {
    const mct_step_layout *const y = &e->layout;
    const size_t terms = (size_t)e->shape.scheme.taylor + 1;
    double power[MCT_TAYLOR_MAX + 1] = {1.0};
    for (size_t n = 1; n < terms; n++) power[n] = power[n - 1] * (double)i;
    e->loops->combine(y, first, last, base, y->stride, terms, power, at_F, y->F + i * e->size, row);
    e->loops->combine(y, first, last, base, y->stride, terms, power, at_M, y->M + i * e->size, NULL);
}

/* The history is written here for the first time: by the threads that will work on it, who get its pages from the system
 * together and near to them. */
void mct_evolution_start_from(mct_cpu_evolution *e, size_t point, double *const *a, double *const *b) {
    const mct_step_layout *y = &e->layout;
    const size_t terms = (size_t)e->shape.scheme.taylor + 1, half = e->shape.steps_per_block / 2;
    double *const base = mct_history_of(e, point);
    size_t at_F[MCT_TAYLOR_MAX + 1] = {0}, at_M[MCT_TAYLOR_MAX + 1] = {0};
    for (size_t n = 0; n < terms; n++) {
        at_F[n] = y->weight_F + n * e->size; /* no weights there yet, nor tails behind them */
        at_M[n] = at_F[n] + terms * e->size;
    }
    mct_clock *const clock = &e->clocks[point];
    MCT_FOR_CHUNKS(e, load_series(e, base, first, last, a, b, at_F, at_M))
    for (size_t i = 0; i <= half; i++) {
        double *const row = mct_evolution_whole_row(e, point, i, a[0]);
        e->times[point * e->shape.window + i] = (double)i * clock->step;
        MCT_FOR_CHUNKS(e, first_values(e, base, first, last, i, at_F, at_M, row))
        mct_evolution_keep_row(e, point, i, a[0]);
    }
    MCT_FOR_CHUNKS(e, first_moments(e, base, first, last, half, at_F, at_M))
    clock->i = half;
    clock->time = (double)half * clock->step;
    clock->rows = half + 1;
    mct_evolution_open_block(e, point);
}

void mct_evolution_start_point(mct_cpu_evolution *e, size_t point, int thread) {
    const size_t terms = (size_t)e->shape.scheme.taylor + 1;
    double *a[MCT_TAYLOR_MAX + 1] = {NULL}, *b[MCT_TAYLOR_MAX + 1] = {NULL};
    for (size_t n = 0; n < terms; n++) {
        a[n] = mct_scratch_of(e, thread) + n * e->n;
        b[n] = a[n] + terms * e->n;
    }
    coefficients(e, point, thread, terms, a, b);
    if (e->displacement) mct_displacement_start_point(e, point, thread, a);
    mct_evolution_start_from(e, point, a, b);
}
