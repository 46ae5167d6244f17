/* relaxation.c: where correlators fall to each of a ladder of levels: the polynomial through the rows around the crossing,
 * in log t, and the point where it has the value. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/parts.h"
#include "evolution/relaxation.h"

enum { NODES = MCT_RELAXATION_NODES, LADDER = MCT_RELAXATION_LADDER, LINEAR = 45 };

static const double inverse_e = 0.36787944117144232160;

/* Steps of 0.02 from 0.98 to 0.1, where plateaus lie close together, then of a factor 0.9 down to 1e-3; and 1/e. */
static void make_ladder(double *level) {
    size_t at = 0;
    for (size_t k = 0; k < LINEAR; k++) {
        const double value = (double)(LINEAR + 4 - k) / 50.0;
        if (value < inverse_e && level[at - 1] > inverse_e) level[at++] = inverse_e;
        level[at++] = value;
    }
    for (double value = 0.09; at < LADDER; value *= 0.9) level[at++] = value;
}

size_t mct_relaxation_memory(size_t species, size_t N, bool ladder) {
    return (size_t)(NODES + (ladder ? LADDER : MCT_RELAXATION_LEVELS) + 2) * species * N * sizeof(double);
}

mct_status mct_relaxation_create(mct_context *context, size_t species, size_t N, const double *S, int degree,
                                 bool ladder, mct_relaxation *relaxation) {
    const size_t count = species * N;
    *relaxation =
        (mct_relaxation){.species = species, .N = N, .nodes = degree + 1 < NODES ? (size_t)degree + 1 : NODES};
    if (relaxation->nodes < 4) relaxation->nodes = 4; /* not worse than second order */
    relaxation->levels = ladder ? LADDER : MCT_RELAXATION_LEVELS;
    relaxation->values = calloc(1, mct_relaxation_memory(species, N, ladder));
    if (!relaxation->values) return mct_fail(context, MCT_MEMORY, "relaxation times: out of memory");
    relaxation->tau = relaxation->values + NODES * count;
    relaxation->next = relaxation->tau + relaxation->levels * count;
    relaxation->inverse = relaxation->next + count;
    relaxation->level[0] = inverse_e;
    relaxation->level[1] = 0.1;
    if (ladder) make_ladder(relaxation->level);
    for (size_t i = 0; i < relaxation->levels * count; i++) relaxation->tau[i] = (double)NAN;
    for (size_t i = 0; i < count; i++) relaxation->next[i] = relaxation->level[0];
    for (size_t mu = 0; mu < species; mu++) {
        for (size_t q = 0; q < N; q++) relaxation->inverse[mu * N + q] = 1.0 / S[mu * (species + 1) * N + q];
    }
    return MCT_OK;
}

void mct_relaxation_destroy(mct_relaxation *relaxation) {
    free(relaxation->values);
    relaxation->values = NULL;
}

const double *mct_relaxation_time(const mct_relaxation *relaxation, mct_relaxation_level level) {
    const double value = level == MCT_RELAXATION_E ? inverse_e : 0.1;
    size_t at = 0;
    while (relaxation->level[at] > value) at++;
    return relaxation->tau + at * relaxation->species * relaxation->N;
}

/* Where the rows of an interpolation lie, the same for all elements. */
typedef struct stencil {
    size_t count, left; /* the crossing lies between nodes `left` and `left` + 1 */
    double x[NODES];
    double inverse[NODES][NODES]; /* 1/(x_i - x_j), j < i */
    bool logarithm;               /* x = ln(t/origin); else t */
    double origin;
} stencil;

/* `count` rows from `from` on, for crossings between rows `row` and `row` + 1. */
static stencil stencil_of(const mct_relaxation *relaxation, size_t row, size_t from, size_t count) {
    /* t = 0 has no logarithm; near it t itself is as good */
    stencil s = {.count = count, .left = row - from, .logarithm = relaxation->times[from % NODES] > 0.0};
    s.origin = relaxation->times[row % NODES];
    for (size_t n = 0; n < count; n++) {
        const double t = relaxation->times[(from + n) % NODES];
        s.x[n] = s.logarithm ? log(t / s.origin) : t;
        for (size_t k = 0; k < n; k++) s.inverse[n][k] = 1.0 / (s.x[n] - s.x[k]);
    }
    return s;
}

/* Divided differences of y in place: Newton's form of the polynomial through (x, y). */
static void divide(const stencil *s, double *y) {
    for (size_t order = 1; order < s->count; order++) {
        for (size_t n = s->count - 1; n >= order; n--) y[n] = (y[n] - y[n - 1]) * s->inverse[n][n - order];
    }
}

/* Where the polynomial has the value `level`, between the middle nodes, at which it has the values above and below: Newton's
 * method within a bracket that shrinks. */
static double crossing(const stencil *s, const double *c, double above, double below, double level) {
    double a = s->x[s->left], b = s->x[s->left + 1];
    double at = a + (b - a) * (above - level) / (above - below);
    for (int step = 0; step < 60; step++) {
        double value = c[s->count - 1], slope = 0.0;
        for (size_t n = s->count - 1; n-- > 0;) {
            slope = slope * (at - s->x[n]) + value;
            value = value * (at - s->x[n]) + c[n];
        }
        if (value >= level) {
            a = at;
        } else {
            b = at;
        }
        double next = at + (level - value) / slope;
        if (!(next >= a && next <= b)) next = 0.5 * (a + b);
        const double change = fabs(next - at);
        at = next;
        if (change <= 4.0e-16 * fmax(fabs(s->x[s->left]), fabs(s->x[s->left + 1]))) break;
    }
    return s->logarithm ? s->origin * exp(at) : at;
}

