/* critical_line.c: the activities of one species at which a packing fraction is critical.
 *
 * critical_trace.c follows phi_c over the range.  Its extrema are nodes: between neighbouring nodes phi_c rises or falls,
 * so that the signs of phi_c - phi tell of every root; each is refined by Newton's method on phi_c itself. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/need.h"
#include "glass/critical_trace.h"

enum { ROOT_STEPS = 40 };

static const double tolerance_most = 1.0e-10; /* of the solver; phi_c is right to ten times this */
static const double line_tolerance = 1.0e-5;  /* of phi_c between nodes, which is enough to count roots */

/* --- roots --------------------------------------------------------------------------------------------------- */

/* phi_c(activity) = phi between the nodes i and i + 1, on different sides of it: Newton's method, safeguarded. */
static mct_status refine_root(mct_trace *t, size_t i, double *root, mct_critical_point **point) {
    double low = t->activity[i], high = t->activity[i + 1];
    const bool rises = t->point[i + 1]->packing_fraction > t->packing_fraction;
    double x = low, value = t->point[i]->packing_fraction, slope = mct_trace_slope(t, i);
    for (int step = 0; step < ROOT_STEPS; step++) {
        const double before = x;
        x -= (value - t->packing_fraction) / slope;
        if (!(x > low && x < high)) { /* by the cubic, else the middle */
            const double y0 = t->point[i]->packing_fraction - t->packing_fraction;
            const double y1 = t->point[i + 1]->packing_fraction - t->packing_fraction;
            x = step == 0 ? t->activity[i] + (t->activity[i + 1] - t->activity[i]) * y0 / (y0 - y1)
                          : 0.5 * (low + high);
        }
        mct_critical_point_destroy(*point);
        MCT_TRY(mct_trace_compute(t, x, false, point));
        if (!(*point)->found) break;
        value = (*point)->packing_fraction;
        slope = (*point)->slope[t->species];
        if ((value < t->packing_fraction) == rises) {
            low = x;
        } else {
            high = x;
        }
        const double left = fabs((value - t->packing_fraction) / slope);
        if (fabs(value - t->packing_fraction) <= t->search.tolerance * value || left < 1.0e-15 * x ||
            fabs(x - before) <= 4.0e-16 * x) {
            break;
        }
    }
    *root = x;
    return MCT_OK;
}

static mct_status add_root(mct_trace *t, mct_critical_line *line, double root, mct_critical_point *point) {
    if (!point) {
        return mct_fail(t->context, MCT_MEMORY, "critical line: out of memory");
    }
    line->root[line->root_count] = root;
    line->root_packing_fraction[line->root_count] = t->packing_fraction;
    line->root_point[line->root_count++] = point;
    return MCT_OK;
}

/* Room for one root between any two nodes, for each level. */
static mct_status make_room(mct_trace *t, size_t levels, mct_critical_line *line) {
    line->root = calloc(t->count * levels + 1, sizeof *line->root);
    line->root_packing_fraction = calloc(t->count * levels + 1, sizeof *line->root_packing_fraction);
    line->root_point = calloc(t->count * levels + 1, sizeof(void *));
    if (line->root && line->root_packing_fraction && line->root_point) return MCT_OK;
    return mct_fail(t->context, MCT_MEMORY, "critical line: out of memory");
}

static mct_status find_roots(mct_trace *t, mct_critical_line *line) {
    for (size_t i = 0; i < t->count; i++) {
        const double same = t->search.tolerance * t->packing_fraction;
        const double here = t->point[i]->packing_fraction - t->packing_fraction;
        mct_critical_point *point = NULL;
        double root;
        mct_status status;
        if (!t->point[i]->found) continue;
        if (fabs(here) <= same) { /* the node is the root */
            status = mct_trace_compute(t, t->activity[i], false, &point);
            root = t->activity[i];
        } else {
            if (i + 1 == t->count || !t->point[i + 1]->found) continue;
            const double there = t->point[i + 1]->packing_fraction - t->packing_fraction;
            if (fabs(there) <= same || (here > 0.0) == (there > 0.0)) continue;
            status = refine_root(t, i, &root, &point);
        }
        if (status == MCT_OK) status = add_root(t, line, root, point);
        if (status != MCT_OK) {
            mct_critical_point_destroy(point);
            return status;
        }
    }
    return MCT_OK;
}

