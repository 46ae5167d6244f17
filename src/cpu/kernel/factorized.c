/* factorized.c: the correlations of the increment form as plain sums, O(N^2) (docs/theory.md).
 *
 * The image of a function X is the pair of sequences t = kX (odd about -1/2) and e = k^2 X (even) on -N ... N-1 with
 * zeros around.  6 multiply-adds per lag, sequence entry and component: 36 N^2 for two species. */
#include <string.h>

#include "cpu/cpu.h"

/* Zeros on either side of a sequence: what the blocked loops may read beyond it. */
enum { PADDING = MCT_CORRELATE_BLOCK + 8 };

static size_t sequence_size(size_t N) {
    return mct_pad(2 * N + 2 * PADDING);
}

static size_t table_size(const mct_grid *grid) {
    return mct_pad(grid->points);
}

static size_t image_size(const mct_grid *grid) {
    return 2 * sequence_size(grid->points);
}

/* Four increments of N + 2; for the adjoint, four sequences of weights on -(N+1) ... N+1. */
static size_t scratch_size(const mct_grid *grid, size_t species, size_t points) {
    (void)species, (void)points;
    return 4 * mct_pad(2 * grid->points + 8);
}

static mct_status create(mct_context *context, const mct_grid *grid, mct_tables *tables) {
    (void)context, (void)grid, (void)tables;
    return MCT_OK;
}

static void destroy(mct_tables *tables) {
    (void)tables;
}

static mct_sequence sequence(const mct_cpu *cpu, const double *image) {
    const size_t N = cpu->N;
    return (mct_sequence){.odd = image + PADDING + N, .even = image + sequence_size(N) + PADDING + N};
}

static size_t together(const mct_cpu *cpu, size_t *components) {
    (void)cpu;
    *components = 1;
    return 1;
}

static void load(const mct_cpu *cpu, size_t count, const double *const *Xs, double *scratch, double *const *images) {
    (void)count, (void)scratch;
    const size_t N = cpu->N, size = sequence_size(N);
    const double *const X = Xs[0];
    double *const image = images[0];
    double *odd = image + PADDING + N, *even = odd + size;
    memset(image, 0, PADDING * sizeof *image);
    memset(odd + N, 0, (size - PADDING - 2 * N) * sizeof *image);
    memset(image + size, 0, PADDING * sizeof *image);
    memset(even + N, 0, (size - PADDING - 2 * N) * sizeof *image);
    for (size_t j = 0; j < N; j++) {
        const double t = cpu->tables->k[j] * X[j], e = cpu->tables->k[j] * t;
        odd[j] = t;
        even[j] = e;
        *(odd - 1 - j) = -t;
        *(even - 1 - j) = e;
    }
}

static void correlate(const mct_cpu *cpu, size_t count, size_t pairs, const double *const (*images)[2][4],
                      const double *prefactor, double *scratch, double *const *M) {
    (void)count;
    const double *const(*const image)[4] = images[0];
    double *increment[4];
    for (int a = 0; a < 4; a++) increment[a] = scratch + (size_t)a * mct_pad(cpu->lags);
    for (size_t p = 0; p < pairs; p++) {
        mct_sequence s[4];
        for (int a = 0; a < 4; a++) s[a] = sequence(cpu, image[p][a]);
        cpu->loops->increment->correlate(cpu->N, cpu->lags, s, p > 0, increment[0], increment[1], increment[2],
                                         increment[3]);
    }
    cpu->loops->increment->assemble(cpu->N, cpu->shape.grid.spacing, *prefactor, 1.0, cpu->lags > cpu->N, increment[0],
                                    increment[1], increment[2], increment[3], M[0]);
}

/* The adjoint image of a function: gradients with respect to t[0 ... N-1] and e[0 ... N-1]. */
static void correlate_adjoint(const mct_cpu *cpu, size_t count, const double *const (*increments)[4],
                              const double *const (*images)[4], double *scratch, double *const (*outs)[4]) {
    (void)count;
    const double *const *const increment = increments[0], *const *const image = images[0];
    double *const *const out = outs[0];
    const size_t N = cpu->N, taps = cpu->lags - 1, room = mct_pad(2 * N + 8), size = sequence_size(N);
    /* weights continued to negative lags: those of K1, K2, K3 as even (twice the value at 0), of O as odd */
    double *k1 = scratch + N + 1, *k2 = k1 + room, *k3 = k2 + room, *o = k3 + room;
    for (size_t i = 0; i <= taps; i++) {
        const double twice = i ? 1.0 : 2.0;
        k1[i] = *(k1 - i) = twice * (increment[0][i] + increment[3][i]);
        k2[i] = *(k2 - i) = twice * (increment[0][i] - increment[3][i]);
        k3[i] = *(k3 - i) = twice * increment[2][i];
        o[i] = i ? increment[1][i] : 0.0;
        *(o - i) = -o[i];
    }
    mct_sequence s[4];
    double *t[4], *e[4];
    for (int a = 0; a < 4; a++) {
        s[a] = sequence(cpu, image[a]);
        t[a] = out[a];
        e[a] = out[a] + size;
    }
    enum { X, Y, U, V };
    const mct_increment_loops *loops = cpu->loops->increment;
    loops->convolve(N, taps, 1.0, k1, s[Y].odd, t[X]);
    loops->convolve(N, taps, 1.0, o, s[Y].even, t[X]);
    loops->convolve(N, taps, 1.0, o, s[Y].odd, e[X]);
    loops->convolve(N, taps, 1.0, k3, s[Y].even, e[X]);
    loops->convolve(N, taps, 1.0, k1, s[X].odd, t[Y]);
    loops->convolve(N, taps, -1.0, o, s[X].even, t[Y]);
    loops->convolve(N, taps, -1.0, o, s[X].odd, e[Y]);
    loops->convolve(N, taps, 1.0, k3, s[X].even, e[Y]);
    loops->convolve(N, taps, 1.0, k2, s[V].odd, t[U]);
    loops->convolve(N, taps, -1.0, k3, s[V].even, e[U]);
    loops->convolve(N, taps, 1.0, k2, s[U].odd, t[V]);
    loops->convolve(N, taps, -1.0, k3, s[U].even, e[V]);
}

static void unload(const mct_cpu *cpu, size_t count, const double *const *image, double *scratch, double *const *X) {
    (void)count, (void)scratch;
    const double *t = image[0], *e = t + sequence_size(cpu->N), *k = cpu->tables->k;
    for (size_t j = 0; j < cpu->N; j++) X[0][j] = k[j] * (t[j] + k[j] * e[j]);
}

const mct_algorithm mct_algorithm_factorized = {
    .name = "factorized",
    .create = create,
    .destroy = destroy,
    .table_size = table_size,
    .image_size = image_size,
    .scratch_size = scratch_size,
    .evaluate = mct_increments_evaluate,
    .derivative = mct_increments_derivative,
    .adjoint = mct_increments_adjoint,
    .together = together,
    .load = load,
    .correlate = correlate,
    .correlate_adjoint = correlate_adjoint,
    .unload = unload,
};
