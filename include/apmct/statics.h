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

/* Where S and c come from.  A closure is one row of the table in src/structure/structure.c. */
typedef enum mct_closure {
    MCT_CLOSURE_PERCUS_YEVICK /* hard spheres of one diameter (Wertheim 1963), any number of labelled species */
} mct_closure;

typedef struct mct_structure_options {
    mct_closure closure; /* default MCT_CLOSURE_PERCUS_YEVICK */
} mct_structure_options;

mct_structure_options mct_structure_options_default(void);
const char *mct_closure_name(mct_closure closure); /* "percus-yevick" */

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

/* Fills `statics` for one state point.  Errors: MCT_ARGUMENT (bad mixture; unequal diameters), MCT_NON_FINITE
 * (a structure factor that is not positive definite, with its q), MCT_MEMORY. */
mct_status mct_statics_compute(mct_context *context, const mct_structure_options *options, const mct_grid *grid,
                               const mct_mixture *mixture, mct_statics *statics);

/* Percus-Yevick direct correlation function c(k), d^3, of hard spheres of diameter 1 at packing fraction
 * phi in (0, 1), k >= 0 in 1/d (Wertheim 1963); relative error below 1e-13 of its envelope for k <= 200. */
double mct_percus_yevick_direct_correlation(double packing_fraction, double wave_number);

#ifdef __cplusplus
}
#endif
#endif
