/* kernel_fixture.h: what the tests of the memory kernel start from. */
#ifndef KERNEL_FIXTURE_H
#define KERNEL_FIXTURE_H

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "reference/support.h"

static const double fractions[] = {0.4, 0.35, 0.25};
static const double activities[] = {1.0, 3.0, 6.0};
static const mct_kernel_algorithm algorithms[] = {MCT_KERNEL_DIRECT, MCT_KERNEL_FACTORIZED, MCT_KERNEL_FOURIER};

static inline mct_kernel *create(mct_context *context, const mct_grid *grid, size_t species, size_t points,
                                 mct_kernel_algorithm algorithm, mct_kernel_path path) {
    mct_solver_options options = mct_solver_options_default();
    mct_kernel *kernel = NULL;
    options.kernel = algorithm;
    options.path = path;
    strcpy(options.backend, "cpu");
    cr_assert_eq(mct_kernel_create(context, grid, species, points, &options, &kernel), MCT_OK, "%s",
                 mct_context_error(context));
    return kernel;
}

/* The first m of the species above, fractions renormalised. */
static inline mct_mixture mixture_of(mct_species *species, double packing_fraction, size_t m) {
    double x[3], total = 0.0;
    for (size_t mu = 0; mu < m; mu++) total += fractions[mu];
    for (size_t mu = 0; mu < m; mu++) x[mu] = fractions[mu] / total;
    return support_mixture(species, packing_fraction, m, x, activities);
}

static inline double *fields_create(size_t count) {
    double *values = calloc(count, sizeof *values);
    cr_assert_not_null(values);
    return values;
}

#endif
