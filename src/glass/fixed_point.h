/* fixed_point.h: the fixed-point problem F = G(F) of one state point, the pieces of its solvers.
 *
 * glass.c, fold.c and critical.c are the strategies; anderson.c, newton_krylov.c, eigenvalue.c (on krylov.c) the methods.
 * All vectors have n = m*m*N doubles in the backend's memory; inner products and norms are those of
 * f = F/sqrt(S_mm S_nn). */
#ifndef MCT_FIXED_POINT_H
#define MCT_FIXED_POINT_H

#include "apmct/critical.h"
#include "backend/backend.h"

enum {
    MCT_WORK = 8,           /* vectors for the strategies */
    MCT_KRYLOV_MAX = 40,    /* dimension of a Krylov space */
    MCT_ANDERSON_DEPTH = 5, /* secant pairs; their vectors lie in the Krylov basis, which is idle then */
    MCT_RECYCLED_MAX = 24   /* vectors kept of earlier Krylov spaces */
};

/* Krylov spaces of earlier solves, as a preconditioner of the next ones with nearly the same operator (recycled.c). */
typedef struct mct_recycled {
    int stages, begin[MCT_RECYCLED_MAX + 1]; /* vectors begin[i] ... begin[i+1] - 1 belong to stage i */
    double *vector[MCT_RECYCLED_MAX];
    double border[MCT_RECYCLED_MAX];
    double B[MCT_RECYCLED_MAX][MCT_RECYCLED_MAX]; /* H^-1 - 1 of each stage, on the diagonal */
} mct_recycled;

/* Warnings of many points, of which thousands may have the same reason. */
typedef struct mct_warnings {
    size_t count;
    char first[400];
} mct_warnings;

typedef struct mct_fixed_point {
    mct_context *context;
    mct_context *parent;    /* whose interruption counts and who hears warnings; NULL: none */
    mct_warnings *warnings; /* counts them; NULL: the parent is told each */
    mct_kernel *kernel;     /* a batch of one */
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
    double *preconditioned; /* [n] */
    mct_recycled recycled;
} mct_fixed_point;

/* A problem with its vectors for `species` species.  share: one whose kernel geometry is used, or NULL.
 * Errors: MCT_MEMORY, MCT_ARGUMENT, MCT_BACKEND. */
mct_status mct_fixed_point_create(mct_context *context, const mct_glass_options *options, const mct_grid *grid,
                                  size_t species, int threads, mct_fixed_point *share, mct_fixed_point **problem);
void mct_fixed_point_destroy(mct_fixed_point *problem);

/* The state point.  The first form checks the mixture, borrows its species and starts the counts; the second does not
 * check, for neighbours of one that passed; the third moves it to another packing fraction.
 * Errors: MCT_ARGUMENT, MCT_NON_FINITE. */
mct_status mct_fixed_point_set(mct_fixed_point *problem, const mct_mixture *mixture);
mct_status mct_fixed_point_place(mct_fixed_point *problem, const mct_mixture *mixture);
mct_status mct_fixed_point_move(mct_fixed_point *problem, double packing_fraction);

/* G and residual at F; returns max |residual|, NaN if any value is.  One evaluation. */
double mct_fixed_point_step(mct_fixed_point *problem, const double *F);
/* The same, and the derivative at F is ready.  One evaluation. */
double mct_fixed_point_linearise(mct_fixed_point *problem, const double *F);
/* out = dG[d] at the F of the last linearisation.  One evaluation. */
void mct_fixed_point_derivative(mct_fixed_point *problem, const double *d, double *out);

/* out = dG^T[l] at the F of the last linearisation, adjoint in the metric of f: <l, dG[d]> = <out, d>.  One evaluation. */
void mct_fixed_point_adjoint(mct_fixed_point *problem, const double *l, double *out);
/* M[F, d] of the present point into out.  One evaluation. */
void mct_fixed_point_bilinear(mct_fixed_point *problem, const double *F, const double *d, double *out);

/* The residual that rounding leaves at the F of the last linearisation, whose M must not have been overwritten. */
double mct_fixed_point_rounding(mct_fixed_point *problem);

/* Warns about the present point. */
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
void
mct_fixed_point_warn(const mct_fixed_point *problem, const char *format, ...);

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
    mct_recycled *recycled; /* NULL: no preconditioner */
    bool transposed;        /* the operator is the adjoint of the one that `recycled` knows */
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

/* --- recycled.c ---------------------------------------------------------------------------------------------- */

void mct_recycled_clear(mct_recycled *recycled);
/* (x, border) times the preconditioner, an approximate inverse of the operator, in place. */
void mct_recycled_apply(mct_fixed_point *problem, const mct_recycled *recycled, bool transposed, double *x,
                        double *border);
/* Adds the Krylov space in problem->basis, of the preconditioned operator, as long as there is room. */
void mct_recycled_keep(mct_fixed_point *problem, const mct_krylov *krylov, mct_recycled *recycled);
/* After a solve that took `iterations`: spaces that no longer help are forgotten. */
bool mct_recycled_helps(const mct_recycled *recycled, int iterations);

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

#endif
