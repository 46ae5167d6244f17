/* critical.h: the fold of the glass branch in the packing fraction: the critical point of the glass transition. */
#ifndef APMCT_CRITICAL_H
#define APMCT_CRITICAL_H

#include "apmct/glass.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct mct_critical_result {
    double packing_fraction;   /* phi_c */
    unsigned long evaluations; /* kernel evaluations, derivatives and adjoints included */
} mct_critical_result;

/* Critical packing fraction at the composition and activities of `mixture` (its packing fraction is the first
 * guess) by Newton-GMRES along the branch (F, phi), dphi/ds = 0.  F: [m*m][N], caller owns: the critical
 * nonergodicity parameters.  tolerance: wanted relative error of phi_c (1e-11 is reachable).
 * Errors: MCT_NOT_CONVERGED (the text says what was found), MCT_ARGUMENT, MCT_MEMORY, MCT_NON_FINITE. */
mct_status mct_critical_packing_fraction(mct_context *context, const mct_glass_options *options, const mct_grid *grid,
                                         const mct_mixture *mixture, double tolerance, double *F,
                                         mct_critical_result *result);

#ifdef __cplusplus
}
#endif
#endif
