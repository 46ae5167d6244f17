/* critical_trace.c: phi_c against the activity of one species.
 *
 * Every critical point brings its slope d phi_c/d lambda, so that the curve between two of them is a cubic; an interval
 * is halved until the point in its middle is where the cubic says.  Maxima and minima of phi_c become nodes: between
 * neighbouring nodes the curve then rises or falls, and signs of phi_c - phi tell of every root. */
#include "glass/critical_trace.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_INTERVALS = 4, DEPTH_MAX = 12, REFINEMENTS = 8, PASSES = 4, NODES_MAX = 1000 };

static const double kink = 5.0; /* times the tolerance: what a kink between nodes may do to phi_c at most */

/* --- nodes --------------------------------------------------------------------------------------------------- */

mct_status mct_trace_compute(mct_trace *t, double activity, bool from_nothing, mct_critical_point **point) {
    const mct_critical_point *start = NULL;
    double nearest = INFINITY;
    for (size_t i = 0; i < t->count && !from_nothing; i++) {
        const double distance = fabs(log(t->activity[i] / activity));
        if (!(distance < nearest) || !t->point[i]->found) continue;
        nearest = distance;
        start = t->point[i];
    }
    MCT_TRY(mct_critical_point_create(t->context, t->grid, t->mixture.species_count, point));
    t->mixture.species[t->species].activity = activity;
    t->mixture.packing_fraction = t->packing_fraction;
    const mct_status status = mct_critical_find(&t->search, &t->mixture, start, *point);
    t->evaluations += (*point)->evaluations;
    const bool is_hole = status == MCT_NOT_CONVERGED || status == MCT_UNPHYSICAL;
    if (status != MCT_OK && (!is_hole || t->count == 0)) {
        mct_critical_point_destroy(*point);
        *point = NULL;
        return mct_fail(t->context, status, "mixture.species.%zu.activity = %.10g: %.400s", t->species, activity,
                        mct_context_error(t->context));
    }
    if (status != MCT_OK) { /* a hole in the line, which its end tells */
        snprintf((*point)->message, sizeof(*point)->message, "%.300s", mct_context_error(t->context));
        if (t->failed++ == 0) snprintf(t->failure, sizeof t->failure, "%.300s", mct_context_error(t->context));
        t->failed_at = activity;
    }
    mct_tell(t->context, MCT_MESSAGE_PROGRESS, "critical packing fraction at activity %.6g: %.10g (%zu points)",
             activity, (*point)->packing_fraction, t->count + 1);
    return MCT_OK;
}

/* Computes a node; a node of this activity stays. */
mct_status mct_trace_insert(mct_trace *t, double activity) {
    size_t at = 0;
    while (at < t->count && t->activity[at] < activity) at++;
    if (at < t->count && t->activity[at] == activity) return MCT_OK;
    if (t->count == t->room) {
        const size_t room = 2 * t->room + 16;
        double *const activities = realloc(t->activity, room * sizeof *activities);
        if (activities) t->activity = activities;
        mct_critical_point **const points = realloc(t->point, room * sizeof *points);
        if (points) t->point = points;
        bool *const confirmed = realloc(t->confirmed, room * sizeof *confirmed);
        if (confirmed) t->confirmed = confirmed;
        if (!activities || !points || !confirmed)
            return mct_fail(t->context, MCT_MEMORY, "critical line: out of memory");
        t->room = room;
    }
    mct_critical_point *point;
    MCT_TRY(mct_trace_compute(t, activity, t->count == 0, &point));
    memmove(t->activity + at + 1, t->activity + at, (t->count - at) * sizeof *t->activity);
    memmove(t->point + at + 1, t->point + at, (t->count - at) * sizeof(void *));
    memmove(t->confirmed + at + 1, t->confirmed + at, (t->count - at) * sizeof *t->confirmed);
    t->activity[at] = activity;
    t->point[at] = point;
    t->confirmed[at] = t->count == 0;
    t->count++;
    return MCT_OK;
}

size_t mct_trace_index(const mct_trace *t, double activity) {
    size_t at = 0;
    while (at + 1 < t->count && t->activity[at] < activity) at++;
    return at;
}

