/* reference.h: naive truths for the tests, written from the equations alone (docs/theory.md), in long double.
 *
 * Nothing here shares code with src/.  Simple and slow on purpose: sums are summed as they are written.
 * Arrays are [component][q] like the library's; component c = mu*m + nu. */
#ifndef APMCT_TESTS_REFERENCE_H
#define APMCT_TESTS_REFERENCE_H

#include <stdbool.h>
#include <stddef.h>

#include "apmct/critical.h"

enum { REFERENCE_SPECIES_MAX = 4 };

typedef long double reference_matrix[REFERENCE_SPECIES_MAX][REFERENCE_SPECIES_MAX];

/* --- Small matrices (matrix.c) ---------------------------------------------------------------------------- */

void reference_matrix_load(size_t m, size_t points, size_t q, const long double *array, reference_matrix A);
void reference_matrix_store(size_t m, size_t points, size_t q, reference_matrix A, long double *array);
void reference_matrix_multiply(size_t m, reference_matrix A, reference_matrix B, reference_matrix product);
/* Gauss-Jordan with row pivoting; false if singular. */
bool reference_matrix_invert(size_t m, reference_matrix A, reference_matrix inverse);

/* --- Percus-Yevick (percus_yevick.c) ---------------------------------------------------------------------- */

/* c(k) of hard spheres of diameter 1, in quadruple precision inside: series below k = 4, closed form above. */
long double reference_percus_yevick(double packing_fraction, long double k);
/* The two forms on their own (they must agree where both are good). */
long double reference_percus_yevick_series(double packing_fraction, long double k);
long double reference_percus_yevick_closed(double packing_fraction, long double k);
/* max |c| over [k - h, k + h], h = min(pi/2, k/2): half a period of c(k), which always holds an extremum of
 * |c| where c oscillates, and a neighbourhood of constant relative size where it does not. */
long double reference_percus_yevick_envelope(double packing_fraction, long double k);

/* --- State point (state.c) -------------------------------------------------------------------------------- */

typedef struct reference_state {
    size_t points, species; /* N, m */
    long double spacing, density;
    long double fraction[REFERENCE_SPECIES_MAX], diffusivity[REFERENCE_SPECIES_MAX];
    long double *k;                     /* [N] */
    long double *c, *S, *S_inverse;     /* [m*m][N] */
    long double *W, *W_inverse, *Gamma; /* [m*m][N] */
} reference_state;

/* From the equations: one diameter, Percus-Yevick. */
reference_state *reference_state_create(const mct_grid *grid, const mct_mixture *mixture);
/* From what a library object holds (its doubles taken as exact), so that only the operation under test is compared. */
reference_state *reference_state_from_statics(const mct_grid *grid, const mct_statics *statics);
void reference_state_destroy(reference_state *state);

long double *reference_array(size_t count);                       /* zeroed; aborts without memory */
long double *reference_widen(size_t count, const double *values); /* a copy in long double */
void reference_narrow(size_t count, const long double *values, double *result);

/* --- Memory kernel M[F, G]: X, U from F and Y, V from G (kernel.c) ---------------------------------------- */

/* The definition: the double sum over the triangle region at the q_count indices q[] ("riemann").
 * M: [m*m][q_count]. */
void reference_kernel_direct(const reference_state *state, const long double *F, const long double *G, size_t q_count,
                             const size_t *q, long double *M);
/* Both quadratures from triangle sums A_n(i) and their differences; O(N^2) work per q.  M: [m*m][N]. */
void reference_kernel_triangle(const reference_state *state, mct_quadrature quadrature, const long double *F,
                               const long double *G, long double *M);
/* The same from correlation sums over the odd and even continuations; O(N^2) work for all q.  M: [m*m][N]. */
void reference_kernel_increments(const reference_state *state, mct_quadrature quadrature, const long double *F,
                                 const long double *G, long double *M);
/* size(q): the largest component of the double sum with every factor replaced by its absolute value; what rounding
 * errors are to be measured by where F or G has both signs and M may vanish.  O(N^3).  size: [N]. */
void reference_kernel_size(const reference_state *state, const long double *F, const long double *G, long double *size);

/* --- Glass by plain iteration (plain.c) ------------------------------------------------------------------- */

typedef enum reference_phase { REFERENCE_FLUID, REFERENCE_GLASS, REFERENCE_UNDECIDED } reference_phase;

/* G(F) = S - (W S^-1 + M[F] W^-1)^-1 W from a given M. */
void reference_glass_map(const reference_state *state, const long double *M, long double *F_next);
/* max |A - B| / sqrt(S_mm S_nn) over components and q. */
long double reference_distance(const reference_state *state, const long double *A, const long double *B);
/* Iterates F = G(F) from F = S until a step is below `tolerance` (glass), all F_mm < 1e-4 S_mm (fluid) or
 * steps_max.  F: [m*m][N], the last iterate. */
reference_phase reference_plain_iteration(const reference_state *state, mct_quadrature quadrature,
                                          long double tolerance, unsigned long steps_max, long double *F);
/* Critical packing fraction between `fluid` and `glass` by bisection to `width`. */
double reference_bisect(const mct_grid *grid, const mct_mixture *mixture, double fluid, double glass, double width);

/* --- Critical points (exponents.c): "riemann", for grids of some dozen points ------------------------------- */

/* A fold of the branch: dG has the eigenvalue 1.  Normalised as apmct/critical.h says. */
typedef struct reference_fold {
    size_t count; /* m*m*N */
    double packing_fraction;
    long double eigenvalue;                     /* of dG: 1 */
    long double *F, *right, *left;              /* [m*m][N] */
    long double exponent_parameter;             /* by its definition */
    long double exponent_parameter_differences; /* from second differences of G */
    long double separation, slope[REFERENCE_SPECIES_MAX];
} reference_fold;

/* The fold near the mixture's packing fraction and F, by Newton's method on the full matrices. */
reference_fold reference_fold_create(const mct_grid *grid, const mct_mixture *mixture, const double *F);
void reference_fold_destroy(reference_fold *fold);

/* out = (S - F) W^-1 M W^-1 (S - F), which is dG[d] at F = G(F) if M = M[F, d] + M[d, F]. */
void reference_glass_sandwich(const reference_state *state, const long double *F, const long double *M,
                              long double *out);
/* out = dG[d] at F by the double sum. */
void reference_glass_derivative(const reference_state *state, const long double *F, const long double *d,
                                long double *out);
/* <l, d (S - F)^-1 d> */
long double reference_curvature_norm(const reference_state *state, const long double *F, const long double *l,
                                     const long double *d);

/* a and b of an exponent parameter in (0, 1) by bisection; right to 1e-17 of themselves. */
long double reference_exponent_a(long double parameter);
long double reference_exponent_b(long double parameter);

/* --- Correlators in time (evolution.c): "riemann" ------------------------------------------------------------ */

/* Phi(time) [m*m][N] from the equation of motion by the trapezoidal rule for v = dPhi/dt and for the memory integral, with
 * steps, 2 steps, 4 steps, ... uniform steps (`levels` of them), extrapolated to step 0.  *error: how much the last
 * extrapolation changed, relative to sqrt(S_mm S_nn).  O(steps^2). */
void reference_evolution(const reference_state *state, long double time, size_t steps, size_t levels, long double *phi,
                         long double *error);

#endif
