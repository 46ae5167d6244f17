/* domain.h: where the equations have a physical solution, and where they leave their domain (docs/theory.md). */
#ifndef MCT_DOMAIN_H
#define MCT_DOMAIN_H

#include "glass/fixed_point.h"

/* Where the rates are positive Phi(t) does end at F, though nothing bounds its f.  Mixtures of equal diffusivities,
 * whose rates always were, had an f outside of [0, 1] by 0.005 up to packing fraction 0.74 and by 0.16 at most, at
 * 0.9. Farther out than this it is no correlation function that anybody would use. */
#define MCT_OUTSIDE_MAX 0.1

/* What such a message ends with. */
#define MCT_DOMAIN_ADVICE "activities or diffusivities are too far apart for the equations (docs/theory.md)"

/* The f_mumu = F_mumu/S_mumu that is farthest outside of [0, 1]. */
typedef struct mct_outside {
    double by, f; /* by: not more than `allowed` if there is none */
    size_t species, q;
} mct_outside;

/* F: [m*m][N]; S_mumu begin at S + mu S_step.  Values that are not finite are passed over. */
mct_outside mct_domain_outside(size_t species, size_t points, const double *F, const double *S, size_t S_step,
                               double allowed);

/* Whether F, a solution to `accuracy` (of f), is a physical one: all eigenvalues of W S^-1 + M[F] W^-1, the rates of
 * a glass, have a positive real part, and no f is outside of [0, 1] by more than MCT_OUTSIDE_MAX.  Passive mixtures
 * always are.  With `warn` the parent is told of an f that is outside by less.  One evaluation; the linearisation is
 * lost. Errors: MCT_UNPHYSICAL, which names species, wave number and value; MCT_MEMORY. */
mct_status mct_domain_check(mct_fixed_point *problem, const double *F, double accuracy, bool warn);

/* Checks the rates at F = S and at the first `steps` iterates of plain iteration.  Where all were positive, no
 * correlator diverged in time; where they are not, it may.  Mixtures of equal diffusivities are not looked at: their
 * rates always were. F: for work.  Errors: MCT_UNPHYSICAL, MCT_MEMORY, MCT_INTERRUPTED. */
mct_status mct_domain_check_way(mct_fixed_point *problem, unsigned steps, double *F);
/* A warning in the place of MCT_UNPHYSICAL: whether the motion gets to a sound state only a run in time can tell. */
mct_status mct_domain_warn_way(mct_fixed_point *problem, double *F);

#endif