/* Elements first ... last - 1 that fall below the next of their levels; without branches, for most rows have none. */
static size_t fallen(size_t first, size_t last, const double *after, const double *next) {
    size_t count = 0;
    for (size_t i = first; i < last; i++) count += (size_t)(after[i] < next[i]);
    return count;
}

/* Crossings between rows `row` and `row` + 1, by `count` rows from `from` on. */
static void search(mct_relaxation *relaxation, size_t row, size_t from, size_t count, size_t first, size_t last) {
    const size_t size = relaxation->species * relaxation->N;
    const double *const after = relaxation->values + (row + 1) % NODES * size;
    if (fallen(first, last, after, relaxation->next) == 0) return;
    const stencil s = stencil_of(relaxation, row, from, count);
    for (size_t i = first; i < last; i++) {
        if (!(after[i] < relaxation->next[i])) continue;
        double y[NODES] = {0.0};
        size_t l = 0;
        for (size_t n = 0; n < count; n++) y[n] = relaxation->values[(from + n) % NODES * size + i];
        const double above = y[s.left], below = y[s.left + 1];
        divide(&s, y);
        while (relaxation->level[l] > relaxation->next[i]) l++;
        for (; l < relaxation->levels && after[i] < relaxation->level[l]; l++) {
            relaxation->tau[l * size + i] = crossing(&s, y, above, below, relaxation->level[l]);
        }
        relaxation->next[i] = l < relaxation->levels ? relaxation->level[l] : -(double)INFINITY;
    }
}

/* Elements first ... last - 1 of the last row, which is of one species, and the crossings that it completes. */
static void add_part(mct_relaxation *relaxation, const double *phi, size_t first, size_t last) {
    const size_t N = relaxation->N, mu = first / N, size = relaxation->species * N;
    const size_t rows = relaxation->rows, nodes = relaxation->nodes;
    const double *const row = phi + mu * relaxation->species * N; /* of Phi_mm at mu N */
    double *const values = relaxation->values + (rows - 1) % NODES * size;
    for (size_t i = first; i < last; i++) values[i] = row[i] * relaxation->inverse[i];
    if (rows < nodes) return;
    if (rows == nodes) { /* the first rows have none before them */
        for (size_t r = 0; r + 1 < nodes / 2; r++) search(relaxation, r, 0, nodes, first, last);
    }
    search(relaxation, rows - nodes / 2 - 1, rows - nodes, nodes, first, last);
}

void mct_relaxation_add(mct_relaxation *relaxation, double time, const double *phi, int threads) {
    const size_t N = relaxation->N;
    relaxation->times[relaxation->rows++ % NODES] = time;
    MCT_FOR_PARTS(
        N, threads, for (size_t mu = 0; mu < relaxation->species; mu++) {
            add_part(relaxation, phi, mu * N + first, mu * N + last);
        })
}

void mct_relaxation_finish(mct_relaxation *relaxation) {
    const size_t rows = relaxation->rows, count = rows < relaxation->nodes ? rows : relaxation->nodes;
    if (rows < 2) return;
    const size_t first = rows < relaxation->nodes ? 0 : rows - relaxation->nodes / 2;
    for (size_t row = first; row + 1 < rows; row++) {
        search(relaxation, row, rows - count, count, 0, relaxation->species * relaxation->N);
    }
}

double mct_relaxation_value(const mct_relaxation *relaxation, size_t mu, size_t q, double time) {
    const size_t rows = relaxation->rows, size = relaxation->species * relaxation->N;
    const size_t count = rows < relaxation->nodes ? rows : relaxation->nodes, from = rows - count;
    if (rows < 2 || !(time >= relaxation->times[from % NODES] && time <= relaxation->times[(rows - 1) % NODES])) {
        return (double)NAN;
    }
    const stencil s = stencil_of(relaxation, rows - 2, from, count);
    const double x = s.logarithm ? log(time / s.origin) : time;
    double y[NODES] = {0.0};
    for (size_t n = 0; n < count; n++) y[n] = relaxation->values[(from + n) % NODES * size + mu * relaxation->N + q];
    divide(&s, y);
    double value = y[count - 1];
    for (size_t n = count - 1; n-- > 0;) value = value * (x - s.x[n]) + y[n];
    return value;
}

/* ---- state: rows, their times, then values, tau and next, which lie one after the other ------------------------ */

static size_t state_size(const mct_relaxation *relaxation) {
    return (NODES + relaxation->levels + 1) * relaxation->species * relaxation->N * sizeof *relaxation->values;
}

size_t mct_relaxation_size(const mct_relaxation *relaxation) {
    return sizeof relaxation->rows + sizeof relaxation->times + state_size(relaxation);
}

void mct_relaxation_save(const mct_relaxation *relaxation, void *to) {
    char *out = to;
    memcpy(out, &relaxation->rows, sizeof relaxation->rows);
    out += sizeof relaxation->rows;
    memcpy(out, relaxation->times, sizeof relaxation->times);
    out += sizeof relaxation->times;
    memcpy(out, relaxation->values, state_size(relaxation));
}

void mct_relaxation_restore(mct_relaxation *relaxation, const void *from) {
    const char *in = from;
    memcpy(&relaxation->rows, in, sizeof relaxation->rows);
    in += sizeof relaxation->rows;
    memcpy(relaxation->times, in, sizeof relaxation->times);
    in += sizeof relaxation->times;
    memcpy(relaxation->values, in, state_size(relaxation));
}
