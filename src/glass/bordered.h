/* bordered.h: the linear systems of a branch of solutions and of its fold (docs/theory.md).
 *
 * On the branch (F(s), phi(s)), <l, F> = s, the operator
 *   A (v, b) = (v - dG v - b sigma G_phi, <l, v>)
 * is regular at the fold too, where 1 - dG is not. */
#ifndef MCT_BORDERED_H
#define MCT_BORDERED_H

#include "glass/fixed_point.h"

typedef struct mct_bordered {
    double *l;     /* the constraint's direction, |l| = 1 */
    double *G_phi; /* dG/dphi at fixed f */
    double sigma;  /* 1/|G_phi|: makes phi's scale that of F */
    double at;     /* the packing fraction of G_phi */
} mct_bordered;

/* G_phi by central difference at F and the present packing fraction; scratch: [n].  Two evaluations; the linearisation
 * is lost.  Errors: those of statics at a neighbouring packing fraction. */
mct_status mct_bordered_prepare(mct_fixed_point *problem, mct_bordered *b, const double *F, double *scratch);

/* dG/d(activity of a species) at fixed F by difference, into out. */
mct_status mct_activity_derivative(mct_fixed_point *problem, const double *F, size_t species, double *out);

/* G at packing fraction phi with the f of F, in the units of F at the present phi, into problem->G.  One evaluation. */
mct_status mct_step_at(mct_fixed_point *problem, double phi, double *F);

/* Solves A (x, x_phi/sigma) = (right, right_border), or A^T in the metric of f, until the residual is
 * tolerance * |(right, right_border)|.  guess: x and *x_phi hold one.  scratch: [n], may be `right`.  Uses and feeds
 * problem->recycled.  Errors: MCT_NOT_CONVERGED. */
mct_status mct_bordered_solve(mct_fixed_point *problem, const mct_bordered *b, bool transposed, const double *right,
                              double right_border, bool guess, double tolerance, double *scratch, double *x,
                              double *x_phi);

#endif
