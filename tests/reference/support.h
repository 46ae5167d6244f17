/* support.h: what the tests of the numerics share: random numbers, mixtures, statics, correlator-like fields. */
#ifndef APMCT_TESTS_SUPPORT_H
#define APMCT_TESTS_SUPPORT_H

#include <stdint.h>

#include "reference/reference.h"

/* splitmix64; the same numbers on every machine. */
uint64_t support_random(uint64_t *seed);
double support_uniform(uint64_t *seed, double low, double high);

/* A context with `threads` threads (0: the default); aborts if there is none. */
mct_context *support_context(int threads);

/* species[0 ... m-1] named "0", "1", ... with D = d = 1; activities NULL: all 1.  mixture borrows `species`. */
mct_mixture support_mixture(mct_species *species, double packing_fraction, size_t m, const double *fractions,
                            const double *activities);
/* Fractions >= `least` that sum to 1 exactly to rounding, activities in [1, activity_max]. */
mct_mixture support_random_mixture(uint64_t *seed, mct_species *species, double packing_fraction, size_t m,
                                   double least, double activity_max);

/* Statics from the reference (not from src/), so that the kernel is tested on its own. */
mct_statics *support_statics(mct_context *context, const mct_grid *grid, const mct_mixture *mixture);
/* The same with unequal (symmetric, smooth, made up) c_mn(k): only the general path can take it. */
mct_statics *support_statics_unequal(mct_context *context, const mct_grid *grid, const mct_mixture *mixture);

typedef enum support_field {
    SUPPORT_STRUCTURE, /* F = S */
    SUPPORT_GLASS,     /* after 12 plain iterations from S: a nonergodicity parameter, not symmetric if active */
    SUPPORT_SMOOTH,    /* random, smooth, positive definite at every q, not symmetric */
    SUPPORT_FIELD_COUNT,
    SUPPORT_DIRECTION = SUPPORT_FIELD_COUNT /* random smooth functions of both signs: not a correlator */
} support_field;
const char *support_field_name(support_field field);

/* F: [m*m][N]. */
void support_fill(support_field field, const mct_grid *grid, const mct_statics *statics, uint64_t *seed, double *F);

/* max over q of (max over components |M - reference|) / (max over components |reference|) at q; NaN counts as
 * infinite.  M: [components][N], reference: [components][count] at the indices q[] (NULL: 0 ... count-1). */
double support_kernel_error(size_t components, size_t N, size_t count, const size_t *q, const double *M,
                            const long double *reference);
/* The same with size(q) (reference_kernel_size) added to the denominator; all components and q. */
double support_kernel_error_sized(size_t components, size_t N, const double *M, const long double *reference,
                                  const long double *size);
/* The same between two double arrays [components][N]. */
double support_difference(size_t components, size_t N, const double *A, const double *B);

#endif
