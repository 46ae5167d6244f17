/* host_matrix.h: m x m matrices on the host, row by row, one at a time; the backends have their own for all wave
 * numbers. */
#ifndef MCT_HOST_MATRIX_H
#define MCT_HOST_MATRIX_H

#include <stdbool.h>
#include <stddef.h>

/* B = A^-1 by Gauss-Jordan with partial pivoting; A is overwritten.  False if singular. */
bool mct_matrix_invert(size_t m, double *A, double *B);

/* Whether all eigenvalues of A have a positive real part: Newton's iteration for the sign of A ends at the unit
 * matrix then (N. J. Higham, Functions of Matrices (2008), ch. 5).  A is overwritten; work: [2 m*m]. */
bool mct_matrix_is_positive(size_t m, double *A, double *work);

/* C = A B; C is neither. */
void mct_matrix_multiply(size_t m, const double *A, const double *B, double *C);

#endif
