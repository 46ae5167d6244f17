/* kernel.c: the memory kernel as it is defined.
 *
 * M(q) = rho D_mu D_nu / sqrt(x_mu x_nu) (2 pi)^-3 (2 pi/q) Delta^2
 *        sum_j sum_{l = |i-j|}^{min(i+j, N-1)} k p { (q.k)^2 X(k) Y(p) + (q.k)(q.p) U(k) V(p) },
 * q.k = (q^2 + k^2 - p^2)/2,  q.p = (q^2 + p^2 - k^2)/2,  X = C F C^T, U = C F, Y = G, V = G C^T.
 *
 * With (q.k)^2 = [q^4 + 2 q^2 (k^2-p^2) + (k^2-p^2)^2]/4 and (q.k)(q.p) = [q^4 - (k^2-p^2)^2]/4 the sum is
 * [q^4 A1 + 2 q^2 A2 + A3]/4 with sums A_n(i) that know q only by the region; `corrected` changes their increments. */
#include <math.h>
#include <stdlib.h>

#include "reference/reference.h"

typedef struct vertex {
    long double *X, *U, *Y, *V; /* [m*m][N] */
} vertex;

static vertex vertex_create(const reference_state *state, const long double *F, const long double *G) {
    size_t m = state->species, N = state->points;
    vertex v = {reference_array(m * m * N), reference_array(m * m * N), reference_array(m * m * N),
                reference_array(m * m * N)};
    for (size_t q = 0; q < N; q++) {
        reference_matrix C, C_transposed, f, g, X, U, V;
        reference_matrix_load(m, N, q, F, f);
        reference_matrix_load(m, N, q, G, g);
        for (size_t mu = 0; mu < m; mu++)
            for (size_t nu = 0; nu < m; nu++) {
                C[mu][nu] = sqrtl(state->fraction[mu] * state->fraction[nu]) * state->c[(mu * m + nu) * N + q];
                C_transposed[nu][mu] = C[mu][nu];
            }
        reference_matrix_multiply(m, C, f, U);
        reference_matrix_multiply(m, U, C_transposed, X);
        reference_matrix_multiply(m, g, C_transposed, V);
        reference_matrix_store(m, N, q, X, v.X);
        reference_matrix_store(m, N, q, U, v.U);
        reference_matrix_store(m, N, q, g, v.Y);
        reference_matrix_store(m, N, q, V, v.V);
    }
    return v;
}

static void vertex_destroy(vertex *v) {
    free(v->X);
    free(v->U);
    free(v->Y);
    free(v->V);
}

/* rho D_mu D_nu / sqrt(x_mu x_nu) (2 pi)^-3 2 pi Delta^2 */
static long double prefactor(const reference_state *state, size_t mu, size_t nu) {
    const long double pi = 3.14159265358979323846264338327950288L;
    return state->density * state->diffusivity[mu] * state->diffusivity[nu] /
           sqrtl(state->fraction[mu] * state->fraction[nu]) * state->spacing * state->spacing / (4.0L * pi * pi);
}

void reference_kernel_direct(const reference_state *state, const long double *F, const long double *G, size_t q_count,
                             const size_t *q, long double *M) {
    size_t m = state->species, N = state->points;
    vertex v = vertex_create(state, F, G);
    for (size_t n = 0; n < q_count; n++) {
        size_t i = q[n];
        long double qi = state->k[i], sum[REFERENCE_SPECIES_MAX * REFERENCE_SPECIES_MAX] = {0.0L};
        for (size_t j = 0; j < N; j++) {
            size_t first = i > j ? i - j : j - i, last = i + j < N - 1 ? i + j : N - 1;
            for (size_t l = first; l <= last; l++) {
                long double k = state->k[j], p = state->k[l];
                long double qk = 0.5L * (qi * qi + (k * k - p * p)), qp = 0.5L * (qi * qi - (k * k - p * p));
                long double weight_xy = k * p * qk * qk, weight_uv = k * p * qk * qp;
                for (size_t c = 0; c < m * m; c++)
                    sum[c] += weight_xy * v.X[c * N + j] * v.Y[c * N + l] + weight_uv * v.U[c * N + j] * v.V[c * N + l];
            }
        }
        for (size_t c = 0; c < m * m; c++) M[c * q_count + n] = prefactor(state, c / m, c % m) / qi * sum[c];
    }
    vertex_destroy(&v);
}

