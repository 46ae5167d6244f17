/* grid.c: the wave-number grid. */
#include "apmct/grid.h"
#include "base/need.h"

#include <math.h>

enum { POINTS_MIN = 4, POINTS_MAX = 1048576 };

static const double cut_off_max = 1e4;           /* 1/d; far beyond any structure of the liquid */
static const double corrected_spacing_max = 0.2; /* 1/d; above, the differences of the increments alias */

mct_grid mct_grid_default(void) {
    return (mct_grid){.points = 100, .spacing = 0.4, .quadrature = MCT_QUADRATURE_RIEMANN};
}

mct_status mct_grid_check(mct_context *context, const mct_grid *grid) {
    MCT_NEED(context, grid);
    if (grid->points < POINTS_MIN || grid->points > POINTS_MAX) {
        return mct_fail(context, MCT_ARGUMENT, "grid.points = %zu: must be a whole number %d ... %d", grid->points,
                        POINTS_MIN, POINTS_MAX);
    }
    if (!isfinite(grid->spacing) || grid->spacing <= 0) {
        return mct_fail(context, MCT_ARGUMENT, "grid.spacing = %g: must be a number > 0", grid->spacing);
    }
    if ((double)grid->points * grid->spacing > cut_off_max * (1 + 1e-12)) {
        return mct_fail(context, MCT_ARGUMENT,
                        "grid.spacing = %g: grid.points * grid.spacing = %zu * %g must be at most %g", grid->spacing,
                        grid->points, grid->spacing, cut_off_max);
    }
    if (grid->quadrature != MCT_QUADRATURE_RIEMANN && grid->quadrature != MCT_QUADRATURE_CORRECTED) {
        return mct_fail(context, MCT_ARGUMENT, "grid.quadrature = %d: must be one of riemann, corrected",
                        (int)grid->quadrature);
    }
    if (grid->quadrature == MCT_QUADRATURE_CORRECTED && grid->spacing > corrected_spacing_max * (1 + 1e-12)) {
        mct_tell(context, MCT_MESSAGE_WARNING,
                 "grid.spacing = %g with grid.quadrature = corrected: the correction aliases above %g, use a finer "
                 "spacing or riemann",
                 grid->spacing, corrected_spacing_max);
    }
    return MCT_OK;
}

size_t mct_grid_nearest(const mct_grid *grid, double wave_number) {
    /* point i is nearest for i*spacing <= k < (i + 1)*spacing; a tie is at k = i*spacing and goes up to i */
    const double position = wave_number / grid->spacing;
    const double nearest_whole = nearbyint(position);

    if (!(position > 0)) return 0;
    if (position >= (double)grid->points) return grid->points - 1;
    /* 0.4 * 18 and 7.2 differ by rounding: a tie within rounding is a tie */
    if (nearest_whole > position && nearest_whole - position < 1e-12 * nearest_whole) {
        return nearest_whole < (double)grid->points ? (size_t)nearest_whole : grid->points - 1;
    }
    return (size_t)position;
}

const char *mct_quadrature_name(mct_quadrature quadrature) {
    return quadrature == MCT_QUADRATURE_CORRECTED ? "corrected" : "riemann";
}
