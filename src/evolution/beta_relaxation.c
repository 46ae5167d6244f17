/* beta_relaxation.c: exponents a and b from the logarithmic slope of g as a function of g. */
#include <math.h>
#include <stdlib.h>

#include "apmct/decay.h"
#include "numeric/least_squares.h"

enum { NODES = 5, FEWEST = 8, COLUMNS = MCT_LEAST_SQUARES_COLUMNS };

/* ln|g| between sqrt|sigma| (1) and the plateau (0): the window, and the one that tells its error */
static const double lower = 2.0 / 3.0, upper = 1.0 / 3.0;
static const double other_lower = 0.75, other_upper = 0.5;
static const double nearest = 1.0e-5, farthest = 0.125; /* x: below, rounding; above, no window */

/* One side of the crossing, y = |g| in units of the plateau. */
typedef struct side {
    size_t count;
    bool falls;                             /* y, with time: the critical decay */
    const double *log_time, *log_y, *slope; /* [count] */
} side;

/* d y/d x at x[at] by the polynomial through NODES neighbours. */
static double derivative(size_t count, const double *x, const double *y, size_t at) {
    const size_t half = NODES / 2;
    size_t first = at > half ? at - half : 0;
    double sum = 0.0;
    if (first + NODES > count) first = count - NODES;
    for (size_t i = first; i < first + NODES; i++) {
        if (i == at) continue;
        double weight = 1.0 / (x[i] - x[at]);
        for (size_t k = first; k < first + NODES; k++) {
            if (k != i && k != at) weight *= (x[at] - x[k]) / (x[i] - x[k]);
        }
        sum += weight * (y[i] - y[at]);
    }
    return sum;
}

/* Coefficients of 1, y, y^-2 and, with four columns, y^2 over rows from ... until - 1; `work` [5*count]. */
static bool fit(const side *s, size_t from, size_t until, size_t columns, double *work, double *coefficients) {
    const size_t rows = until - from;
    double *const A = work, *const b = work + COLUMNS * rows;
    for (size_t i = 0; i < rows; i++) {
        const size_t at = from + i, before = i > 0 ? at - 1 : at, after = at + 1 < until ? at + 1 : at;
        const double root = sqrt(0.5 * (s->log_time[after] - s->log_time[before])), y = exp(s->log_y[at]);
        A[i] = root;
        A[rows + i] = root * y;
        A[2 * rows + i] = root / (y * y);
        if (columns > 3) A[3 * rows + i] = root * y * y;
        b[i] = root * s->slope[at];
    }
    coefficients[3] = 0.0;
    return mct_least_squares(rows, columns, A, b, coefficients);
}

/* Rows with y in x^low ... x^high, from the crossing outwards; false if they are few, or it is not passed at both ends. */
static bool find_window(const side *s, double log_x, double low, double high, size_t *from, size_t *until) {
    bool begins = false, ends = false;
    *from = s->count, *until = 0;
    for (size_t k = 0; k < s->count && !ends; k++) {
        const size_t i = s->falls ? s->count - 1 - k : k;
        ends = s->log_y[i] > high * log_x;
        if (s->log_y[i] < low * log_x) {
            begins = true;
        } else if (!ends) {
            if (i < *from) *from = i;
            if (i >= *until) *until = i + 1;
        }
    }
    return begins && ends && *until >= *from + FEWEST;
}

/* ln t* of |g| = (t/t*)^e, by the rows of the window with the corrections taken away (to first order). */
static double prefactor(const side *s, size_t from, size_t until, const double *c, double plateau) {
    double sum = 0.0;
    for (size_t i = from; i < until; i++) {
        const double y = exp(s->log_y[i]), corrections = c[1] * y + 0.5 * c[3] * y * y - 0.5 * c[2] / (y * y);
        sum += s->log_time[i] - (log(plateau) + s->log_y[i] - corrections / c[0]) / c[0];
    }
    return sum / (double)(until - from);
}

/* |g| = (t/time)^exponent. */
typedef struct law {
    double exponent, error, time;
    double from, until; /* times of the rows used */
} law;