void reference_kernel_size(const reference_state *state, const long double *F, const long double *G,
                           long double *size) {
    size_t m = state->species, N = state->points;
    reference_state absolute = *state;
    long double *c_absolute = reference_array(m * m * N), *f = reference_array(m * m * N);
    long double *g = reference_array(m * m * N);
    for (size_t i = 0; i < m * m * N; i++) {
        c_absolute[i] = fabsl(state->c[i]);
        f[i] = fabsl(F[i]);
        g[i] = fabsl(G[i]);
    }
    absolute.c = c_absolute;
    vertex v = vertex_create(&absolute, f, g);
    for (size_t i = 0; i < N; i++) {
        size[i] = 0.0L;
        for (size_t c = 0; c < m * m; c++) {
            long double q = state->k[i], sum = 0.0L;
            for (size_t j = 0; j < N; j++)
                for (size_t l = i > j ? i - j : j - i; l < N && l <= i + j; l++) {
                    long double k = state->k[j], p = state->k[l], d = k * k - p * p;
                    long double qk = 0.5L * fabsl(q * q + d), qp = 0.5L * fabsl(q * q - d);
                    sum += k * p * qk * (qk * v.X[c * N + j] * v.Y[c * N + l] + qp * v.U[c * N + j] * v.V[c * N + l]);
                }
            size[i] = fmaxl(size[i], prefactor(state, c / m, c % m) / q * sum);
        }
    }
    free(c_absolute), free(f), free(g);
    vertex_destroy(&v);
}

/* --- Increments ------------------------------------------------------------------------------------------- */

/* The midpoint cell i of an even function D, corrected to sixth order:
 * D + (second difference)/24 - 17 (fourth difference)/5760.  D: values at -2 ... count-1, at [i + 2]. */
static long double corrected_cell(const long double *D, size_t i) {
    const long double *d = D + i + 2;
    long double second = d[1] - 2.0L * d[0] + d[-1];
    long double fourth = d[2] - 4.0L * d[1] + 6.0L * d[0] - 4.0L * d[-1] + d[-2];
    return d[0] + second / 24.0L - 17.0L * fourth / 5760.0L;
}

/* M(q_i) of one component from the three increments, i = 0 ... N+1, D[n][0] the whole cell at 0. */
static void sum_increments(const reference_state *state, mct_quadrature quadrature, long double *D[3],
                           long double factor, long double *M) {
    size_t N = state->points;
    long double *even = reference_array(N + 4), a[3] = {0.0L};
    long double *cell = reference_array(3 * N);
    for (size_t n = 0; n < 3; n++) {
        for (size_t i = 0; i < N + 2; i++) even[i + 2] = D[n][i];
        even[1] = D[n][1];
        even[0] = D[n][2];
        for (size_t i = 0; i < N; i++) {
            long double value = quadrature == MCT_QUADRATURE_CORRECTED ? corrected_cell(even, i) : D[n][i];
            cell[n * N + i] = i == 0 ? 0.5L * value : value;
        }
    }
    for (size_t i = 0; i < N; i++) {
        long double q = state->k[i];
        for (size_t n = 0; n < 3; n++) a[n] += cell[n * N + i];
        M[i] = factor * (q * q * (q * q * a[0] + 2.0L * a[1]) + a[2]) / (4.0L * q);
    }
    free(even);
    free(cell);
}

