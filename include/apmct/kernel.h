/* kernel.h: the memory kernel M[F], a bilinear functional of the correlators ([7], [8]; docs/theory.md).
 *
 * For every component mu nu
 *   M(q) = rho D_mu D_nu / sqrt(x_mu x_nu) (2 pi)^-3 int d^3k { (q.k)^2 X(k) Y(p) + (q.k)(q.p) U(k) V(p) },
 *   p = |q - k|, X = C F C^T, Y = F, U = C F, V = F C^T,
 * as the sum over the triangle region of the grid (grid.h).  Three algorithms return it to rounding; they are
 * shared by a batch of state points of the same grid and number of species.
 *
 * Arrays F, M, ...: [point][component][q], double, borrowed; component c = mu*m + nu; q contiguous. */
#ifndef APMCT_KERNEL_H
#define APMCT_KERNEL_H

#include "apmct/statics.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum mct_kernel_algorithm {
    MCT_KERNEL_AUTO,       /* by measured crossover (N) */
    MCT_KERNEL_DIRECT,     /* precomputed vertex weights, matrix products; O(N^3) work, 16 N^3 bytes */
    MCT_KERNEL_FACTORIZED, /* increments over q; O(N^2) */
    MCT_KERNEL_FOURIER     /* increments by fast Fourier transform; O(N log N) */
} mct_kernel_algorithm;

typedef enum mct_kernel_path {
    MCT_PATH_AUTO,    /* rank one where all direct correlations are the same */
    MCT_PATH_GENERAL, /* 4 m^2 functions per point */
    MCT_PATH_RANK_ONE /* m^2 + 2m + 1 functions per point; needs statics.one_direct_correlation */
} mct_kernel_path;

typedef struct mct_solver_options {
    mct_kernel_algorithm kernel; /* default auto */
    mct_kernel_path path;        /* default auto; for tests and comparisons */
    char backend[16];            /* "auto", "cpu", ...; default "auto" */
    double tolerance;            /* wanted max |G(F) - F| / sqrt(S_mm S_nn); [1e-15, 1e-2]; default 1e-12; glass.h */
} mct_solver_options;

mct_solver_options mct_solver_options_default(void);
const char *mct_kernel_algorithm_name(mct_kernel_algorithm algorithm); /* "auto" | "direct" | ... */

typedef struct mct_kernel mct_kernel;

/* A memory kernel for `points` state points (a batch) of `species` species on `grid`.  All memory that later calls
 * need is taken here; they allocate nothing.  Threads: those of the context at this moment.  `direct` loads OpenBLAS
 * and sets it to one thread for the whole process.
 * Errors: MCT_ARGUMENT, MCT_MEMORY (says how much is needed and available), MCT_BACKEND. */
mct_status mct_kernel_create(mct_context *context, const mct_grid *grid, size_t species, size_t points,
                             const mct_solver_options *options, mct_kernel **kernel);
void mct_kernel_destroy(mct_kernel *kernel);

/* Bytes that mct_kernel_create would take (tables and work space), without taking them. */
size_t mct_kernel_memory(const mct_grid *grid, size_t species, size_t points, const mct_solver_options *options);

/* Sets the state of one point of the batch (copied).  Errors: MCT_ARGUMENT (shape; rank-one path without it). */
mct_status mct_kernel_set_statics(mct_kernel *kernel, size_t point, const mct_statics *statics);

/* What runs. */
mct_kernel_algorithm mct_kernel_algorithm_used(const mct_kernel *kernel);
const char *mct_kernel_backend_name(const mct_kernel *kernel);
/* Evaluations of single points so far: an evaluation, a derivative, an adjoint count 1 each. */
unsigned long mct_kernel_evaluations(const mct_kernel *kernel);

/* M = M[F].  count points starting with `first`; F, M: [count][m*m][N]. */
mct_status mct_kernel_apply(mct_kernel *kernel, size_t first, size_t count, const double *F, double *M);

/* M = M[F, G]: X, U from F and Y, V from G, so that M[F] = M[F, F]; bilinear, not symmetric. */
mct_status mct_kernel_bilinear(mct_kernel *kernel, size_t first, size_t count, const double *F, const double *G,
                               double *M);

/* Prepare the derivative at F: keeps the images (spectra) of F for the calls below. M = M[F] comes with it and
 * may be NULL. */
mct_status mct_kernel_linearise(mct_kernel *kernel, size_t first, size_t count, const double *F, double *M);

/* (Without a linearise of these points F is 0.)
 * dM = M[F, d] + M[d, F], F from the last mct_kernel_linearise of these points. */
mct_status mct_kernel_derivative(mct_kernel *kernel, size_t first, size_t count, const double *d, double *dM);

/* w with <w, d> = <l, dM[F; d]> for every d, <,> the plain sum over components and q. */
mct_status mct_kernel_adjoint(mct_kernel *kernel, size_t first, size_t count, const double *l, double *w);

#ifdef __cplusplus
}
#endif
#endif
