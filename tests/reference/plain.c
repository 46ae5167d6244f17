/* plain.c: the nonergodicity parameters by their definition: iterate F = G(F) from F = S. */
#include <math.h>
#include <stdlib.h>

#include "reference/reference.h"

void reference_glass_map(const reference_state *state, const long double *M, long double *F_next) {
    size_t m = state->species, N = state->points;
    for (size_t q = 0; q < N; q++) {
        reference_matrix memory, W, W_inverse, Gamma, sum, S;
        reference_matrix_load(m, N, q, M, memory);
        reference_matrix_load(m, N, q, state->W, W);
        reference_matrix_load(m, N, q, state->W_inverse, W_inverse);
        reference_matrix_load(m, N, q, state->Gamma, Gamma);
        reference_matrix_load(m, N, q, state->S, S);
        reference_matrix_multiply(m, memory, W_inverse, sum);
        for (size_t mu = 0; mu < m; mu++)
            for (size_t nu = 0; nu < m; nu++) sum[mu][nu] += Gamma[mu][nu];
        if (!reference_matrix_invert(m, sum, sum)) abort();
        reference_matrix_multiply(m, sum, W, sum);
        for (size_t mu = 0; mu < m; mu++)
            for (size_t nu = 0; nu < m; nu++) S[mu][nu] -= sum[mu][nu];
        reference_matrix_store(m, N, q, S, F_next);
    }
}

long double reference_distance(const reference_state *state, const long double *A, const long double *B) {
    size_t m = state->species, N = state->points;
    long double largest = 0.0L;
    for (size_t c = 0; c < m * m; c++)
        for (size_t q = 0; q < N; q++) {
            long double S_mu = state->S[(c / m * (m + 1)) * N + q], S_nu = state->S[(c % m * (m + 1)) * N + q];
            long double distance = fabsl(A[c * N + q] - B[c * N + q]) / sqrtl(S_mu * S_nu);
            if (!(distance <= largest)) largest = distance; /* a NaN stays */
        }
    return largest;
}

static bool melted(const reference_state *state, const long double *F) {
    size_t m = state->species, N = state->points;
    for (size_t mu = 0; mu < m; mu++)
        for (size_t q = 0; q < N; q++)
            if (F[mu * (m + 1) * N + q] > 1e-4L * state->S[mu * (m + 1) * N + q]) return false;
    return true;
}

reference_phase reference_plain_iteration(const reference_state *state, mct_quadrature quadrature,
                                          long double tolerance, unsigned long steps_max, long double *F) {
    size_t count = state->species * state->species * state->points;
    long double *M = reference_array(count), *next = reference_array(count);
    reference_phase phase = REFERENCE_UNDECIDED;
    for (size_t i = 0; i < count; i++) F[i] = state->S[i];
    for (unsigned long step = 0; step < steps_max && phase == REFERENCE_UNDECIDED; step++) {
        reference_kernel_increments(state, quadrature, F, F, M);
        reference_glass_map(state, M, next);
        long double change = reference_distance(state, F, next);
        for (size_t i = 0; i < count; i++) F[i] = next[i];
        if (melted(state, F))
            phase = REFERENCE_FLUID;
        else if (change <= tolerance)
            phase = REFERENCE_GLASS;
    }
    free(M);
    free(next);
    return phase;
}

double reference_bisect(const mct_grid *grid, const mct_mixture *mixture, double fluid, double glass, double width) {
    long double *F = reference_array(mixture->species_count * mixture->species_count * grid->points);
    while (glass - fluid > width) {
        mct_mixture middle = *mixture;
        middle.packing_fraction = 0.5 * (fluid + glass);
        reference_state *state = reference_state_create(grid, &middle);
        /* near the fold the steps of a melting iteration slow down to O(eps) but never to 1e-12 for eps > 1e-11 */
        reference_phase phase = reference_plain_iteration(state, grid->quadrature, 1e-12L, 1000000, F);
        if (phase == REFERENCE_GLASS)
            glass = middle.packing_fraction;
        else
            fluid = middle.packing_fraction;
        reference_state_destroy(state);
    }
    free(F);
    return 0.5 * (fluid + glass);
}