/* --- features ------------------------------------------------------------------------------------------------- */

static mct_status find_features(mct_trace *t, mct_critical_line *line) {
    const size_t m = t->mixture.species_count;
    double peak[2];
    size_t count = 0;
    line->collapse = calloc(m, sizeof *line->collapse);
    if (!line->collapse) return mct_fail(t->context, MCT_MEMORY, "critical line: out of memory");
    MCT_TRY(mct_trace_features(t, peak, line->collapse));
    line->peak_activity = peak[0];
    line->exponent_peak = peak[1];
    line->area = calloc(t->count * m, sizeof *line->area);
    if (!line->area) return mct_fail(t->context, MCT_MEMORY, "critical line: out of memory");
    for (size_t i = 0; i < t->count; i++) { /* the nodes that `fill` takes */
        if (t->point[i]->found) MCT_TRY(mct_trace_area(t, i, line->area + count++ * m));
    }
    return MCT_OK;
}

/* --- as the user asks ---------------------------------------------------------------------------------------- */

static mct_status fill(mct_trace *t, mct_critical_line *line) {
    double *const block = calloc(4 * t->count + 1, sizeof *block);
    if (!block) return mct_fail(t->context, MCT_MEMORY, "critical line: out of memory");
    line->activity = block; /* first: it owns the block */
    line->packing_fraction = block + t->count;
    line->slope = block + 2 * t->count;
    line->exponent_parameter = block + 3 * t->count;
    for (size_t i = 0; i < t->count; i++) {
        if (!t->point[i]->found) continue;
        line->activity[line->count] = t->activity[i];
        line->packing_fraction[line->count] = t->point[i]->packing_fraction;
        line->slope[line->count] = mct_trace_slope(t, i);
        line->exponent_parameter[line->count++] = t->point[i]->exponents.exponent_parameter;
    }
    double largest = 0.0;
    for (size_t i = 0; i < line->count; i++) largest = fmax(largest, line->packing_fraction[i]);
    mct_critical_warn(t->context, largest);
    if (t->jumps > 0) {
        mct_tell(t->context, MCT_MESSAGE_WARNING,
                 "the critical packing fraction is not smooth between activities %.6g and %.6g: several glasses meet; "
                 "roots there may be missing",
                 t->first_jump, t->last_jump);
    }
    line->error = t->error;
    line->kernel = mct_kernel_algorithm_used(t->search.problem->kernel);
    line->evaluations = t->evaluations;
    if (t->failed > 0) {
        mct_tell(t->context, MCT_MESSAGE_WARNING,
                 "%zu critical points between activities %g and %g were not found, the last at %.10g: roots near them "
                 "may be "
                 "missing; the first: %s",
                 t->failed, t->activity[0], t->activity[t->count - 1], t->failed_at, t->failure);
    } else if (line->count < t->count) {
        mct_tell(t->context, MCT_MESSAGE_WARNING, "no transition at %zu of %zu activities between %g and %g",
                 t->count - line->count, t->count, t->activity[0], t->activity[t->count - 1]);
    }
    return MCT_OK;
}

static mct_status check(mct_context *context, const mct_mixture *mixture, size_t species, const double range[2]) {
    MCT_TRY(mct_mixture_check(context, mixture));
    if (species >= mixture->species_count) {
        return mct_fail(context, MCT_ARGUMENT, "critical.of: species %zu of a mixture of %zu", species,
                        mixture->species_count);
    }
    if (range[0] >= 1.0 && range[1] > range[0] && isfinite(range[1])) return MCT_OK;
    return mct_fail(context, MCT_ARGUMENT, "critical.range = [%g, %g]: must be two activities, 1 <= lowest < highest",
                    range[0], range[1]);
}