/* --- cubics -------------------------------------------------------------------------------------------------- */

double mct_cubic(double x0, double x1, double y0, double y1, double s0, double s1, double x) {
    const double h = x1 - x0, u = (x - x0) / h, v = 1.0 - u;
    return v * v * (1.0 + 2.0 * u) * y0 + u * u * (1.0 + 2.0 * v) * y1 + h * u * v * (v * s0 - u * s1);
}

static double predicted(const mct_trace *t, size_t i, double activity) {
    return mct_cubic(t->activity[i], t->activity[i + 1], t->point[i]->packing_fraction,
                     t->point[i + 1]->packing_fraction, mct_trace_slope(t, i), mct_trace_slope(t, i + 1), activity);
}

/* Where the cubic of interval i has slope 0, inside of it, with a change of sign: the slopes at its ends differ in sign.
 * Bisection on the cubic's derivative. */
static double cubic_extremum(const mct_trace *t, size_t i) {
    const double x0 = t->activity[i], h = t->activity[i + 1] - x0;
    const double s0 = mct_trace_slope(t, i), s1 = mct_trace_slope(t, i + 1);
    const double mean = (t->point[i + 1]->packing_fraction - t->point[i]->packing_fraction) / h;
    double low = 0.0, high = 1.0;
    for (int step = 0; step < 60; step++) {
        const double u = 0.5 * (low + high);
        const double slope = s0 + u * (6.0 * mean - 4.0 * s0 - 2.0 * s1) + 3.0 * u * u * (s0 + s1 - 2.0 * mean);
        if ((slope > 0.0) == (s0 > 0.0)) {
            low = u;
        } else {
            high = u;
        }
    }
    return x0 + 0.5 * (low + high) * h;
}

/* --- the curve ----------------------------------------------------------------------------------------------- */

/* Whether the slope changes as much from node i to the next as from there to the one after: a kink in one of the halves
 * may leave the middle where the cubic says. */
static bool bends_evenly(const mct_trace *t, size_t i) {
    const double first = mct_trace_slope(t, i + 1) - mct_trace_slope(t, i);
    const double second = mct_trace_slope(t, i + 2) - mct_trace_slope(t, i + 1);
    return fabs(second - first) * (t->activity[i + 2] - t->activity[i]) / 16.0 <= kink * t->tolerance;
}

/* Halves the interval between the nodes at a and b until its cubic holds. */
static mct_status trace_interval(mct_trace *t, double a, double b, int depth) {
    const size_t i = mct_trace_index(t, a);
    const double middle = sqrt(a * b);
    const bool both = t->point[i]->found && t->point[i + 1]->found;
    if (depth == DEPTH_MAX || t->count >= NODES_MAX || !(middle > a && middle < b)) {
        if (!both) return MCT_OK;
        t->first_jump = t->jumps++ == 0 ? a : fmin(t->first_jump, a);
        t->last_jump = fmax(t->last_jump, b);
        return MCT_OK;
    }
    if (!t->point[i]->found && !t->point[i + 1]->found) return MCT_OK;
    const double expected = both ? predicted(t, i, middle) : (double)NAN;
    MCT_TRY(mct_trace_insert(t, middle));
    const double error = fabs(expected - t->point[i + 1]->packing_fraction);
    if (error <= t->tolerance && bends_evenly(t, i)) {
        t->error = fmax(t->error, error);
        return MCT_OK;
    }
    MCT_TRY(trace_interval(t, a, middle, depth + 1));
    return trace_interval(t, middle, b, depth + 1);
}

/* Seeks node i from nothing; *lower: that gave another, lower critical point, which replaces it. */
static mct_status confirm(mct_trace *t, size_t i, bool *lower) {
    mct_critical_point *point;
    *lower = false;
    if (t->confirmed[i]) return MCT_OK;
    MCT_TRY(mct_trace_compute(t, t->activity[i], true, &point));
    *lower = point->found && point->packing_fraction < t->point[i]->packing_fraction * (1.0 - 1.0e-9);
    mct_critical_point *const other = *lower ? t->point[i] : point;
    if (*lower) t->point[i] = point;
    t->confirmed[i] = true;
    mct_critical_point_destroy(other);
    return MCT_OK;
}