/* A_n(i) by the triangle region itself, also for i = N, N+1 (where it is cut off by k, p < N Delta). */
static void triangle_sums(const reference_state *state, const vertex *v, size_t c, size_t i, long double A[3]) {
    size_t N = state->points;
    const long double *X = v->X + c * N, *U = v->U + c * N, *Y = v->Y + c * N, *V = v->V + c * N;
    A[0] = A[1] = A[2] = 0.0L;
    for (size_t j = 0; j < N; j++)
        for (size_t l = i > j ? i - j : j - i; l < N && l <= i + j; l++) {
            long double k = state->k[j], p = state->k[l], difference = k * k - p * p;
            A[0] += k * p * (X[j] * Y[l] + U[j] * V[l]);
            A[1] += k * p * difference * X[j] * Y[l];
            A[2] += k * p * difference * difference * (X[j] * Y[l] - U[j] * V[l]);
        }
}

void reference_kernel_triangle(const reference_state *state, mct_quadrature quadrature, const long double *F,
                               const long double *G, long double *M) {
    size_t m = state->species, N = state->points;
    vertex v = vertex_create(state, F, G);
    long double *D[3] = {reference_array(N + 2), reference_array(N + 2), reference_array(N + 2)};
    for (size_t c = 0; c < m * m; c++) {
        long double last[3] = {0.0L}, A[3];
        for (size_t i = 0; i < N + 2; i++) {
            triangle_sums(state, &v, c, i, A);
            for (size_t n = 0; n < 3; n++) {
                D[n][i] = i == 0 ? 2.0L * A[n] : A[n] - last[n];
                last[n] = A[n];
            }
        }
        sum_increments(state, quadrature, D, prefactor(state, c / m, c % m), M + c * N);
    }
    for (size_t n = 0; n < 3; n++) free(D[n]);
    vertex_destroy(&v);
}

/* sum_j a_j b_{j+i} over -N <= j, j+i < N.  a, b: [2N], index j + N. */
static long double correlate(size_t N, const long double *a, const long double *b, size_t i) {
    long double sum = 0.0L;
    for (size_t j = 0; j + i < 2 * N; j++) sum += a[j] * b[j + i];
    return sum;
}

/* k^power * values continued to j < 0: A_{-1-j} = sign A_j. */
static void continue_(const reference_state *state, const long double *values, int power, long double sign,
                      long double *result) {
    size_t N = state->points;
    for (size_t j = 0; j < N; j++) {
        long double k = state->k[j], value = (power == 1 ? k : k * k) * values[j];
        result[N + j] = value;
        result[N - 1 - j] = sign * value;
    }
}

void reference_kernel_increments(const reference_state *state, mct_quadrature quadrature, const long double *F,
                                 const long double *G, long double *M) {
    size_t m = state->species, N = state->points;
    vertex v = vertex_create(state, F, G);
    long double *D[3] = {reference_array(N + 2), reference_array(N + 2), reference_array(N + 2)};
    long double *odd[4], *even[4];
    for (size_t f = 0; f < 4; f++) odd[f] = reference_array(2 * N), even[f] = reference_array(2 * N);
    for (size_t c = 0; c < m * m; c++) {
        const long double *function[4] = {v.X + c * N, v.Y + c * N, v.U + c * N, v.V + c * N};
        for (size_t f = 0; f < 4; f++) {
            continue_(state, function[f], 1, -1.0L, odd[f]);
            continue_(state, function[f], 2, 1.0L, even[f]);
        }
        for (size_t i = 0; i < N + 2; i++) {
            long double lag = (long double)i * state->spacing;
            long double K1 = correlate(N, odd[0], odd[1], i), K2 = correlate(N, odd[2], odd[3], i);
            long double O = correlate(N, even[0], odd[1], i) + correlate(N, odd[0], even[1], i);
            long double K3 = correlate(N, even[0], even[1], i) - correlate(N, even[2], even[3], i);
            D[0][i] = K1 + K2;
            D[1][i] = -lag * O;
            D[2][i] = lag * lag * (4.0L * K3 + lag * lag * (K1 - K2));
        }
        sum_increments(state, quadrature, D, prefactor(state, c / m, c % m), M + c * N);
    }
    for (size_t f = 0; f < 4; f++) free(odd[f]), free(even[f]);
    for (size_t n = 0; n < 3; n++) free(D[n]);
    vertex_destroy(&v);
}