/* `slope` [count of the side] and `work`: room. */
static law fit_side(side s, double log_x, double plateau, double *slope, double *work) {
    const double none = (double)NAN;
    law found = {none, none, none, none, none};
    double c[COLUMNS], other[COLUMNS];
    size_t from, until;
    if (s.count < NODES || !find_window(&s, log_x, lower, upper, &from, &until)) return found;
    for (size_t i = 0; i < s.count; i++) slope[i] = derivative(s.count, s.log_time, s.log_y, i);
    s.slope = slope;
    if (!fit(&s, from, until, COLUMNS, work, c) || !fit(&s, from, until, COLUMNS - 1, work, other)) return found;
    found.exponent = c[0];
    found.time = exp(prefactor(&s, from, until, c, plateau));
    found.from = exp(s.log_time[from]), found.until = exp(s.log_time[until - 1]);
    found.error = fabs(other[0] - c[0]);
    if (find_window(&s, log_x, other_lower, other_upper, &from, &until) && fit(&s, from, until, COLUMNS, work, other)) {
        found.error = fmax(found.error, fabs(other[0] - c[0]));
    }
    return found;
}

/* Where g changes its sign between rows `at` - 1 and `at`: ln t as the polynomial in g through four rows, at 0. */
static double crossing_of(size_t count, const double *log_time, const double *g, size_t at) {
    const size_t first = at < 2 ? 0 : at + 2 > count ? count - 4 : at - 2;
    double sum = 0.0;
    for (size_t i = first; i < first + 4; i++) {
        double term = log_time[i];
        for (size_t k = first; k < first + 4; k++) {
            if (k != i) term *= g[k] / (g[k] - g[i]);
        }
        sum += term;
    }
    return exp(sum);
}

mct_beta_relaxation mct_beta_relaxation_fit(size_t count, const double *time, const double *g, double plateau,
                                            double sigma) {
    const double none = (double)NAN, x = fmax(sqrt(fabs(sigma)) / plateau, nearest);
    mct_beta_relaxation found = {none, none, none, none, none, none, none, {none, none}, none, none, none, none};
    size_t begin = 0, crossing, end;
    while (begin < count && !(time[begin] > 0.0)) begin++;
    time += begin, g += begin, count -= begin;
    double *const room = plateau > 0.0 && count >= NODES ? malloc((3 + COLUMNS + 1) * count * sizeof *room) : NULL;
    if (!room) return found;
    double *const log_time = room, *const log_y = room + count, *const slope = room + 2 * count;
    double *const work = room + 3 * count;
    for (crossing = 0; crossing < count && g[crossing] > 0.0;) crossing++;
    for (end = crossing; end < count && g[end] < 0.0;) end++;
    for (size_t i = 0; i < end; i++) {
        log_time[i] = log(time[i]);
        log_y[i] = log(fabs(g[i]) / plateau);
    }
    if (crossing > 0 && crossing < end && end >= NODES) found.crossing = crossing_of(end, log_time, g, crossing);
    if (x <= farthest) {
        const side before = {.count = crossing, .falls = true, .log_time = log_time, .log_y = log_y};
        const side after = {.count = end - crossing, .log_time = log_time + crossing, .log_y = log_y + crossing};
        const law critical = fit_side(before, log(x), plateau, slope, work);
        const law leaving = fit_side(after, log(x), plateau, slope, work);
        found.window[0] = plateau * pow(x, lower), found.window[1] = plateau * pow(x, upper);
        found.a = -critical.exponent, found.a_error = critical.error, found.time_a = critical.time;
        found.critical_from = critical.from, found.critical_until = critical.until;
        found.b = leaving.exponent, found.b_error = leaving.error, found.time_b = leaving.time;
        found.leaving_from = leaving.from, found.leaving_until = leaving.until;
    }
    free(room);
    return found;
}

mct_beta_relaxation mct_evolution_beta_relaxation(const mct_evolution *evolution, size_t point,
                                                  const mct_critical_point *critical, double packing_fraction,
                                                  double *time, double *g) {
    const size_t size = critical->species * critical->species * critical->points;
    const double distance = packing_fraction / critical->packing_fraction - 1.0;
    const double *times, *values;
    const size_t count = mct_evolution_projection(evolution, point, &times, &values);
    double plateau = 0.0;
    for (size_t i = 0; i < size; i++) plateau += critical->left[i] * critical->nonergodicity[i];
    for (size_t r = 0; r < count; r++) {
        time[r] = times[r];
        g[r] = values[r] - plateau;
    }
    return mct_beta_relaxation_fit(count, time, g, plateau, critical->separation * distance);
}