/* From the jumps outwards as far as points change; changed: the activities between which they did, empty if none. */
static mct_status confirm_around_jumps(mct_trace *t, double changed[2]) {
    const size_t first = mct_trace_index(t, t->first_jump), last = mct_trace_index(t, t->last_jump);
    changed[0] = INFINITY, changed[1] = 0.0;
    for (size_t side = 0; side < 3; side++) { /* between the jumps, below, above */
        for (size_t step = 0; step < t->count; step++) {
            const size_t i = side == 0 ? first + step : side == 1 ? first - 1 - step : last + 1 + step;
            bool lower;
            if (i >= t->count || (side == 0 && i > last)) break;
            MCT_TRY(confirm(t, i, &lower));
            if (lower) changed[0] = fmin(changed[0], t->activity[i]), changed[1] = fmax(changed[1], t->activity[i]);
            if (!lower && side > 0) break;
        }
    }
    return MCT_OK;
}

/* The intervals that touch changed nodes, anew. */
static mct_status retrace(mct_trace *t, const double changed[2]) {
    const size_t low = mct_trace_index(t, changed[0]), high = mct_trace_index(t, changed[1]);
    const double from = t->activity[low > 0 ? low - 1 : 0];
    const double to = t->activity[high + 1 < t->count ? high + 1 : high];
    for (double a = from; a < to;) {
        const double b = t->activity[mct_trace_index(t, a) + 1];
        MCT_TRY(trace_interval(t, a, b, 0));
        a = b;
    }
    return MCT_OK;
}

mct_status mct_trace_range(mct_trace *t, double low, double high) {
    double at[FIRST_INTERVALS + 1];
    for (int i = 0; i <= FIRST_INTERVALS; i++) {
        at[i] = i == 0 ? low : i == FIRST_INTERVALS ? high : low * pow(high / low, (double)i / FIRST_INTERVALS);
        MCT_TRY(mct_trace_insert(t, at[i]));
    }
    for (int i = 0; i < FIRST_INTERVALS; i++) MCT_TRY(trace_interval(t, at[i], at[i + 1], 0));
    for (int pass = 0; pass < PASSES && t->jumps > 0; pass++) {
        double changed[2];
        MCT_TRY(confirm_around_jumps(t, changed));
        if (!(changed[0] <= changed[1])) break;
        t->jumps = 0;
        t->last_jump = 0.0;
        MCT_TRY(retrace(t, changed));
    }
    return MCT_OK;
}

mct_status mct_trace_extrema(mct_trace *t, size_t *count, double **extremum) {
    *extremum = calloc(t->count, sizeof **extremum);
    *count = 0;
    if (!*extremum) return mct_fail(t->context, MCT_MEMORY, "critical line: out of memory");
    for (size_t i = 0; i + 1 < t->count; i++) {
        if (!t->point[i]->found || !t->point[i + 1]->found) continue;
        if ((mct_trace_slope(t, i) > 0.0) == (mct_trace_slope(t, i + 1) > 0.0)) continue;
        double a = t->activity[i], b = t->activity[i + 1], x = a;
        for (int step = 0; step < REFINEMENTS; step++) {
            const double before = x;
            x = cubic_extremum(t, mct_trace_index(t, a));
            if (!(x > a && x < b)) break;
            MCT_TRY(mct_trace_insert(t, x));
            const size_t at = mct_trace_index(t, x);
            if (!t->point[at]->found || fabs(x - before) < 1.0e-7 * x) break;
            if ((mct_trace_slope(t, at) > 0.0) == (mct_trace_slope(t, at - 1) > 0.0)) {
                a = x;
            } else {
                b = x;
            }
        }
        (*extremum)[(*count)++] = x;
        i = mct_trace_index(t, b) - 1;
    }
    return MCT_OK;
}

void mct_trace_clear(mct_trace *t) {
    for (size_t i = 0; i < t->count; i++) mct_critical_point_destroy(t->point[i]);
    free(t->activity);
    free(t->point);
    free(t->confirmed);
}
