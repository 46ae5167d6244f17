/* evolution.c: correlators by the plainest rule there is, on uniform steps, and Richardson's extrapolation. */
#include <math.h>
#include <stdlib.h>

#include "reference/reference.h"

/* out += factor A B at every wave number, arrays [m*m][N] */
static void add_product(size_t m, size_t N, long double factor, const long double *A, const long double *B,
                        long double *out) {
    for (size_t mu = 0; mu < m; mu++)
        for (size_t nu = 0; nu < m; nu++)
            for (size_t k = 0; k < m; k++)
                for (size_t q = 0; q < N; q++)
                    out[(mu * m + nu) * N + q] += factor * A[(mu * m + k) * N + q] * B[(k * m + nu) * N + q];
}

/* (1 + factor (A + B))^-1 at every wave number */
static void inverse_of(size_t m, size_t N, long double factor, const long double *A, const long double *B,
                       long double *out) {
    for (size_t q = 0; q < N; q++) {
        reference_matrix a, b;
        reference_matrix_load(m, N, q, A, a);
        reference_matrix_load(m, N, q, B, b);
        for (size_t mu = 0; mu < m; mu++)
            for (size_t nu = 0; nu < m; nu++) a[mu][nu] = (mu == nu) + factor * (a[mu][nu] + b[mu][nu]);
        if (!reference_matrix_invert(m, a, a)) abort();
        reference_matrix_store(m, N, q, a, out);
    }
}

/* v = -Gamma Phi - int m v for Phi(time) = S + int v; what multiplies v_i is solved for, m_i depends on v_i through Phi_i
 * and is iterated. */
static void trapezoid(const reference_state *state, long double time, size_t steps, long double *phi) {
    const size_t m = state->species, N = state->points, n = m * m * N;
    const long double h = time / (long double)steps;
    long double *v = reference_array((steps + 1) * n), *memory = reference_array((steps + 1) * n);
    long double *M = reference_array(n), *known = reference_array(n), *v_new = reference_array(n);
    long double *phi_old = reference_array(n), *inverse = reference_array(n), *right = reference_array(n);
    for (size_t i = 0; i < n; i++) phi[i] = state->S[i];
    reference_kernel_increments(state, MCT_QUADRATURE_RIEMANN, phi, phi, M);
    add_product(m, N, 1.0L, M, state->W_inverse, memory);
    add_product(m, N, -1.0L, state->Gamma, phi, v);
    inverse_of(m, N, 0.5L * h, state->Gamma, memory, inverse);
    for (size_t step = 1; step <= steps; step++) {
        long double *here = v + step * n, *m_here = memory + step * n;
        for (size_t i = 0; i < n; i++) {
            phi_old[i] = phi[i];
            known[i] = 0.0L;
            here[i] = here[i - n];
        }
        for (size_t i = 0; i < n; i++) right[i] = phi_old[i] + 0.5L * h * here[i - n];
        add_product(m, N, -1.0L, state->Gamma, right, known);
        for (size_t j = 1; j < step; j++) add_product(m, N, -h, memory + (step - j) * n, v + j * n, known);
        for (int iteration = 0; iteration < 500; iteration++) {
            long double change = 0.0L;
            for (size_t i = 0; i < n; i++) {
                phi[i] = phi_old[i] + 0.5L * h * (here[i - n] + here[i]);
                m_here[i] = v_new[i] = 0.0L;
                right[i] = known[i];
            }
            reference_kernel_increments(state, MCT_QUADRATURE_RIEMANN, phi, phi, M);
            add_product(m, N, 1.0L, M, state->W_inverse, m_here);
            add_product(m, N, -0.5L * h, m_here, v, right);
            add_product(m, N, 1.0L, inverse, right, v_new);
            for (size_t i = 0; i < n; i++) {
                change = fmaxl(change, h * fabsl(v_new[i] - here[i]));
                here[i] = v_new[i];
            }
            if (change < 1e-16L) break;
        }
        for (size_t i = 0; i < n; i++) phi[i] = phi_old[i] + 0.5L * h * (here[i - n] + here[i]);
    }
    free(v), free(memory), free(M), free(known), free(v_new), free(phi_old), free(inverse), free(right);
}

void reference_evolution(const reference_state *state, long double time, size_t steps, size_t levels, long double *phi,
                         long double *error) {
    const size_t n = state->species * state->species * state->points;
    long double *table = reference_array(levels * n), *before = reference_array(n);
    for (size_t level = 0; level < levels; level++) {
        trapezoid(state, time, steps << level, table + level * n);
        /* column by column, in place: entry l becomes the extrapolation from levels l ... level */
        long double factor = 4.0L;
        for (size_t l = level; l-- > 0; factor *= 4.0L)
            for (size_t i = 0; i < n; i++)
                table[l * n + i] =
                    table[(l + 1) * n + i] + (table[(l + 1) * n + i] - table[l * n + i]) / (factor - 1.0L);
        *error = level ? reference_distance(state, table, before) : INFINITY;
        for (size_t i = 0; i < n; i++) before[i] = table[i];
    }
    for (size_t i = 0; i < n; i++) phi[i] = table[i];
    free(table), free(before);
}
