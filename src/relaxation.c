/* relaxation.c: where correlators fall to 1/e and to 0.1: the polynomial through the rows around the crossing, in log t, and
 * the point where it has the value. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "relaxation.h"

enum { NODES = MCT_RELAXATION_NODES };

static const double level_of[MCT_RELAXATION_LEVELS] = {
    [MCT_RELAXATION_E] = 0.36787944117144232160, [MCT_RELAXATION_TENTH] = 0.1};

mct_status mct_relaxation_create(mct_context *context, size_t species, size_t N, const double *S, int degree,
                                 mct_relaxation *relaxation) {
    const size_t count = species * N;
    *relaxation =
        (mct_relaxation){.species = species, .N = N, .nodes = degree + 1 < NODES ? (size_t)degree + 1 : NODES};
    if (relaxation->nodes < 4) relaxation->nodes = 4; /* not worse than second order */
    relaxation->level = calloc((NODES + MCT_RELAXATION_LEVELS + 1) * count, sizeof *relaxation->level);
    if (!relaxation->level) return mct_fail(context, MCT_MEMORY, "relaxation times: out of memory");
    relaxation->tau = relaxation->level + NODES * count;
    relaxation->inverse = relaxation->tau + MCT_RELAXATION_LEVELS * count;
    for (size_t i = 0; i < MCT_RELAXATION_LEVELS * count; i++) relaxation->tau[i] = (double)NAN;
    for (size_t mu = 0; mu < species; mu++) {
        for (size_t q = 0; q < N; q++) relaxation->inverse[mu * N + q] = 1.0 / S[mu * (species + 1) * N + q];
    }
    return MCT_OK;
}

void mct_relaxation_destroy(mct_relaxation *relaxation) {
    free(relaxation->level);
    relaxation->level = NULL;
}

/* The polynomial through (x, y) at `at`. */
static double lagrange(size_t count, const double *x, const double *y, double at) {
    double sum = 0.0;
    for (size_t i = 0; i < count; i++) {
        double term = y[i];
        for (size_t k = 0; k < count; k++) {
            if (k != i) term *= (at - x[k]) / (x[i] - x[k]);
        }
        sum += term;
    }
    return sum;
}

/* Between nodes `left` and `left` + 1, where y - level changes its sign, to rounding: regula falsi (Illinois). */
static double crossing(size_t count, const double *x, const double *y, size_t left, double level) {
    double a = x[left], b = x[left + 1], fa = y[left] - level, fb = y[left + 1] - level, at = b;
    for (int step = 0; step < 100 && fabs(b - a) > 1.0e-16 * fabs(b); step++) {
        const double next = (a * fb - b * fa) / (fb - fa), f = lagrange(count, x, y, next) - level;
        if (next == at) break;
        at = next;
        if (f == 0.0) break;
        if ((f > 0.0) == (fb > 0.0)) {
            fa *= 0.5;
        } else {
            a = b, fa = fb;
        }
        b = at, fb = f;
    }
    return at;
}

/* Elements that fall below the level from one row to the next; without branches, for most rows have none. */
static size_t fallen(size_t size, const double *before, const double *after, double level) {
    size_t count = 0;
    for (size_t i = 0; i < size; i++) count += (size_t)((after[i] < level) & (before[i] >= level));
    return count;
}

/* Crossings between rows `row` and `row` + 1, by `count` rows from `from` on. */
static void search(mct_relaxation *relaxation, size_t row, size_t from, size_t count) {
    const size_t size = relaxation->species * relaxation->N;
    const double *const before = relaxation->level + row % NODES * size;
    const double *const after = relaxation->level + (row + 1) % NODES * size;
    for (size_t l = 0; l < MCT_RELAXATION_LEVELS; l++) {
        double *const tau = relaxation->tau + l * size;
        if (fallen(size, before, after, level_of[l]) == 0) continue;
        for (size_t i = 0; i < size; i++) {
            if (!(after[i] < level_of[l] && before[i] >= level_of[l] && isnan(tau[i]))) continue;
            double x[NODES] = {0.0}, y[NODES] = {0.0};
            /* t = 0 has no logarithm; near it t itself is as good */
            const bool logarithm = relaxation->time[from % NODES] > 0.0;
            for (size_t n = 0; n < count; n++) {
                const double t = relaxation->time[(from + n) % NODES];
                x[n] = logarithm ? log(t / relaxation->time[row % NODES]) : t;
                y[n] = relaxation->level[(from + n) % NODES * size + i];
            }
            const double at = crossing(count, x, y, row - from, level_of[l]);
            tau[i] = logarithm ? relaxation->time[row % NODES] * exp(at) : at;
        }
    }
}

void mct_relaxation_add(mct_relaxation *relaxation, double time, const double *phi) {
    const size_t N = relaxation->N, m = relaxation->species, slot = relaxation->rows % NODES;
    relaxation->time[slot] = time;
    for (size_t mu = 0; mu < m; mu++) {
        const double *const row = phi + mu * (m + 1) * N, *const inverse = relaxation->inverse + mu * N;
        double *const level = relaxation->level + (slot * m + mu) * N;
        for (size_t q = 0; q < N; q++) level[q] = row[q] * inverse[q];
    }
    const size_t rows = ++relaxation->rows, nodes = relaxation->nodes;
    if (rows < nodes) return;
    if (rows == nodes) { /* the first rows have none before them */
        for (size_t row = 0; row + 1 < nodes / 2; row++) search(relaxation, row, 0, nodes);
    }
    search(relaxation, rows - nodes / 2 - 1, rows - nodes, nodes);
}

void mct_relaxation_finish(mct_relaxation *relaxation) {
    const size_t rows = relaxation->rows, count = rows < relaxation->nodes ? rows : relaxation->nodes;
    if (rows < 2) return;
    const size_t first = rows < relaxation->nodes ? 0 : rows - relaxation->nodes / 2;
    for (size_t row = first; row + 1 < rows; row++) search(relaxation, row, rows - count, count);
}

size_t mct_relaxation_size(const mct_relaxation *relaxation) {
    return sizeof relaxation->rows + sizeof relaxation->time +
           (NODES + MCT_RELAXATION_LEVELS) * relaxation->species * relaxation->N * sizeof(double);
}

void mct_relaxation_save(const mct_relaxation *relaxation, void *to) {
    char *out = to;
    memcpy(out, &relaxation->rows, sizeof relaxation->rows);
    out += sizeof relaxation->rows;
    memcpy(out, relaxation->time, sizeof relaxation->time);
    out += sizeof relaxation->time;
    memcpy(out, relaxation->level,
           (NODES + MCT_RELAXATION_LEVELS) * relaxation->species * relaxation->N * sizeof(double));
}

void mct_relaxation_restore(mct_relaxation *relaxation, const void *from) {
    const char *in = from;
    memcpy(&relaxation->rows, in, sizeof relaxation->rows);
    in += sizeof relaxation->rows;
    memcpy(relaxation->time, in, sizeof relaxation->time);
    in += sizeof relaxation->time;
    memcpy(relaxation->level, in,
           (NODES + MCT_RELAXATION_LEVELS) * relaxation->species * relaxation->N * sizeof(double));
}
