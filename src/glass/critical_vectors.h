/* critical_vectors.h: eigenvectors and exponent parameter at a fold. */
#ifndef MCT_CRITICAL_VECTORS_H
#define MCT_CRITICAL_VECTORS_H

#include "glass/fold.h"

/* Fills all of `point` but `found` and `evaluations` from the fold at F, where the problem stands.  left: [n] backend,
 * holds a first guess of the left eigenvector (in the metric of f) if have_left.  Destroys the work of the fold.
 * Errors: MCT_NOT_CONVERGED, MCT_NON_FINITE, MCT_MEMORY. */
mct_status mct_critical_vectors(mct_fixed_point *problem, mct_fold *fold, double *F, bool have_left, double *left,
                                mct_critical_point *point);

#endif
