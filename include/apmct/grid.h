/* grid.h: the wave-number grid k_i = (i + 1/2) spacing, i = 0 ... points-1 (theory: docs/theory.md, "grid"). */
#ifndef APMCT_GRID_H
#define APMCT_GRID_H

#include "apmct/context.h"

#ifdef __cplusplus
extern "C" {
#endif

/* How the double sum over the triangle region is weighted. */
typedef enum mct_quadrature {
    MCT_QUADRATURE_RIEMANN,  /* the field's midpoint sum; error O(spacing^2) */
    MCT_QUADRATURE_CORRECTED /* midpoint rule of the cumulative sum corrected to O(spacing^6); wants spacing <= 0.2 */
} mct_quadrature;

typedef struct mct_grid {
    size_t points;             /* N; 4 ... 1048576; default 100 */
    double spacing;            /* 1/d; > 0, points*spacing <= 1e4; default 0.4 */
    mct_quadrature quadrature; /* default MCT_QUADRATURE_RIEMANN */
} mct_grid;

mct_grid mct_grid_default(void);

/* Range check.  Errors: MCT_ARGUMENT naming grid.points or grid.spacing.  Warns (context) when `corrected`
 * is used with spacing > 0.2, where the correction aliases. */
mct_status mct_grid_check(mct_context *context, const mct_grid *grid);

/* k_i, 1/d. */
static inline double mct_grid_wave_number(const mct_grid *grid, size_t i) {
    return ((double)i + 0.5) * grid->spacing;
}

/* Index of the grid point nearest to `wave_number` (1/d), ties upward, clamped to the grid. */
size_t mct_grid_nearest(const mct_grid *grid, double wave_number);

const char *mct_quadrature_name(mct_quadrature quadrature); /* "riemann" | "corrected" */

#ifdef __cplusplus
}
#endif
#endif
