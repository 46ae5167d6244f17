/* statics.h: what follows from direct correlations. */
#ifndef MCT_STATICS_H
#define MCT_STATICS_H

#include "apmct/statics.h"

/* S, S^-1, W, W^-1 and Gamma from the density, fractions and direct correlations that are in `statics`; threads share
 * the wave numbers.  Errors: MCT_NON_FINITE (with the wave number), MCT_MEMORY. */
mct_status mct_statics_derive(mct_context *context, const mct_mixture *mixture, int threads, mct_statics *statics);

#endif
