/* displacement.c: mean-squared displacements of tagged particles: the memory m0 as a sum over the grid (docs/theory.md).
 *
 *   m0 = (D/lambda) rho/(6 pi^2) int dk k^4 X^s phi^s,  X^s = sum c_sd c_sd' sqrt(x_d x_d') Phi_dd'
 *
 * The integrand is even in k and smooth: the plain sum over half-integer k is as accurate as any, for both quadratures. */
#include "evolution/displacement.h"

#include <math.h>
#include <stdlib.h>

#include "base/constants.h"

/* u_d(k) with u^T Phi u = weight k^4 X^s; D lambda is W_ss/q^2 of a species with S_ss = 1. */
static double couple(const mct_grid *grid, const mct_statics *statics, size_t s, double *u) {
    const size_t m = statics->species, N = statics->points;
    const double *const k = statics->wave_number, D = statics->diffusivity[s];
    const double drift = statics->frequency[s * (m + 1) * N + N - 1] / (k[N - 1] * k[N - 1]);
    const double weight = D * D / drift * statics->density / (6.0 * MCT_PI * MCT_PI) * grid->spacing;
    for (size_t d = 0; d < m; d++) {
        const double *const c = statics->direct_correlation + (s * m + d) * N;
        const double factor = sqrt(weight * statics->fraction[d]);
        for (size_t i = 0; i < N; i++) u[d * N + i] = factor * k[i] * k[i] * c[i];
    }
    return 6.0 * drift;
}

mct_status mct_displacement_prepare(mct_context *context, const mct_evolution_options *options, const mct_grid *grid,
                                    const mct_statics *statics, size_t point, mct_evolution_matrices *matrices,
                                    double **work) {
    const size_t count = options->displaced_count, row = statics->species * statics->points;
    *work = NULL;
    if (count == 0) return MCT_OK;
    for (size_t d = 0; d < count; d++) {
        const size_t s = options->displaced[d];
        if (s >= statics->species) {
            return mct_fail(context, MCT_ARGUMENT, "displacement of species %zu of %zu", s, statics->species);
        }
        if (statics->fraction[s] > MCT_TAGGED_FRACTION) {
            return mct_fail(
                context, MCT_ARGUMENT,
                "point %zu: displacement of species %zu, fraction %g: only of tagged particles, fraction %g", point, s,
                statics->fraction[s], MCT_TAGGED_FRACTION);
        }
    }
    *work = malloc(count * (row + 1) * sizeof **work);
    if (!*work) return mct_fail(context, MCT_MEMORY, "displacements: out of memory");
    double *const source = *work + count * row;
    for (size_t d = 0; d < count; d++) source[d] = couple(grid, statics, options->displaced[d], *work + d * row);
    matrices->species = options->displaced;
    matrices->coupling = *work;
    matrices->source = source;
    return MCT_OK;
}
