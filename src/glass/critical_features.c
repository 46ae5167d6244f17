/* critical_features.c: what is special along a line of critical points: where the exponent parameter is largest, and where a
 * species' glass changes its character, from a cage (f at all wave numbers) to a cluster (f at small ones alone). */
#include <math.h>
#include <stdlib.h>

#include "apmct/summary.h"
#include "glass/critical_trace.h"
#include "structure/structure.h"

enum { PEAK_STEPS = 8, COLLAPSE_STEPS = 30 };

static const double peak_precision = 1.0e-4;     /* relative, of the activity: lambda_MCT is flat there */
static const double collapse_precision = 1.0e-6; /* relative */

/* --- the largest exponent parameter --------------------------------------------------------------------------- */

/* -infinity where there is none. */
static double parameter(const mct_trace *t, size_t i) {
    const double lambda = t->point[i]->found ? t->point[i]->exponents.exponent_parameter : (double)NAN;
    return isnan(lambda) ? -INFINITY : lambda;
}

static size_t largest(const mct_trace *t) {
    size_t at = 0;
    for (size_t i = 1; i < t->count; i++) {
        if (parameter(t, i) > parameter(t, at)) at = i;
    }
    return at;
}

/* The vertex of the parabola through nodes i - 1, i, i + 1. */
static double vertex(const mct_trace *t, size_t i) {
    const double h0 = t->activity[i] - t->activity[i - 1], h1 = t->activity[i + 1] - t->activity[i];
    const double s0 = (parameter(t, i) - parameter(t, i - 1)) / h0, s1 = (parameter(t, i + 1) - parameter(t, i)) / h1;
    return t->activity[i] +
           0.5 * (s0 * h1 + s1 * h0) / (s0 - s1); /* the slope at node i is (s0 h1 + s1 h0)/(h0 + h1) */
}

static mct_status find_peak(mct_trace *t, double peak[2]) {
    for (int step = 0; step < PEAK_STEPS; step++) {
        const size_t i = largest(t);
        if (i == 0 || i + 1 == t->count || isinf(parameter(t, i - 1)) || isinf(parameter(t, i + 1))) break;
        const double x = vertex(t, i);
        if (!(x > t->activity[i - 1] && x < t->activity[i + 1])) break;
        if (fabs(x - t->activity[i]) < peak_precision * x) break;
        MCT_TRY(mct_trace_insert(t, x));
    }
    const size_t i = largest(t);
    const bool is_there = !isinf(parameter(t, i));
    peak[0] = is_there ? t->activity[i] : (double)NAN;
    peak[1] = is_there ? parameter(t, i) : (double)NAN;
    return MCT_OK;
}

/* --- the character of the glass ------------------------------------------------------------------------------- */

mct_status mct_trace_area(const mct_trace *t, size_t i, double *area) {
    const size_t m = t->mixture.species_count;
    mct_mixture mixture = t->mixture;
    mct_statics *statics;
    for (size_t mu = 0; mu < m; mu++) area[mu] = (double)NAN;
    if (!t->point[i]->found) return MCT_OK;
    mixture.packing_fraction = t->point[i]->packing_fraction;
    mixture.species[t->species].activity = t->activity[i];
    MCT_TRY(mct_statics_create(t->context, t->grid, m, &statics));
    for (size_t q = 0; q < t->grid->points; q++) statics->wave_number[q] = mct_grid_wave_number(t->grid, q);
    const mct_status status =
        mct_statics_compute(t->context, &t->search.problem->structure, t->grid, &mixture, statics);
    for (size_t mu = 0; mu < m && status == MCT_OK; mu++) {
        area[mu] = 0.0;
        for (size_t q = 0; q < t->grid->points; q++) {
            area[mu] += mct_nonergodicity_normalised(statics, t->point[i]->nonergodicity, mu, q) * t->grid->spacing;
        }
    }
    mct_statics_destroy(statics);
    return status;
}

/* The first crossing of half the first node's value. */
static mct_status find_collapse(mct_trace *t, size_t mu, double *area, double *activity) {
    *activity = (double)NAN;
    MCT_TRY(mct_trace_area(t, 0, area));
    const double half = 0.5 * area[mu];
    double low = t->activity[0], high = (double)NAN;
    for (size_t i = 1; i < t->count && isnan(high); i++) {
        MCT_TRY(mct_trace_area(t, i, area));
        if (area[mu] < half) {
            high = t->activity[i];
        } else if (!isnan(area[mu])) {
            low = t->activity[i];
        }
    }
    if (isnan(high)) return MCT_OK;
    for (int step = 0; step < COLLAPSE_STEPS && high - low > collapse_precision * high; step++) {
        const double middle = sqrt(low * high);
        MCT_TRY(mct_trace_insert(t, middle));
        MCT_TRY(mct_trace_area(t, mct_trace_index(t, middle), area));
        if (area[mu] < half) {
            high = middle;
        } else {
            low = middle;
        }
    }
    *activity = high;
    return MCT_OK;
}

mct_status mct_trace_features(mct_trace *t, double peak[2], double *collapse) {
    const size_t m = t->mixture.species_count;
    double *const area = calloc(m, sizeof *area);
    if (!area) return mct_fail(t->context, MCT_MEMORY, "critical line: out of memory");
    mct_status status = find_peak(t, peak);
    for (size_t mu = 0; mu < m && status == MCT_OK; mu++) status = find_collapse(t, mu, area, &collapse[mu]);
    free(area);
    return status;
}
