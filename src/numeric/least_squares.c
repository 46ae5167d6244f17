/* least_squares.c: orthogonalise the columns (Gram-Schmidt, twice), then solve the triangle. */
#include <math.h>

#include "numeric/least_squares.h"

enum { COLUMNS = MCT_LEAST_SQUARES_COLUMNS };

static const double dependent = 1.0e-13; /* what is left of a column that the others make up */

static double dot(size_t rows, const double *x, const double *y) {
    double sum = 0.0;
    for (size_t i = 0; i < rows; i++) sum += x[i] * y[i];
    return sum;
}

/* y minus its part along the unit vector x, which is returned. */
static double remove_part(size_t rows, const double *x, double *y) {
    const double part = dot(rows, x, y);
    for (size_t i = 0; i < rows; i++) y[i] -= part * x[i];
    return part;
}

bool mct_least_squares(size_t rows, size_t columns, double *A, double *b, double *x) {
    double R[COLUMNS][COLUMNS] = {{0.0}};
    if (columns > COLUMNS || rows < columns) return false;
    for (size_t k = 0; k < columns; k++) {
        double *const column = A + k * rows, before = sqrt(dot(rows, column, column));
        for (int pass = 0; pass < 2; pass++) {
            for (size_t j = 0; j < k; j++) R[j][k] += remove_part(rows, A + j * rows, column);
        }
        R[k][k] = sqrt(dot(rows, column, column));
        if (!(R[k][k] > dependent * before && isfinite(before))) return false;
        for (size_t i = 0; i < rows; i++) column[i] /= R[k][k];
    }
    for (size_t k = 0; k < columns; k++) x[k] = remove_part(rows, A + k * rows, b);
    for (size_t k = columns; k-- > 0;) {
        for (size_t j = k + 1; j < columns; j++) x[k] -= R[k][j] * x[j];
        x[k] /= R[k][k];
        if (!isfinite(x[k])) return false;
    }
    return true;
}
