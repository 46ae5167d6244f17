/* fold_search.c: the fold from nothing: plain iteration tells fluid from glass (fold_judge.c) until the fold is near.
 *
 * First in haste: large steps in the packing fraction, judged by the first signs.  What that finds is checked; where
 * it finds nothing, or something else than the transition, patience looks again (fold_ascent.c). */
#include <math.h>
#include <stdio.h>

#include "glass/domain.h"
#include "glass/fold.h"

enum { ATTEMPTS = 8 };

static const double phi_min = 0.01, phi_max = MCT_CRITICAL_PACKING_FRACTION_MAX;
static const double start_min = 0.1, start_max = 0.9; /* a first guess outside of this is none */
static const double arrested = 5.0e-3;                /* residual of a glass, likely */
static const double window = 0.04; /* glass and fluid this close, times 1 - phi: the branch is followed from there */

/* Between which packing fractions the transition lies; F of the glass is kept. */
typedef struct bracket {
    double fluid, glass, window;
    double *kept;
    int steps;  /* of the last judgement */
    bool hasty; /* judge by the first signs */
} bracket;

static bool is_narrow(const bracket *b) {
    return b->glass - b->fluid < b->window * (1.0 - b->glass);
}

/* The next packing fraction to judge: upwards as far as the speed of melting allows, or the middle. */
static double next(const bracket *b, double phi) {
    if (b->glass == 1.0) return phi + 1.2 / b->steps * (1.0 - phi);
    return b->fluid > 0.0 ? 0.5 * (b->fluid + b->glass) : 0.95 * phi;
}

/* A state near the fold into F, at the packing fraction where the problem then stands: a glass, or the fold's ghost.
 * False: there is none. */
static mct_status approach(mct_fixed_point *problem, bracket *b, double *F, mct_phase *result, bool *found) {
    double phi = b->glass < 1.0 || b->fluid > 0.0 ? next(b, b->glass < 1.0 ? b->glass : b->fluid)
                                                  : fmin(fmax(problem->mixture.packing_fraction, start_min), start_max);
    *found = false;
    *result = MCT_PHASE_GLASS;
    while (!is_narrow(b)) {
        if (!(phi > phi_min && phi < phi_max)) return MCT_OK;
        MCT_TRY(mct_fixed_point_move(problem, phi));
        mct_fixed_point_start(problem, F);
        MCT_TRY(mct_fold_judge(problem, b->hasty, arrested, F, &b->steps, result));
        if (mct_fixed_point_stopped(problem)) {
            return mct_fail(problem->context, MCT_NOT_CONVERGED,
                            "no transition found within the evaluations allowed: fluid at packing fraction %.4g, "
                            "glass at %.4g",
                            b->fluid, b->glass);
        }
        if (*result <= MCT_PHASE_GHOST) {
            b->fluid = phi;
        } else {
            b->glass = phi;
            mct_copy(problem, F, b->kept);
        }
        *found = *result == MCT_PHASE_GHOST || *result == MCT_PHASE_GLASS_NEAR;
        if (*found) return MCT_OK;
        phi = next(b, phi);
    }
    *found = true;
    mct_copy(problem, b->kept, F);
    return mct_fixed_point_move(problem, b->glass);
}

/* In haste.  *found = false: somebody else must look. */
static mct_status search_in_haste(mct_fixed_point *problem, double tolerance, double *F, mct_fold *fold, bool *found) {
    bracket b = {.glass = 1.0, .window = window, .kept = problem->work[MCT_WORK - 1], .hasty = true};
    mct_status status = MCT_OK;
    mct_recycled_clear(&problem->recycled);
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        mct_phase near = MCT_PHASE_GLASS;
        MCT_TRY(approach(problem, &b, F, &near, found));
        if (!*found) return MCT_OK;
        status = mct_fold_follow(problem, tolerance, NULL, F, fold);
        if (mct_fixed_point_stopped(problem)) break;
        if (status == MCT_OK && isinf(b.window) && problem->mixture.packing_fraction > b.glass) {
            /* not the fold of that glass: with care */
            b = (bracket){.glass = b.glass, .window = window, .kept = b.kept};
        } else if (status == MCT_OK) {
            bool is_transition;
            double lower;
            MCT_TRY(mct_fold_is_reached(problem, fold, F, b.kept, &lower, &is_transition));
            if (is_transition) return MCT_OK;
            /* there is a glass below it, in `kept`: its branch is followed */
            b = (bracket){.glass = lower, .window = INFINITY, .kept = b.kept};
        } else if (status != MCT_NOT_CONVERGED) {
            return status;
        } else if (near != MCT_PHASE_GHOST) { /* from nearer, and with care */
            b = (bracket){.glass = b.glass, .window = 0.5 * fmin(window, b.window), .kept = b.kept};
        }
    }
    *found = false;
    return MCT_OK;
}

/* Whether the state where the problem stands is one that haste can judge. */
static mct_status is_sound(mct_fixed_point *problem, double *F, bool *is) {
    const mct_status status = mct_domain_check_way(problem, 1, F);
    *is = status == MCT_OK;
    return status == MCT_UNPHYSICAL ? MCT_OK : status;
}

mct_status mct_fold_search(mct_fixed_point *problem, double tolerance, double *F, mct_fold *fold, bool *found,
                           char message[320]) {
    const unsigned long stop = problem->evaluations_stop, here = mct_kernel_evaluations(problem->kernel);
    mct_status status = MCT_OK;
    bool haste;
    *found = false;
    if (stop > here) problem->evaluations_stop = here + (stop - here) / 4; /* of haste: the rest is for patience */
    MCT_TRY(is_sound(problem, F, &haste));
    if (haste) status = search_in_haste(problem, tolerance, F, fold, found);
    problem->evaluations_stop = stop;
    if (*found || (status != MCT_OK && status != MCT_NOT_CONVERGED)) return status;
    if (problem->parent && mct_context_interrupted(problem->parent)) return MCT_INTERRUPTED;
    return mct_fold_ascend(problem, tolerance, F, fold, found, message);
}
