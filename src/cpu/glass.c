/* glass.c: the fixed point F = G(F) and its derivative, matrix by matrix at every wave number (docs/theory.md). */
#include <math.h>

#include "cpu.h"

/* Scratch of the small-matrix loops for m beyond their fixed sizes: that of the first thread, which is larger. */
void mct_cpu_glass_map(void *state, size_t first, size_t count, const double *M, double *G) {
    const mct_cpu *cpu = state;
    for (size_t p = 0; p < count; p++) {
        const size_t at = (first + p) * cpu->n;
        cpu->loops->matrix->glass_map(cpu->m, cpu->N, cpu->S + at, cpu->S_inverse + at, cpu->W_inverse + at,
                                      M + p * cpu->n, cpu->scratch, G + p * cpu->n);
    }
}

void mct_cpu_glass_linearise(void *state, size_t first, size_t count, const double *G) {
    mct_cpu *cpu = state;
    for (size_t p = 0; p < count; p++) {
        const size_t at = (first + p) * cpu->n;
        cpu->loops->matrix->glass_linearise(cpu->m, cpu->N, cpu->S + at, cpu->W_inverse + at, G + p * cpu->n,
                                            cpu->scratch, cpu->left + at, cpu->right + at);
    }
}

static void sandwich(const mct_cpu *cpu, size_t first, size_t count, const double *in, int transposed, double *out) {
    for (size_t p = 0; p < count; p++) {
        const size_t at = (first + p) * cpu->n;
        cpu->loops->matrix->sandwich(cpu->m, cpu->N, cpu->left + at, in + p * cpu->n, cpu->right + at, transposed,
                                     cpu->scratch, out + p * cpu->n);
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
