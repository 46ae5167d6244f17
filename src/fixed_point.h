/* fixed_point.h: the fixed-point problem F = G(F) of one state point, the pieces of its solvers.
 *
 * glass.c, fold.c and critical.c are the strategies; anderson.c, newton_krylov.c, eigenvalue.c (on krylov.c) the methods.
 * All vectors have n = m*m*N doubles in the backend's memory; inner products and norms are those of
 * f = F/sqrt(S_mm S_nn). */
#ifndef MCT_FIXED_POINT_H
#define MCT_FIXED_POINT_H

#include "apmct/critical.h"
#include "backend.h"

enum {
    MCT_WORK = 8,          /* vectors for the strategies */
    MCT_KRYLOV_MAX = 40,   /* dimension of a Krylov space */
    MCT_ANDERSON_DEPTH = 5 /* secant pairs; their vectors lie in the Krylov basis, which is idle then */
};

typedef struct mct_fixed_point {
    mct_context *context;
    mct_context *parent; /* whose interruption counts and who hears warnings; NULL: none */
    mct_kernel *kernel;  /* a batch of one */
    const mct_backend *backend;
    void *state;
    mct_structure_options structure;
    mct_mixture mixture; /* packing fraction of the moment; species borrowed */
    mct_statics *statics;
    size_t n;
    unsigned long iterations;
    unsigned long evaluations_max;  /* per state point */
    unsigned long evaluations_stop; /* the kernel's count at which that is reached */
    double *memory;
    double *M, *G, *residual; /* [n]: M[F], G(F), G(F) - F of the last step or linearisation */
    double *work[MCT_WORK];   /* [n]: for the strategies; the methods leave them alone */
    double *basis[MCT_KRYLOV_MAX + 1];
} mct_fixed_point;

/* A problem with its vectors for `species` species.  share: one whose kernel geometry is used, or NULL.
 * Errors: MCT_MEMORY, MCT_ARGUMENT, MCT_BACKEND. */
mct_status mct_fixed_point_create(mct_context *context, const mct_glass_options *options, const mct_grid *grid,
                                  size_t species, int threads, mct_fixed_point *share, mct_fixed_point **problem);
void mct_fixed_point_destroy(mct_fixed_point *problem);

/* The state point.  The first form checks the mixture and borrows its species; the second moves it to another packing
 * fraction.  Errors: MCT_ARGUMENT, MCT_NON_FINITE. */
mct_status mct_fixed_point_set(mct_fixed_point *problem, const mct_mixture *mixture);
mct_status mct_fixed_point_move(mct_fixed_point *problem, double packing_fraction);

/* G and residual at F; returns max |residual|, NaN if any value is.  One evaluation. */
double mct_fixed_point_step(mct_fixed_point *problem, const double *F);
/* The same, and the derivative at F is ready.  One evaluation. */
double mct_fixed_point_linearise(mct_fixed_point *problem, const double *F);
/* out = dG[d] at the F of the last linearisation.  One evaluation. */
void mct_fixed_point_derivative(mct_fixed_point *problem, const double *d, double *out);

/* The residual that rounding leaves at the F of the last linearisation, whose M must not have been overwritten. */
double mct_fixed_point_rounding(mct_fixed_point *problem);

/* F = S, where plain iteration starts. */
void mct_fixed_point_start(const mct_fixed_point *problem, double *F);
/* Interrupted, or no evaluations left: what runs should return with what it has. */
bool mct_fixed_point_stopped(const mct_fixed_point *problem);

/* Vectors */
double mct_dot(const mct_fixed_point *problem, const double *x, const double *y);
double mct_max_norm(const mct_fixed_point *problem, const double *x);
void mct_axpby(const mct_fixed_point *problem, double a, const double *x, double b, double *y);
static inline void mct_copy(const mct_fixed_point *problem, const double *x, double *y) {
    mct_axpby(problem, 1.0, x, 0.0, y);
}

/* A residual below this is that of a solution; only rounding can keep it from falling further. */
#define MCT_AT_SOLUTION 1.0e-8

/* Below this largest f plain iteration ends at F = 0: G is quadratic in F there. */
#define MCT_MELTED 1.0e-3

/* --- krylov.c ------------------------------------------------------------------------------------------------ */

/* A linear operator on vectors with one more entry, the border (0 and untouched where there is none). */
typedef struct mct_operator {
    void (*apply)(mct_fixed_point *problem, void *user, const double *v, double v_border, double *out,
                  double *out_border);
    void *user;
} mct_operator;

/* Arnoldi decomposition A V = V H in problem->basis. */
typedef struct mct_krylov {
    int size;
    double border[MCT_KRYLOV_MAX + 1];
    double H[MCT_KRYLOV_MAX + 1][MCT_KRYLOV_MAX];
} mct_krylov;

/* First basis vector from v (with border); returns its norm, 0 if there is nothing to start from. */
double mct_krylov_begin(mct_fixed_point *problem, mct_krylov *krylov, const double *v, double border);
/* One more vector: one application of the operator.  False when the space is exhausted or not finite. */
bool mct_krylov_extend(mct_fixed_point *problem, const mct_operator *operator, mct_krylov * krylov);

/* Solves A x = b (GMRES without restart) until |A x - b| <= tolerance |b|; x is overwritten.  Returns the relative
 * residual reached. */
double mct_gmres(mct_fixed_point *problem, const mct_operator *operator, const double * b, double b_border,
                 double tolerance, double *x, double *x_border);

/* --- the methods --------------------------------------------------------------------------------------------- */

typedef enum mct_outcome {
    MCT_CONVERGED, /* residual within tolerance */
    MCT_COLLAPSED, /* largest f below MCT_MELTED */
    MCT_WANDERS,   /* neither within the iterations allowed, or growing */
    MCT_BROKEN     /* not finite */
} mct_outcome;

/* Plain iteration F <- G(F), at most `steps`; *residual: the last one.  F is the iterate whose residual that is. */
mct_outcome mct_plain(mct_fixed_point *problem, double tolerance, unsigned long steps, double *F, double *residual);

/* Anderson acceleration, at most `steps`. */
mct_outcome mct_anderson(mct_fixed_point *problem, double tolerance, unsigned long steps, double *F, double *residual);

/* Newton's method, each correction by GMRES, at most `steps`. */
mct_outcome mct_newton_krylov(mct_fixed_point *problem, double tolerance, unsigned long steps, double *F,
                              double *residual);

/* Leading eigenvalue of dG at the F of the last linearisation, as precise as its distance from 1 needs; *error: its
 * estimated error.  d: the eigenvector, |d| = 1, <F, d> >= 0; it is also the first guess unless F is NULL. */
double mct_leading_eigenvalue(mct_fixed_point *problem, const double *F, double *d, double *error);

/* The fold of the branch in the packing fraction (fold.c), from (F, packing fraction of the problem) nearby.
 * On success the problem stands at the fold, F is the critical F, `tangent` = dF/ds there and *curvature =
 * d^2 phi/ds^2.  tolerance: relative, of the packing fraction.  Uses work[0 ... MCT_WORK - 2]. */
mct_status mct_fold(mct_fixed_point *problem, double tolerance, double *F, const double **tangent, double *curvature);

/* The same from nothing: plain iteration at packing fractions between fluid and glass brings F near the fold. */
mct_status mct_fold_search(mct_fixed_point *problem, double tolerance, double *F);

#endif
