/* support.c: random numbers, mixtures, statics and fields for the tests of the numerics. */
#include "reference/support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

uint64_t support_random(uint64_t *seed) {
    uint64_t z = (*seed += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

double support_uniform(uint64_t *seed, double low, double high) {
    return low + (high - low) * ((double)(support_random(seed) >> 11) * 0x1p-53);
}

mct_context *support_context(int threads) {
    mct_context *context = NULL;
    if (mct_context_create(&context) != MCT_OK) abort();
    mct_context_set_threads(context, threads);
    return context;
}

mct_mixture support_mixture(mct_species *species, double packing_fraction, size_t m, const double *fractions,
                            const double *activities) {
    for (size_t mu = 0; mu < m; mu++) {
        species[mu] = (mct_species){.fraction = fractions[mu],
                                    .activity = activities ? activities[mu] : 1.0,
                                    .diffusivity = 1.0,
                                    .diameter = 1.0};
        snprintf(species[mu].name, sizeof species[mu].name, "%zu", mu);
    }
    return (mct_mixture){.packing_fraction = packing_fraction, .species_count = m, .species = species};
}

mct_mixture support_random_mixture(uint64_t *seed, mct_species *species, double packing_fraction, size_t m,
                                   double least, double activity_max) {
    double fractions[REFERENCE_SPECIES_MAX], activities[REFERENCE_SPECIES_MAX], total;
    for (;;) {
        total = 0.0;
        for (size_t mu = 0; mu + 1 < m; mu++) total += fractions[mu] = support_uniform(seed, least, 1.0 - least);
        fractions[m - 1] = 1.0 - total;
        if (fractions[m - 1] >= least) break;
    }
    for (size_t mu = 0; mu < m; mu++) activities[mu] = support_uniform(seed, 1.0, activity_max);
    return support_mixture(species, packing_fraction, m, fractions, activities);
}

mct_statics *support_statics(mct_context *context, const mct_grid *grid, const mct_mixture *mixture) {
    mct_statics *statics = NULL;
    size_t m = mixture->species_count, count = m * m * grid->points;
    if (mct_statics_create(context, grid, m, &statics) != MCT_OK) abort();
    reference_state *state = reference_state_create(grid, mixture);
    statics->density = (double)state->density;
    reference_narrow(grid->points, state->k, statics->wave_number);
    reference_narrow(count, state->S, statics->structure_factor);
    reference_narrow(count, state->S_inverse, statics->structure_factor_inverse);
    reference_narrow(count, state->c, statics->direct_correlation);
    reference_narrow(count, state->W, statics->frequency);
    reference_narrow(count, state->W_inverse, statics->frequency_inverse);
    reference_narrow(count, state->Gamma, statics->relaxation_rate);
    for (size_t mu = 0; mu < m; mu++) {
        statics->fraction[mu] = mixture->species[mu].fraction;
        statics->diffusivity[mu] = mixture->species[mu].diffusivity;
    }
    statics->one_direct_correlation = true;
    reference_state_destroy(state);
    return statics;
}

mct_statics *support_statics_unequal(mct_context *context, const mct_grid *grid, const mct_mixture *mixture) {
    mct_statics *statics = support_statics(context, grid, mixture);
    size_t m = mixture->species_count, N = grid->points;
    for (size_t mu = 0; mu < m; mu++)
        for (size_t nu = 0; nu < m; nu++)
            for (size_t q = 0; q < N; q++) {
                double k = statics->wave_number[q], sum = (double)(mu + nu), product = (double)(mu * nu);
                statics->direct_correlation[(mu * m + nu) * N + q] *=
                    1.0 + 0.2 * cos(0.3 * sum + 0.25 * k) + 0.1 * product * exp(-0.01 * k * k);
            }
    statics->one_direct_correlation = false;
    return statics;
}

const char *support_field_name(support_field field) {
    static const char *const names[SUPPORT_FIELD_COUNT] = {"F = S", "glass", "smooth random"};
    return names[field];
}

static void fill_glass(const mct_grid *grid, const mct_statics *statics, double *F) {
    size_t count = statics->species * statics->species * statics->points;
    reference_state *state = reference_state_from_statics(grid, statics);
    long double *wide = reference_array(count);
    reference_plain_iteration(state, MCT_QUADRATURE_RIEMANN, 0.0L, 12, wide);
    reference_narrow(count, wide, F);
    free(wide);
    reference_state_destroy(state);
}

/* Values in (-1, 1). */
static void random_function(const mct_statics *statics, uint64_t *seed, double *values) {
    for (size_t q = 0; q < statics->points; q++) values[q] = 0.0;
    for (int term = 0; term < 5; term++) {
        double amplitude = support_uniform(seed, -0.2, 0.2), phase = support_uniform(seed, 0.0, 6.28);
        double rate = support_uniform(seed, 0.05, 0.5); /* resolved by spacings up to 2.5 */
        for (size_t q = 0; q < statics->points; q++)
            values[q] += amplitude * cos(rate * statics->wave_number[q] + phase);
    }
}

/* Diagonal 1 + r/2, off the diagonal r/(2m), r random in (-1, 1): like S they do not decay.  (The increments are right
 * to rounding of their sum, so no algorithm made of them is right to rounding where M(q) has fallen many decades.) */
static void fill_smooth(const mct_statics *statics, uint64_t *seed, double *F) {
    size_t m = statics->species, N = statics->points;
    for (size_t c = 0; c < m * m; c++) {
        random_function(statics, seed, F + c * N);
        for (size_t q = 0; q < N; q++) {
            double r = F[c * N + q];
            F[c * N + q] = c % (m + 1) == 0 ? 1.0 + 0.5 * r : 0.5 * r / (double)m;
        }
    }
}

static void fill_direction(const mct_statics *statics, uint64_t *seed, double *F) {
    size_t m = statics->species;
    for (size_t c = 0; c < m * m; c++) random_function(statics, seed, F + c * statics->points);
}

void support_fill(support_field field, const mct_grid *grid, const mct_statics *statics, uint64_t *seed, double *F) {
    size_t count = statics->species * statics->species * statics->points;
    if (field == SUPPORT_GLASS)
        fill_glass(grid, statics, F);
    else if (field == SUPPORT_SMOOTH)
        fill_smooth(statics, seed, F);
    else if (field == SUPPORT_DIRECTION)
        fill_direction(statics, seed, F);
    else
        for (size_t i = 0; i < count; i++) F[i] = statics->structure_factor[i];
}

double support_kernel_error(size_t components, size_t N, size_t count, const size_t *q, const double *M,
                            const long double *reference) {
    long double worst = 0.0L;
    for (size_t n = 0; n < count; n++) {
        long double size = 0.0L, error = 0.0L;
        for (size_t c = 0; c < components; c++) {
            long double value = (long double)M[c * N + (q ? q[n] : n)];
            if (!isfinite(value)) return INFINITY;
            size = fmaxl(size, fabsl(reference[c * count + n]));
            error = fmaxl(error, fabsl(value - reference[c * count + n]));
        }
        worst = fmaxl(worst, error / size);
    }
    return (double)worst;
}

double support_kernel_error_sized(size_t components, size_t N, const double *M, const long double *reference,
                                  const long double *size) {
    long double worst = 0.0L;
    for (size_t q = 0; q < N; q++) {
        long double largest = 0.0L, error = 0.0L;
        for (size_t i = q; i < components * N; i += N) {
            if (!isfinite(M[i])) return INFINITY;
            largest = fmaxl(largest, fabsl(reference[i]));
            error = fmaxl(error, fabsl((long double)M[i] - reference[i]));
        }
        worst = fmaxl(worst, error / (largest + size[q]));
    }
    return (double)worst;
}

double support_difference(size_t components, size_t N, const double *A, const double *B) {
    long double *reference = reference_widen(components * N, B);
    double worst = support_kernel_error(components, N, N, NULL, A, reference);
    free(reference);
    return worst;
}
