/* least_squares.h: least squares in a few unknowns, for fits. */
#ifndef MCT_LEAST_SQUARES_H
#define MCT_LEAST_SQUARES_H

#include <stdbool.h>
#include <stddef.h>

enum { MCT_LEAST_SQUARES_COLUMNS = 4 };

/* x [columns] that makes |A x - b| least; A [columns][rows] and b [rows] are overwritten, b with what is left over.
 * false: fewer rows than columns, columns that depend on each other to rounding, or a value that is not finite. */
bool mct_least_squares(size_t rows, size_t columns, double *A, double *b, double *x);

#endif
