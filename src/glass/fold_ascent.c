/* fold_ascent.c: the fold from nothing, with patience: packing fractions from the lowest upwards in small steps, each
 * judged to the end, then bisected until the branch can be followed.  Far apart activities and diffusivities keep
 * plain iteration from settling at some packing fractions, while it melts at the next ones: these are passed over. */
#include <stdio.h>

#include "glass/domain.h"
#include "glass/fold.h"

enum { NARROWINGS = 6, WAY_STEPS = 150 };

static const double phi_max = MCT_CRITICAL_PACKING_FRACTION_MAX;
static const double first = 0.05, step = 0.01; /* packing fractions that are judged */
static const double settled = 1.0e-6;          /* residual of a glass */
/* Widths of the bracket, times 1 - phi, at which the branch is followed; where a glass is told to be out of the
 * domain. */
static const double widest = 1.0e-2, narrower = 0.1, near_enough = 2.0e-5;

/* No glass at `below`, a glass at `glass`, which `kept` is. */
typedef struct bracket {
    double below, glass, unsettled; /* unsettled: the first one; 0: none */
    double *kept;
} bracket;

/* Why there is no fold, where plain iteration has left the domain at some packing fraction; phi: at one more; 0:
 * none. */
static mct_status explain(mct_fixed_point *problem, const bracket *b, double phi, double *F) {
    if (b->unsettled == 0.0 && phi == 0.0) return MCT_OK;
    MCT_TRY(mct_fixed_point_move(problem, b->unsettled > 0.0 ? b->unsettled : phi));
    return mct_domain_check_way(problem, WAY_STEPS, F);
}

/* What plain iteration from F = S ends at, in F; the bracket takes it. */
static mct_status judge(mct_fixed_point *problem, bracket *b, double phi, double *F, mct_phase *result) {
    int steps;
    MCT_TRY(mct_fixed_point_move(problem, phi));
    mct_fixed_point_start(problem, F);
    MCT_TRY(mct_fold_judge(problem, false, settled, F, &steps, result));
    if (mct_fixed_point_stopped(problem)) {
        MCT_TRY(explain(problem, b, 0.0, F));
        return mct_fail(problem->context, MCT_NOT_CONVERGED,
                        "no transition found within the evaluations allowed, up to packing fraction %.6g", phi);
    }
    if (*result == MCT_PHASE_UNSETTLED && b->unsettled == 0.0) b->unsettled = phi;
    if (*result > MCT_PHASE_UNSETTLED) {
        b->glass = phi;
        mct_copy(problem, F, b->kept);
    } else {
        b->below = phi;
    }
    return MCT_OK;
}

static mct_status bisect(mct_fixed_point *problem, bracket *b, double width, double *F) {
    mct_phase result;
    while (b->glass - b->below > width * (1.0 - b->glass)) {
        MCT_TRY(judge(problem, b, 0.5 * (b->below + b->glass), F, &result));
    }
    return MCT_OK;
}

/* The fold between the two states of a bracket, followed from the glass. */
static mct_status follow(mct_fixed_point *problem, double tolerance, const bracket *b, double *F, mct_fold *fold,
                         bool *is) {
    double lower;
    *is = false;
    mct_copy(problem, b->kept, F);
    mct_recycled_clear(&problem->recycled);
    MCT_TRY(mct_fold_follow(problem, tolerance, NULL, F, fold));
    return mct_fold_is_reached(problem, fold, F, b->kept, &lower, is);
}

mct_status mct_fold_ascend(mct_fixed_point *problem, double tolerance, double *F, mct_fold *fold, bool *found,
                           char message[320]) {
    bracket b = {.glass = 1.0, .kept = problem->work[MCT_WORK - 1]};
    mct_phase result = MCT_PHASE_FLUID;
    mct_status status = MCT_OK;
    *found = false;
    for (double phi = first; b.glass == 1.0; phi += step) {
        if (!(phi < phi_max)) {
            snprintf(message, 320, "no glass up to packing fraction %g", phi_max);
            return explain(problem, &b, 0.0, F);
        }
        MCT_TRY(judge(problem, &b, phi, F, &result));
    }
    double width = widest;
    for (int n = 0; n < NARROWINGS && !mct_fixed_point_stopped(problem); n++, width *= narrower) {
        MCT_TRY(bisect(problem, &b, width, F));
        MCT_TRY(mct_fixed_point_move(problem, b.glass));
        /* a glass out of the domain has no fold to follow; but the fold, where f is smaller, may be within */
        const mct_status domain = mct_domain_check(problem, b.kept, settled, false);
        if (domain == MCT_UNPHYSICAL && width > near_enough) continue;
        MCT_TRY(domain);
        status = follow(problem, tolerance, &b, F, fold, found);
        if (*found || (status != MCT_OK && status != MCT_NOT_CONVERGED)) return status;
        MCT_TRY(judge(problem, &b, b.glass, F, &result)); /* `kept` is another state now */
    }
    MCT_TRY(explain(problem, &b, b.glass, F));
    if (mct_fixed_point_stopped(problem)) {
        return mct_fail(problem->context, MCT_NOT_CONVERGED,
                        "no transition found within the evaluations allowed, near packing fraction %.6g", b.glass);
    }
    return mct_fail(
        problem->context, MCT_NOT_CONVERGED,
        "plain iteration ends in a glass at packing fraction %.8g and not at %.8g, but no fold was found between "
        "them",
        b.glass, b.below);
}
