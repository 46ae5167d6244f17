/* long_support.h: what the long programs share: a state point of their own, naive algebra around the library's kernel. */
#ifndef APMCT_TESTS_LONG_SUPPORT_H
#define APMCT_TESTS_LONG_SUPPORT_H

#include "reference/support.h"

/* `memory`, or the end of the program where it is NULL. */
void *long_checked(void *memory);

typedef struct long_point {
    size_t m, N, count; /* count = m*m*N */
    reference_state *state;
    mct_statics *statics;
    mct_kernel *kernel;
    double *buffer, *M;
    long double *wide;
} long_point;

/* Ends the program where the library refuses. */
long_point long_point_create(mct_context *context, const mct_grid *grid, const mct_mixture *mixture);
void long_point_destroy(long_point *point);

/* next = G(F) */
void long_point_map(long_point *point, const long double *F, long double *next);
/* Plain iteration from F = S, which reaches the physical branch by definition, until a step is below `tolerance` (glass),
 * all F_mm < 1e-4 S_mm (fluid) or `steps_max`.  F: the last iterate; *change: the last step's size. */
reference_phase long_point_iterate(long_point *point, long double tolerance, unsigned long steps_max, long double *F,
                                   long double *change);
/* Leading eigenvalue of dG[d] = H W^-1 dM[d] W^-1 H, H = S - F, by power iteration from d = F. */
double long_point_eigenvalue(long_point *point, const long double *F);

/* For qsort of unsigned long. */
int long_by_size(const void *a, const void *b);

#endif
