/* domain.h: where the equations have a physical solution, and where they leave their domain (docs/theory.md). */
#ifndef MCT_DOMAIN_H
#define MCT_DOMAIN_H

#include "glass/fixed_point.h"

/* Where the rates are positive Phi(t) does end at F, though the theory of active mixtures does not bound f: for equal
 * diffusivities it was up to 0.05 outside of [0, 1] near close packing, 0.005 up to 0.74.  More is no correlation function. */
#define MCT_OUTSIDE_MAX 0.1

/* Whether F, a solution to `accuracy` (of f), is a physical one: all eigenvalues of W S^-1 + M[F] W^-1, the rates of a glass,
 * have a positive real part, and no f is outside of [0, 1] by more than MCT_OUTSIDE_MAX.  Passive mixtures always are.  With
 * `warn` the parent is told of an f that is outside by less.  One evaluation; the linearisation is lost.
 * Errors: MCT_UNPHYSICAL, which names species, wave number and value; MCT_MEMORY. */
mct_status mct_domain_check(mct_fixed_point *problem, const double *F, double accuracy, bool warn);

/* The same of the rates on the way of plain iteration from F = S, its first `steps` iterates: where they stay positive the
 * motion kept within the domain too (in 1 of 700 states tried it did not), where they do not it may leave it.  For
 * equal diffusivities they stay positive (2000 states), and nothing is computed.  F: for work.  Errors: as above. */
mct_status mct_domain_check_way(mct_fixed_point *problem, unsigned steps, double *F);
/* A warning in its place: whether the motion gets to a sound state only a run in time can tell.  Errors: MCT_MEMORY. */
mct_status mct_domain_warn_way(mct_fixed_point *problem, double *F);

#endif
