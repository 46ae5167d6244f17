/* state.c: S, c, W and Gamma of one state point, and long-double arrays. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "reference/reference.h"

long double *reference_array(size_t count) {
    long double *array = calloc(count ? count : 1, sizeof *array);
    if (!array) {
        fputs("reference: out of memory\n", stderr);
        abort();
    }
    return array;
}

long double *reference_widen(size_t count, const double *values) {
    long double *array = reference_array(count);
    for (size_t i = 0; i < count; i++) array[i] = (long double)values[i];
    return array;
}

void reference_narrow(size_t count, const long double *values, double *result) {
    for (size_t i = 0; i < count; i++) result[i] = (double)values[i];
}

static reference_state *allocate(const mct_grid *grid, size_t species) {
    reference_state *state = calloc(1, sizeof *state);
    if (!state || species > REFERENCE_SPECIES_MAX) {
        fputs("reference: out of memory or too many species\n", stderr);
        abort();
    }
    size_t count = species * species * grid->points;
    state->points = grid->points;
    state->species = species;
    state->spacing = (long double)grid->spacing;
    state->k = reference_array(grid->points);
    state->c = reference_array(count);
    state->S = reference_array(count);
    state->S_inverse = reference_array(count);
    state->W = reference_array(count);
    state->W_inverse = reference_array(count);
    state->Gamma = reference_array(count);
    for (size_t q = 0; q < grid->points; q++) state->k[q] = ((long double)q + 0.5L) * state->spacing;
    return state;
}

reference_state *reference_state_create(const mct_grid *grid, const mct_mixture *mixture) {
    size_t m = mixture->species_count, N = grid->points;
    reference_state *state = allocate(grid, m);
    long double phi = (long double)mixture->packing_fraction;
    state->density = 6.0L * phi / 3.14159265358979323846264338327950288L;
    for (size_t mu = 0; mu < m; mu++) {
        state->fraction[mu] = (long double)mixture->species[mu].fraction;
        state->diffusivity[mu] = (long double)mixture->species[mu].diffusivity;
    }
    for (size_t q = 0; q < N; q++) {
        reference_matrix S, S_inverse, W, W_inverse, Gamma, c;
        long double k = state->k[q], ck = reference_percus_yevick(mixture->packing_fraction, k);
        long double one = 1.0L / (1.0L - state->density * ck); /* S(k) of the whole */
        for (size_t mu = 0; mu < m; mu++)
            for (size_t nu = 0; nu < m; nu++) {
                long double delta = mu == nu ? 1.0L : 0.0L, root = sqrtl(state->fraction[mu] * state->fraction[nu]);
                long double active = (long double)mixture->species[mu].activity - 1.0L;
                c[mu][nu] = ck;
                S[mu][nu] = (delta - root) + root * one; /* not root (S - 1): S may be 1e-9 */
                S_inverse[mu][nu] = delta - state->density * root * ck;
                W[mu][nu] = k * k * state->diffusivity[mu] * (active * S[mu][nu] + delta);
            }
        if (!reference_matrix_invert(m, W, W_inverse)) abort();
        reference_matrix_multiply(m, W, S_inverse, Gamma);
        reference_matrix_store(m, N, q, c, state->c);
        reference_matrix_store(m, N, q, S, state->S);
        reference_matrix_store(m, N, q, S_inverse, state->S_inverse);
        reference_matrix_store(m, N, q, W, state->W);
        reference_matrix_store(m, N, q, W_inverse, state->W_inverse);
        reference_matrix_store(m, N, q, Gamma, state->Gamma);
    }
    return state;
}

reference_state *reference_state_from_statics(const mct_grid *grid, const mct_statics *statics) {
    size_t m = statics->species;
    reference_state *state = allocate(grid, m);
    state->density = (long double)statics->density;
    for (size_t mu = 0; mu < m; mu++) {
        state->fraction[mu] = (long double)statics->fraction[mu];
        state->diffusivity[mu] = (long double)statics->diffusivity[mu];
    }
    for (size_t i = 0; i < m * m * grid->points; i++) {
        state->c[i] = (long double)statics->direct_correlation[i];
        state->S[i] = (long double)statics->structure_factor[i];
        state->S_inverse[i] = (long double)statics->structure_factor_inverse[i];
        state->W[i] = (long double)statics->frequency[i];
        state->W_inverse[i] = (long double)statics->frequency_inverse[i];
        state->Gamma[i] = (long double)statics->relaxation_rate[i];
    }
    return state;
}

void reference_state_destroy(reference_state *state) {
    if (!state) return;
    free(state->k);
    free(state->c);
    free(state->S);
    free(state->S_inverse);
    free(state->W);
    free(state->W_inverse);
    free(state->Gamma);
    free(state);
}
