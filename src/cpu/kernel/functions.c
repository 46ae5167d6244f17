/* functions.c: the scalar functions of one wave number that make up the memory kernel (docs/theory.md).
 *
 * general:   X = C F C^T, Y = F, U = C F, V = F C^T                  4 m^2 functions
 * rank one:  x = c^2 s^T F s, F_mn, u_n = c (s^T F)_n, v_m = c (F s)_m    m^2 + 2m + 1 functions, s = sqrt(x)
 * Each function is computed by itself, so that threads can share the functions of one point. */
#include <stdlib.h>

#include "cpu/cpu.h"

mct_status mct_functions_create(mct_context *context, mct_cpu *cpu) {
    const size_t m = cpu->m, mm = cpu->mm;
    cpu->functions[0] = 4 * mm;
    cpu->functions[1] = mm + 2 * m + 1;
    for (int path = 0; path < 2; path++) {
        cpu->terms[path] = malloc(mm * sizeof *cpu->terms[path]);
        if (!cpu->terms[path]) return mct_fail(context, MCT_MEMORY, "memory kernel of %zu species: out of memory", m);
    }
    for (size_t mu = 0; mu < m; mu++) {
        for (size_t nu = 0; nu < m; nu++) {
            const size_t c = mu * m + nu;
            cpu->terms[0][c] = (mct_term){.x = c, .y = mm + c, .u = 2 * mm + c, .v = 3 * mm + c};
            cpu->terms[1][c] = (mct_term){.x = 0, .y = 1 + c, .u = 1 + mm + nu, .v = 1 + mm + m + mu};
        }
    }
    const bool rank_one_only = cpu->shape.path == MCT_PATH_RANK_ONE;
    cpu->functions_max = rank_one_only || cpu->functions[1] > cpu->functions[0] ? cpu->functions[1] : cpu->functions[0];
    return MCT_OK;
}

void mct_functions_destroy(mct_cpu *cpu) {
    free(cpu->terms[0]);
    free(cpu->terms[1]);
}

static void general(const mct_cpu *cpu, const double *C, size_t f, const double *F, const double *G, double *scratch,
                    double *X) {
    const size_t N = cpu->N, m = cpu->m, mm = cpu->mm, kind = f / mm, mu = f % mm / m, nu = f % m;
    const mct_function_loops *loops = cpu->loops->function;
    switch (kind) {
    case 0: /* (C F C^T)_mn = sum_k (C F)_mk C_nk */
        for (size_t k = 0; k < m; k++) {
            loops->product_sum(N, m, C + mu * m * N, N, F + k * N, m * N, scratch + k * N);
        }
        loops->product_sum(N, m, scratch, N, C + nu * m * N, N, X);
        break;
    case 2: loops->product_sum(N, m, C + mu * m * N, N, F + nu * N, m * N, X); break;
    default: loops->product_sum(N, m, G + mu * m * N, N, C + nu * m * N, N, X); break;
    }
}

static void rank_one(const mct_cpu *cpu, const double *c, const double *s, const double *ss, size_t f, const double *F,
                     const double *G, double *X) {
    const size_t N = cpu->N, m = cpu->m, mm = cpu->mm;
    const mct_function_loops *loops = cpu->loops->function;
    if (f == 0) {
        loops->combine(N, mm, ss, F, N, c, 2, X);
    } else if (f <= mm + m) {
        loops->combine(N, m, s, F + (f - 1 - mm) * N, m * N, c, 1, X);
    } else {
        loops->combine(N, m, s, G + (f - 1 - mm - m) * m * N, N, c, 1, X);
    }
}

const double *mct_function_compute(const mct_cpu *cpu, size_t point, size_t f, const double *F, const double *G,
                                   double *scratch, double *X) {
    const size_t first = cpu->rank_one[point] ? 1 : cpu->mm; /* of the functions that are elements of G */
    if (f >= first && f < first + cpu->mm) return G + (f - first) * cpu->N;
    const double *C = cpu->C + point * cpu->n;
    if (cpu->rank_one[point]) {
        rank_one(cpu, C, cpu->root_fraction + point * cpu->m, cpu->pair_root + point * cpu->mm, f, F, G, X);
    } else {
        general(cpu, C, f, F, G, scratch, X);
    }
    return X;
}

static void general_adjoint(const mct_cpu *cpu, const double *C, const double *X_bar, double *F_bar) {
    const size_t N = cpu->N, m = cpu->m, mm = cpu->mm;
    const double *X = X_bar, *Y = X + mm * N, *U = Y + mm * N, *V = U + mm * N;
    for (size_t k = 0; k < m; k++) {
        for (size_t l = 0; l < m; l++) { /* Y + C^T X C + C^T U + V C */
            double *out = F_bar + (k * m + l) * N;
            for (size_t i = 0; i < N; i++) {
                double sum = Y[(k * m + l) * N + i];
                for (size_t mu = 0; mu < m; mu++) {
                    double inner = U[(mu * m + l) * N + i];
                    for (size_t nu = 0; nu < m; nu++) inner += X[(mu * m + nu) * N + i] * C[(nu * m + l) * N + i];
                    sum += C[(mu * m + k) * N + i] * inner + V[(k * m + mu) * N + i] * C[(mu * m + l) * N + i];
                }
                out[i] = sum;
            }
        }
    }
}

static void rank_one_adjoint(const mct_cpu *cpu, const double *c, const double *s, const double *X_bar, double *F_bar) {
    const size_t N = cpu->N, m = cpu->m, mm = cpu->mm;
    const double *x = X_bar, *Y = x + N, *u = Y + mm * N, *v = u + m * N;
    for (size_t mu = 0; mu < m; mu++) {
        for (size_t nu = 0; nu < m; nu++) {
            double *out = F_bar + (mu * m + nu) * N;
            for (size_t i = 0; i < N; i++) {
                out[i] = Y[(mu * m + nu) * N + i] +
                         c[i] * (c[i] * s[mu] * s[nu] * x[i] + s[mu] * u[nu * N + i] + s[nu] * v[mu * N + i]);
            }
        }
    }
}

void mct_functions_adjoint(const mct_cpu *cpu, size_t point, const double *X_bar, double *F_bar) {
    const double *C = cpu->C + point * cpu->n;
    if (cpu->rank_one[point]) {
        rank_one_adjoint(cpu, C, cpu->root_fraction + point * cpu->m, X_bar, F_bar);
    } else {
        general_adjoint(cpu, C, X_bar, F_bar);
    }
}
