/* critical.h: critical points of the glass transition: folds of the branch of glass states.
 *
 * At composition and activities given the branch F(phi) ends at phi_c, where dG has the eigenvalue 1: found as a fold
 * (docs/theory.md), not by bisection.  There
 *   d = dG[d], l = dG^T[l]                                the right and left eigenvectors
 *   lambda = <l, H W^-1 M[d,d] W^-1 H> / <l, d H^-1 d>    the exponent parameter, H = S - F
 *   F - F_c = d sqrt(C eps / (1 - lambda)) + O(eps),      eps = (phi - phi_c)/phi_c -> +0
 * with <l, d> = 1, <l, d H^-1 d> = 1 and the separation parameter sigma = C eps, C = phi_c <l, dG/dphi>; <,> is the plain
 * sum over components and wave numbers (W. Goetze, Complex Dynamics of Glass-Forming Liquids (2009), sec. 4.3).
 *
 * Arrays [component][q], component c = mu*m + nu, q contiguous. */
#ifndef APMCT_CRITICAL_H
#define APMCT_CRITICAL_H

#include "apmct/glass.h"

#ifdef __cplusplus
extern "C" {
#endif

/* No branch is followed beyond this packing fraction. */
#define MCT_CRITICAL_PACKING_FRACTION_MAX 0.98

typedef struct mct_exponents {
    double exponent_parameter; /* lambda_MCT in [1/2, 1) (not the activity); NaN, with a warning, where it is none */
    double a, b, gamma;        /* Gamma(1-a)^2/Gamma(1-2a) = Gamma(1+b)^2/Gamma(1+2b) = lambda_MCT,
                                * gamma = 1/(2a) + 1/(2b); NaN where there is no lambda_MCT */
} mct_exponents;

/* a, b and gamma of an exponent parameter, to rounding. */
mct_exponents mct_exponents_from_parameter(double exponent_parameter);

typedef struct mct_critical_point {
    bool found;              /* false: there is none, `message` says what was found instead */
    double packing_fraction; /* phi_c; NaN if there is none */
    mct_exponents exponents;
    double separation;           /* C: sigma = C (phi - phi_c)/phi_c */
    unsigned long evaluations;   /* kernel evaluations, derivatives and adjoints included */
    mct_kernel_algorithm kernel; /* what ran */
    size_t points, species;      /* N, m */
    double *nonergodicity;       /* [m*m][N], F_c */
    double *right, *left;        /* [m*m][N], d (the critical amplitude) and l, normalised as above, <F_c, d> > 0 */
    double *fraction, *activity; /* [m] of the mixture */
    double *slope;               /* [m], d phi_c / d lambda_mu: how the activity of each species moves phi_c */
    char message[320];           /* "" if found */
} mct_critical_point;

/* Errors: MCT_MEMORY.  Caller owns *point. */
mct_status mct_critical_point_create(mct_context *context, const mct_grid *grid, size_t species,
                                     mct_critical_point **point);
void mct_critical_point_destroy(mct_critical_point *point);

/* Factor of sqrt(eps) in F - F_c above the transition: point->right * this; NaN where lambda_MCT >= 1 or C <= 0. */
double mct_critical_amplitude(const mct_critical_point *point);

/* Critical packing fraction at the composition and activities of `mixture` (its packing fraction is a first guess).
 * start: a neighbouring critical point of the same shape, which saves the search from nothing; NULL (or `point`): none.
 * phi_c comes out to a relative error of 10 * options->solver.tolerance, but no less than about 1e-11.
 * The transition is where plain iteration from F = S, coming from lower packing fractions, first ends in a glass; folds
 * between two glasses are passed over.  (Where glass and fluid alternate with growing packing fraction, as on coarse grids
 * near close packing, one of these transitions is returned.)
 * No glass below MCT_CRITICAL_PACKING_FRACTION_MAX is no error: point->found is false.
 * Errors: MCT_UNPHYSICAL (the glass at the transition is out of the equations' domain, docs/theory.md),
 * MCT_NOT_CONVERGED (the text says what was found), MCT_ARGUMENT, MCT_MEMORY, MCT_NON_FINITE, MCT_INTERRUPTED. */
mct_status mct_critical_packing_fraction(mct_context *context, const mct_glass_options *options, const mct_grid *grid,
                                         const mct_mixture *mixture, const mct_critical_point *start,
                                         mct_critical_point *point);

/* phi_c against the activity of one species, and where it takes a value. */
typedef struct mct_critical_line {
    size_t count;             /* nodes, by activity; the cubic through values and slopes is phi_c(lambda) to `error` */
    double *activity;         /* [count] */
    double *packing_fraction; /* [count] */
    double *slope;            /* [count], d phi_c / d lambda */
    double *exponent_parameter; /* [count] */
    double error;               /* largest difference between a cubic and the computed point it was checked at, which
                                * has become a node since: the cubics between nodes are better */
    size_t extremum_count;
    double *extremum; /* [extremum_count], activities with d phi_c / d lambda = 0, ascending; nodes too */
    size_t root_count;
    double *root; /* [root_count], activities with phi_c = a packing fraction asked for, ascending for each of these */
    double *root_packing_fraction;   /* [root_count], which one */
    mct_critical_point **root_point; /* [root_count] */
    mct_kernel_algorithm kernel;     /* what ran */
    unsigned long evaluations;       /* of all points */
    /* only of mct_critical_trace with `features`, else NULL and NaN: */
    size_t species; /* m */
    double *area;   /* [count][m], integral of f_mu over the wave number, 1/d: small where only small k are arrested */
    double *collapse;     /* [m], lowest activity at which that is half of the first node's; NaN: nowhere */
    double peak_activity; /* where lambda_MCT is largest */
    double exponent_peak; /* lambda_MCT there */
} mct_critical_line;

/* What a line is traced for. */
typedef struct mct_critical_trace_options {
    double tolerance;     /* of phi_c between nodes; (0, 1) */
    size_t level_count;   /* packing fractions whose activities are wanted */
    const double *levels; /* [level_count] */
    bool features;        /* the peak of lambda_MCT and where f changes its character */
} mct_critical_trace_options;

/* phi_c(activity) of mixture->species[species] over range[0] ... range[1], with its extrema (where phi_c turns over) and the
 * activities at which given packing fractions are critical.  Errors: as below.  Caller owns *line. */
mct_status mct_critical_trace(mct_context *context, const mct_glass_options *options, const mct_grid *grid,
                              const mct_mixture *mixture, size_t species, const double range[2],
                              const mct_critical_trace_options *trace, mct_critical_line **line);

/* All activities of mixture->species[species] in range[0] ... range[1] at which mixture->packing_fraction is critical:
 * phi_c is traced over the range (each point starting from its neighbour) until the cubic through the nodes is certain
 * about the number of roots, then each root is refined to the precision of phi_c.  No root is no error.
 * Errors: as above; MCT_ARGUMENT for a bad range or species.  Caller owns *line. */
mct_status mct_critical_activity(mct_context *context, const mct_glass_options *options, const mct_grid *grid,
                                 const mct_mixture *mixture, size_t species, const double range[2],
                                 mct_critical_line **line);
void mct_critical_line_destroy(mct_critical_line *line);

/* phi_c(activity) of the line by its cubics; NaN outside of it. */
double mct_critical_line_packing_fraction(const mct_critical_line *line, double activity);

#ifdef __cplusplus
}
#endif
#endif
