/* scheme.h: the numbers of the scheme in time: quadrature of the memory integral, derivative, start. */
#ifndef MCT_SCHEME_H
#define MCT_SCHEME_H

#include "apmct/time.h"

enum {
    MCT_DEGREE_MAX = 5,  /* D */
    MCT_BDF_MAX = 6,     /* order of the derivative */
    MCT_TAYLOR_MAX = 10, /* order of the start */
    MCT_GUESS = 7        /* points that the first guess of a step is extrapolated from */
};

/* A cell has D + 1 nodes nu, ascending in the argument of the interpolated function; it lies between nodes r and r + 1;
 * r = (D-1)/2 except near the end of what is known.  L_nu: Lagrange polynomials of the nodes, P_p: Legendre polynomials of
 * the cell, xi = -1 ... 1. */
typedef struct mct_scheme {
    int degree;                                                        /* D: 1 | 3 | 5 */
    int bdf;                                                           /* 2 | 4 | 6 */
    int taylor;                                                        /* 1 | 8 | 10 */
    double weight[MCT_DEGREE_MAX][MCT_DEGREE_MAX][MCT_DEGREE_MAX + 1]; /* [r][p][nu] (-1)^p (2p+1) int L'_nu P_p */
    double moment[MCT_DEGREE_MAX][MCT_DEGREE_MAX][MCT_DEGREE_MAX + 1]; /* [r][p][nu] (1/2) int L_nu P_p */
    double thinning[MCT_DEGREE_MAX][MCT_DEGREE_MAX];                   /* [p][s] P_p((xi+1)/2) = sum_s T_ps P_s(xi) */
    /* [p][nu]: moments of two cells as one, from the D + 2 nodes of their central stencils, the first of the left cell first */
    double joined[MCT_DEGREE_MAX][MCT_DEGREE_MAX + 2];
    double derivative[MCT_BDF_MAX + 1]; /* h Phi'_i = sum_s a_s Phi_{i-s} */
    double guess[MCT_GUESS + 1];        /* Phi_i = sum_{e>=1} g_e Phi_{i-e}; g_0 unused */
} mct_scheme;

mct_scheme mct_scheme_of(const mct_time_options *options);

/* Nodes of the quadrature that is exact for the start's polynomials times P_p. */
enum { MCT_QUADRATURE_NODES = 10 };

/* Such that the moments of f over the cell -1 ... 1 are mu_p = (1/2) int f P_p dxi = sum_i weight[p][i] f(node[i]). */
void mct_scheme_quadrature(int degree, double *node, double weight[][MCT_QUADRATURE_NODES]);

/* k! l! / (k + l)! */
double mct_scheme_beta(int k, int l);

#endif
