/* critical_fixture.h: what the tests of critical points start from. */
#ifndef CRITICAL_FIXTURE_H
#define CRITICAL_FIXTURE_H

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "reference/support.h"

static const double one[] = {1.0}, half[] = {0.5, 0.5};

static inline mct_critical_point *point_create(const mct_grid *grid, size_t species) {
    mct_critical_point *point = NULL;
    mct_context *context = support_context(1);
    cr_assert_eq(mct_critical_point_create(context, grid, species, &point), MCT_OK, "%s", mct_context_error(context));
    mct_context_destroy(context);
    return point;
}

/* A critical point that has to be found; `start` may be NULL. */
static inline mct_critical_point *critical_point(const mct_glass_options *options, const mct_grid *grid,
                                                 const mct_mixture *mixture, const mct_critical_point *start) {
    mct_context *context = support_context(1);
    mct_critical_point *point = point_create(grid, mixture->species_count);
    cr_expect_eq(mct_critical_packing_fraction(context, options, grid, mixture, start, point), MCT_OK, "%s",
                 mct_context_error(context));
    cr_expect(point->found, "%s", point->message);
    cr_expect(!point->found || point->message[0] == '\0', "%s", point->message);
    mct_context_destroy(context);
    return point;
}

/* The same for phi_c alone. */
static inline double critical(const mct_glass_options *options, const mct_grid *grid, const mct_mixture *mixture) {
    mct_critical_point *point = critical_point(options, grid, mixture, NULL);
    double packing_fraction = point->packing_fraction;
    mct_critical_point_destroy(point);
    return packing_fraction;
}

/* max |A - B| over everything, in units of the largest |B|. */
static inline double distance(size_t count, const double *A, const double *B) {
    double largest = 0.0, error = 0.0;
    for (size_t i = 0; i < count; i++) {
        largest = fmax(largest, fabs(B[i]));
        error = fmax(error, isnan(A[i]) ? INFINITY : fabs(A[i] - B[i]));
    }
    return error / largest;
}

#endif
