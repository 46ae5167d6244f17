/* problem.c: what the memory kernel is measured on, and its truth: the double sum in long double (tests/reference).
 *
 * F is smooth, positive definite and not symmetric, the direction d likewise, on the cut-off 40/d.  All points of a
 * batch have the same state and 2^(p mod 4) F: M of point p is exactly 4^(p mod 4) times that of point 0, so that one
 * truth serves all of them. */
#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "reference/support.h"

enum { SAMPLED_MAX = 128, FIELDS = 2 };

struct bench_problem {
    mct_grid grid;
    mct_statics *statics;
    double *field[FIELDS]; /* [mm][N]: F, d */
    reference_state *state;
    double budget;
    size_t sampled, q[SAMPLED_MAX];
    long double *truth[FIELDS]; /* [mm][sampled]: M[F], M[F, d] + M[d, F]; NULL until somebody asks */
};

/* Pairs (j, l) in the triangle region of q_i. */
static double pairs(size_t N, size_t i) {
    double sum = 0.0;
    for (size_t j = 0; j < N; j++) {
        const size_t first = i > j ? i - j : j - i, last = i + j < N - 1 ? i + j : N - 1;
        if (last >= first) sum += (double)(last - first + 1);
    }
    return sum;
}

static int ascending(const void *a, const void *b) {
    const size_t x = *(const size_t *)a, y = *(const size_t *)b;
    return (x > y) - (x < y);
}

static void add(bench_problem *p, size_t i, double *left) {
    const double cost = pairs(p->grid.points, i);
    for (size_t s = 0; s < p->sampled; s++) {
        if (p->q[s] == i) return;
    }
    if (p->sampled == SAMPLED_MAX || (p->sampled && cost > *left)) return;
    p->q[p->sampled++] = i;
    *left -= cost;
}

/* The ends, then powers of two, then more of them evenly spread, as far as the budget goes. */
static void sample(bench_problem *p) {
    const size_t N = p->grid.points;
    double left = p->budget;
    add(p, 0, &left);
    add(p, N - 1, &left);
    for (size_t i = 1; i < N; i *= 2) add(p, i, &left);
    for (size_t n = 1; n <= N && n <= (size_t)SAMPLED_MAX; n++) {
        const double at = (double)n * 0.61803398874989485;
        add(p, N <= (size_t)SAMPLED_MAX ? n - 1 : (size_t)((at - floor(at)) * (double)N), &left);
    }
    qsort(p->q, p->sampled, sizeof *p->q, ascending);
}

bench_problem *bench_problem_create(mct_context *context, size_t N, size_t species, mct_quadrature quadrature,
                                    double budget) {
    static const double fraction[3][3] = {{1.0}, {0.5, 0.5}, {0.3, 0.3, 0.4}}, activity[3] = {3.0, 1.0, 2.0};
    bench_problem *p = bench_allocate(1, sizeof *p);
    p->grid = (mct_grid){.points = N, .spacing = 40.0 / (double)N, .quadrature = quadrature};
    p->budget = budget;
    mct_species list[REFERENCE_SPECIES_MAX];
    const mct_mixture mixture = support_mixture(list, 0.55, species, fraction[species - 1], activity);
    bench_try(context, mct_statics_create(context, &p->grid, species, &p->statics));
    const mct_structure_options structure = mct_structure_options_default();
    bench_try(context, mct_statics_compute(context, &structure, &p->grid, &mixture, p->statics));
    uint64_t seed = 1;
    for (int f = 0; f < FIELDS; f++) {
        p->field[f] = bench_allocate(species * species * N, sizeof *p->field[f]);
        support_fill(SUPPORT_SMOOTH, &p->grid, p->statics, &seed, p->field[f]);
    }
    return p;
}

void bench_problem_destroy(bench_problem *p) {
    if (!p) return;
    for (int f = 0; f < FIELDS; f++) {
        free(p->field[f]);
        free(p->truth[f]);
    }
    reference_state_destroy(p->state);
    mct_statics_destroy(p->statics);
    free(p);
}

const mct_grid *bench_problem_grid(const bench_problem *p) {
    return &p->grid;
}

const mct_statics *bench_problem_statics(const bench_problem *p) {
    return p->statics;
}

static double scale(size_t point) {
    return (double)(1 << point % 4);
}

void bench_problem_fill(const bench_problem *p, bool direction, size_t batch, double *F) {
    const size_t n = p->statics->species * p->statics->species * p->grid.points;
    for (size_t point = 0; point < batch; point++) {
        for (size_t i = 0; i < n; i++) F[point * n + i] = scale(point) * p->field[direction][i];
    }
}

/* Adds M[F, G] at the sampled q to `out`. */
static void direct_sum(const bench_problem *p, const long double *F, const long double *G, long double *out) {
    const size_t mm = p->statics->species * p->statics->species;
#pragma omp parallel for schedule(dynamic)
    for (size_t s = p->sampled; s > 0; s--) { /* the longest ones first */
        long double M[REFERENCE_SPECIES_MAX * REFERENCE_SPECIES_MAX];
        reference_kernel_direct(p->state, F, G, 1, &p->q[s - 1], M);
        for (size_t c = 0; c < mm; c++) out[c * p->sampled + s - 1] += M[c];
    }
}

/* The corrected quadrature is defined by increments: all q at once, in long double. */
static void corrected_sum(const bench_problem *p, const long double *F, const long double *G, long double *out) {
    const size_t N = p->grid.points, mm = p->statics->species * p->statics->species;
    long double *M = reference_array(mm * N);
    reference_kernel_increments(p->state, p->grid.quadrature, F, G, M);
    for (size_t c = 0; c < mm; c++) {
        for (size_t s = 0; s < p->sampled; s++) out[c * p->sampled + s] += M[c * N + p->q[s]];
    }
    free(M);
}

static void compute_truth(bench_problem *p, bool derivative) {
    const size_t mm = p->statics->species * p->statics->species, count = mm * p->grid.points;
    if (!p->state) {
        p->state = reference_state_from_statics(&p->grid, p->statics);
        sample(p);
    }
    long double *field[FIELDS];
    for (int f = 0; f < FIELDS; f++) field[f] = reference_widen(count, p->field[f]);
    long double *out = p->truth[derivative] = reference_array(mm * p->sampled);
    void (*const sum)(const bench_problem *, const long double *, const long double *, long double *) =
        p->grid.quadrature == MCT_QUADRATURE_CORRECTED ? corrected_sum : direct_sum;
    if (derivative) {
        sum(p, field[0], field[1], out);
        sum(p, field[1], field[0], out);
    } else {
        sum(p, field[0], field[0], out);
    }
    for (int f = 0; f < FIELDS; f++) free(field[f]);
}

double bench_problem_residual(bench_problem *p, bool derivative, size_t batch, const double *M, size_t *sampled) {
    if (!p->truth[derivative]) compute_truth(p, derivative);
    const size_t N = p->grid.points, mm = p->statics->species * p->statics->species;
    double worst = 0.0, *scaled = bench_allocate(mm * N, sizeof *scaled);
    for (size_t point = 0; point < batch; point++) {
        const double factor = 1.0 / (scale(point) * scale(point)); /* exact */
        for (size_t i = 0; i < mm * N; i++) scaled[i] = factor * M[point * mm * N + i];
        const double error = support_kernel_error(mm, N, p->sampled, p->q, scaled, p->truth[derivative]);
        worst = error > worst ? error : worst;
    }
    free(scaled);
    *sampled = p->sampled;
    return worst;
}
