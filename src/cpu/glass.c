/* glass.c: the fixed point F = G(F) and its derivative, matrix by matrix at every wave number (docs/theory.md). */
#include <math.h>

#include "cpu/cpu.h"

/* Scratch of the small-matrix loops for m beyond their fixed sizes: that of the thread, which is larger. */
static double *scratch_of(const mct_cpu *cpu, size_t thread) {
    return cpu->scratch + thread * cpu->scratch_size;
}

void mct_cpu_glass_map(void *state, size_t first_point, size_t count, const double *M, double *G) {
    const mct_cpu *cpu = state;
    for (size_t p = 0; p < count; p++, M += cpu->n, G += cpu->n) {
        const size_t at = (first_point + p) * cpu->n;
        MCT_FOR_PARTS(cpu->N, mct_cpu_team(cpu, count),
                      cpu->loops->matrix->glass_map(cpu->m, cpu->N, first, last, cpu->S + at, cpu->S_inverse + at,
                                                    cpu->W_inverse + at, M, scratch_of(cpu, thread), G))
    }
}

void mct_cpu_glass_linearise(void *state, size_t first_point, size_t count, const double *G) {
    mct_cpu *cpu = state;
    for (size_t p = 0; p < count; p++, G += cpu->n) {
        const size_t at = (first_point + p) * cpu->n;
        MCT_FOR_PARTS(cpu->N, mct_cpu_team(cpu, count),
                      cpu->loops->matrix->glass_linearise(cpu->m, cpu->N, first, last, cpu->S + at, cpu->W_inverse + at,
                                                          G, scratch_of(cpu, thread), cpu->left + at, cpu->right + at))
    }
}

static void sandwich(const mct_cpu *cpu, size_t first_point, size_t count, const double *in, int transposed,
                     double *out) {
    for (size_t p = 0; p < count; p++, in += cpu->n, out += cpu->n) {
        const size_t at = (first_point + p) * cpu->n;
        MCT_FOR_PARTS(cpu->N, mct_cpu_team(cpu, count),
                      cpu->loops->matrix->sandwich(cpu->m, cpu->N, first, last, cpu->left + at, in, cpu->right + at,
                                                   transposed, scratch_of(cpu, thread), out))
    }
}

void mct_cpu_glass_derivative(void *state, size_t first, size_t count, const double *dM, double *dG) {
    sandwich(state, first, count, dM, 0, dG);
}

void mct_cpu_glass_adjoint(void *state, size_t first, size_t count, const double *l, double *w) {
    sandwich(state, first, count, l, 1, w);
}

static double sensitivity(const mct_cpu *cpu, size_t at, const double *M, const double *G) {
    const size_t N = cpu->N, m = cpu->m;
    const double *S = cpu->S + at, *S_inverse = cpu->S_inverse + at, *left = cpu->left + at, *right = cpu->right + at;
    double largest = 0.0;
    for (size_t i = 0; i < N; i++) {
        for (size_t mu = 0; mu < m; mu++) {
            for (size_t nu = 0; nu < m; nu++) {
                double sum = 0.0;
                for (size_t k = 0; k < m; k++) {
                    const size_t in = (mu * m + k) * N + i; /* element mu k */
                    for (size_t l = 0; l < m; l++) {
                        const size_t mid = (k * m + l) * N + i, out = (l * m + nu) * N + i;
                        sum += fabs(left[in] * M[mid] * right[out]) +
                               0.5 * fabs((S[in] - G[in]) * S_inverse[mid] * G[out]);
                    }
                }
                largest = fmax(largest, sum * cpu->weight[at + (mu * m + nu) * N + i]);
            }
        }
    }
    return largest;
}

void mct_cpu_glass_sensitivity(void *state, size_t first, size_t count, const double *M, const double *G, double *out) {
    const mct_cpu *cpu = state;
    for (size_t p = 0; p < count; p++) out[p] = sensitivity(cpu, (first + p) * cpu->n, M + p * cpu->n, G + p * cpu->n);
}