mct_status mct_critical_trace(mct_context *context, const mct_glass_options *options, const mct_grid *grid,
                              const mct_mixture *mixture, size_t species, const double range[2],
                              const mct_critical_trace_options *trace, mct_critical_line **line) {
    MCT_NEED(context, options, grid, mixture, range, trace, line);
    if (trace->level_count > 0) MCT_NEED(context, trace->levels);
    mct_trace t = {.context = context,
                   .mixture = *mixture,
                   .species = species,
                   .packing_fraction = mixture->packing_fraction,
                   .tolerance = trace->tolerance,
                   .grid = grid};
    *line = NULL;
    MCT_TRY(check(context, mixture, species, range));
    mct_glass_options precise = *options; /* what is not precise looks like jumps, and nodes near a root like roots */
    precise.solver.tolerance = fmin(precise.solver.tolerance, tolerance_most);
    MCT_TRY(mct_critical_search_create(context, &precise, grid, mixture, &t.search));
    t.search.problem->warnings = &t.warnings;
    mct_status status = MCT_OK;
    mct_critical_line *found = calloc(1, sizeof *found);
    t.mixture.species = calloc(mixture->species_count, sizeof *t.mixture.species);
    if (!found || !t.mixture.species) {
        status = mct_fail(context, MCT_MEMORY, "critical line: out of memory");
        goto cleanup;
    }
    memcpy(t.mixture.species, mixture->species, mixture->species_count * sizeof *t.mixture.species);
    found->peak_activity = found->exponent_peak = (double)NAN;
    found->species = mixture->species_count;
    MCT_TRY_CLEANUP(mct_trace_range(&t, range[0], range[1]));
    MCT_TRY_CLEANUP(mct_trace_extrema(&t, &found->extremum_count, &found->extremum));
    MCT_TRY_CLEANUP(make_room(&t, trace->level_count, found));
    for (size_t i = 0; i < trace->level_count; i++) {
        t.packing_fraction = trace->levels[i];
        MCT_TRY_CLEANUP(find_roots(&t, found));
    }
    if (trace->features) MCT_TRY_CLEANUP(find_features(&t, found));
    MCT_TRY_CLEANUP(fill(&t, found));
    if (t.warnings.count > 0) {
        mct_tell(context, MCT_MESSAGE_WARNING, "%zu warning%s of points of the line, the first: %s", t.warnings.count,
                 t.warnings.count == 1 ? "" : "s", t.warnings.first);
    }
    *line = found;
    found = NULL;
cleanup:
    mct_critical_line_destroy(found);
    mct_trace_clear(&t);
    free(t.mixture.species);
    mct_critical_search_destroy(&t.search);
    return status;
}

mct_status mct_critical_activity(mct_context *context, const mct_glass_options *options, const mct_grid *grid,
                                 const mct_mixture *mixture, size_t species, const double range[2],
                                 mct_critical_line **line) {
    MCT_NEED(context, options, grid, mixture, range, line);
    const mct_critical_trace_options trace = {
        .tolerance = line_tolerance, .level_count = 1, .levels = &mixture->packing_fraction};

    return mct_critical_trace(context, options, grid, mixture, species, range, &trace, line);
}

void mct_critical_line_destroy(mct_critical_line *line) {
    if (!line) return;
    for (size_t i = 0; i < line->root_count; i++) mct_critical_point_destroy(line->root_point[i]);
    free(line->root_point);
    free(line->root_packing_fraction);
    free(line->root);
    free(line->area);
    free(line->collapse);
    free(line->extremum);
    free(line->activity);
    free(line);
}

double mct_critical_line_packing_fraction(const mct_critical_line *line, double activity) {
    const double *const x = line->activity, *const y = line->packing_fraction, *const s = line->slope;
    if (line->count == 0 || !(activity >= x[0] && activity <= x[line->count - 1])) return (double)NAN;
    size_t i = 0;
    while (i + 2 < line->count && x[i + 1] < activity) i++;
    return line->count == 1 ? y[0] : mct_cubic(x[i], x[i + 1], y[i], y[i + 1], s[i], s[i + 1], activity);
}
