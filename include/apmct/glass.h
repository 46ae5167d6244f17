/* glass.h: nonergodicity parameters F = lim Phi(t), the largest solution of
 *   F = G(F) = S - (W S^-1 + M[F] W^-1)^-1 W,
 * that is the one that plain iteration reaches from F = S.  Fluid: F = 0. */
#ifndef APMCT_GLASS_H
#define APMCT_GLASS_H

#include "apmct/kernel.h"
#include "apmct/structure.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum mct_state { MCT_FLUID, MCT_GLASS } mct_state;
const char *mct_state_name(mct_state state); /* "fluid" | "glass" */

/* How F was found; `auto` is the one that guarantees the physical branch at low cost. */
typedef enum mct_glass_method {
    MCT_GLASS_AUTO,         /* plain steps, Anderson, eigenvalue check, Newton-Krylov and the fold where needed */
    MCT_GLASS_PLAIN,        /* plain iteration only: the definition, slow near the transition */
    MCT_GLASS_ANDERSON,     /* plain steps then Anderson(5); no check of the branch */
    MCT_GLASS_NEWTON_KRYLOV /* plain steps then Newton-GMRES; no check of the branch */
} mct_glass_method;

typedef struct mct_glass_options {
    mct_solver_options solver;
    mct_structure_options structure; /* for the statics of neighbouring packing fractions (the fold) */
    mct_glass_method method;         /* default auto */
    unsigned long evaluations_max;   /* per point; default 10000 (auto), what plain iteration may take */
} mct_glass_options;

mct_glass_options mct_glass_options_default(void);

typedef struct mct_glass_result {
    mct_status status; /* of this point: MCT_OK, MCT_NOT_CONVERGED, MCT_NON_FINITE, ... */
    mct_state state;
    unsigned long iterations;  /* fixed-point and Newton iterations */
    unsigned long evaluations; /* kernel evaluations, derivatives and adjoints included */
    double residual;           /* max |G(F) - F| / sqrt(S_mm S_nn) at the F returned */
    double eigenvalue; /* leading eigenvalue of dG at F (glass; < 1 on the physical branch); NaN if not computed */
    double packing_fraction_critical; /* of the fold, where it was needed to decide; else NaN */
    char message[320];                /* what went wrong; "" if nothing */
} mct_glass_result;

/* Nonergodicity parameters of `count` mixtures with the same number of species, on one grid; points run in
 * parallel.  F: [count][m*m][N], caller owns, zero where fluid.  results: [count].
 * A residual above options->solver.tolerance is accepted, with a warning through the context, where rounding of the memory
 * kernel allows no less (small wave numbers of fine grids).  F of a point whose mixture is refused is 0.
 * Returns MCT_OK or the first failed point's status (the others are complete); F of a failed point is the best
 * iterate.  `algorithm` and `backend` used are reported through *kernel_used / *backend_used if not NULL. */
mct_status mct_glass_solve(mct_context *context, const mct_glass_options *options, const mct_grid *grid, size_t count,
                           const mct_mixture *mixtures, double *F, mct_glass_result *results,
                           mct_kernel_algorithm *kernel_used, const char **backend_used);

#ifdef __cplusplus
}
#endif
#endif
