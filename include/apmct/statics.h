/* statics.h: structure factors and everything that the dynamics takes from them at one state point.
 *
 * Normalisation everywhere: S_mn -> delta_mn for large k (densities scaled by 1/sqrt(N_m N_n)).
 * Arrays are [component][q]: component c = mu*m + nu, q contiguous, N = grid points. */
#ifndef APMCT_STATICS_H
#define APMCT_STATICS_H

#include "apmct/grid.h"
#include "apmct/mixture.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct mct_statics {
    size_t points;                    /* N */
    size_t species;                   /* m */
    double density;                   /* rho, 1/d^3 */
    double *wave_number;              /* [N], 1/d */
    double *structure_factor;         /* [m*m][N], S; dimensionless */
    double *structure_factor_inverse; /* [m*m][N], S^-1 = 1 - rho C */
    double *direct_correlation;       /* [m*m][N], c_mn(k), d^3 (C_mn = sqrt(x_m x_n) c_mn) */
    double *frequency;                /* [m*m][N], W of eq. [6], D0/d^2 */
    double *frequency_inverse;        /* [m*m][N], W^-1 */
    double *relaxation_rate;          /* [m*m][N], Gamma = W S^-1 */
    double *fraction;                 /* [m], x */
    double *diffusivity;              /* [m], D */
    bool one_direct_correlation;      /* all c_mn(k) are the same c(k): C has rank one */
} mct_statics;

/* Allocates the arrays of `statics` for N points and m species (values undefined).  Errors: MCT_MEMORY. */
mct_status mct_statics_create(mct_context *context, const mct_grid *grid, size_t species, mct_statics **statics);
void mct_statics_destroy(mct_statics *statics);

#ifdef __cplusplus
}
#endif
#endif
