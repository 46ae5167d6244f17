/* fold.h: the fold of the glass branch in the packing fraction: the critical point. */
#ifndef MCT_FOLD_H
#define MCT_FOLD_H

#include "glass/bordered.h"

/* What is known of a fold nearby. */
typedef struct mct_fold_guess {
    const double *direction; /* [n], backend: right eigenvector of dG, |direction| = 1 */
    double curvature;        /* d^2 phi/ds^2 with F = F_c + s direction; 0: unknown */
} mct_fold_guess;

/* The fold found; its vectors are those of problem->work. */
typedef struct mct_fold {
    mct_bordered border;
    double *tangent;  /* dF/ds, <l, tangent> = 1 */
    double curvature; /* d^2 phi/ds^2 > 0 */
} mct_fold;

/* The fold from (F, packing fraction of the problem) nearby; guess: NULL or what is known.
 * On success the problem stands at the fold and F is the critical F.  tolerance: relative, of the packing fraction.
 * Uses work[0 ... MCT_WORK - 2]. */
mct_status mct_fold_follow(mct_fixed_point *problem, double tolerance, const mct_fold_guess *guess, double *F,
                           mct_fold *fold);

/* The same from nothing: plain iteration at packing fractions between fluid and glass brings F near the fold; below the
 * fold found the state is fluid.  *found = false (and MCT_OK): all states judged are fluid or all are glass, or the
 * branch has no fold below MCT_CRITICAL_PACKING_FRACTION_MAX; `message` says which. */
mct_status mct_fold_search(mct_fixed_point *problem, double tolerance, double *F, mct_fold *fold, bool *found,
                           char message[320]);

/* Whether plain iteration a little below a fold ends in no glass: then it is the transition and not one between two
 * glasses.  The fold and F stay; work[MCT_WORK - 1] becomes the state that was reached, in the f of the fold. */
mct_status mct_fold_is_transition(mct_fixed_point *problem, const mct_fold *fold, const double *F, bool *is);

/* Whether plain iteration from F, with longer steps where it creeps past a ghost, ends in no glass; F becomes what is
 * reached. */
mct_status mct_fold_melts(mct_fixed_point *problem, double *F, bool *melts);

/* --- from nothing: fold_search.c in haste, fold_ascent.c with patience, judging by fold_judge.c ------------------ */

/* What plain iteration ends at.  GHOST: hardly moves, on whichever side of a fold; UNSETTLED: a residual that does
 * not fall, as where iterates leave the domain of the equations. */
typedef enum mct_phase {
    MCT_PHASE_FLUID,
    MCT_PHASE_UNSETTLED,
    MCT_PHASE_GHOST,
    MCT_PHASE_GLASS_NEAR, /* a fold is near */
    MCT_PHASE_GLASS
} mct_phase;

/* Plain iteration from F until the residual is below `small` (glass; near the fold when it falls slowly) or f has gone.
 * hasty: a residual that grows is taken for melting, one that stays for the ghost of the fold. */
mct_status mct_fold_judge(mct_fixed_point *problem, bool hasty, double small, double *F, int *steps, mct_phase *result);

/* Whether it is the transition that is reached from F = S too; else `kept` is the glass below it, at *lower. */
mct_status mct_fold_is_reached(mct_fixed_point *problem, const mct_fold *fold, const double *F, double *kept,
                               double *lower, bool *is);

/* From the lowest packing fractions upwards: the first one at which plain iteration ends in a glass, and the fold
 * there. As mct_fold_search; MCT_UNPHYSICAL where that glass is out of the equations' domain. */
mct_status mct_fold_ascend(mct_fixed_point *problem, double tolerance, double *F, mct_fold *fold, bool *found,
                           char message[320]);

#endif
