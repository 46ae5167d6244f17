/* displacement.c: mean-squared displacements, dr2' + int m0(t-u) dr2'(u) du = source (docs/theory.md).
 *
 * The equation is that of Phi at one wave number with S = Gamma = 0 and a source, and m0 is known as soon as Phi is: the
 * displacements are an evolution of their own that makes the same steps after Phi has made them, without iteration and
 * without a word in how long the steps are or when they end. */
#include <stdlib.h>
#include <string.h>

#include "cpu/evolution/evolution.h"

mct_evolution_shape mct_displacement_shape(const mct_evolution_shape *shape) {
    mct_evolution_shape follower = *shape;
    follower.N = shape->displacements;
    follower.species = 1;
    follower.displacements = 0;
    follower.observed_count = 0;
    return follower;
}

size_t mct_displacement_memory(const mct_evolution_shape *shape) {
    return shape->points * shape->displacements * (shape->species * shape->N + 1) * sizeof(double);
}

bool mct_displacement_create(mct_cpu_evolution *e, mct_cpu_evolution *follower) {
    const size_t count = e->shape.displacements, points = e->shape.points;
    mct_cpu_displacement *const d = calloc(1, sizeof *d);
    e->displacement = d;
    follower->team = false; /* nothing to share */
    if (!d) {
        mct_evolution_cpu.destroy(follower);
        return false;
    }
    d->follower = follower;
    d->species = calloc(count, sizeof *d->species);
    d->coupling = mct_cpu_allocate(points * count * e->shape.species * e->shape.N);
    d->source = mct_cpu_allocate(points * count);
    return d->species && d->coupling && d->source;
}

void mct_displacement_set(mct_cpu_evolution *e, size_t point, const mct_evolution_matrices *matrices) {
    const mct_cpu_displacement *const d = e->displacement;
    const mct_cpu_evolution *const f = d->follower;
    const size_t count = f->n, row = e->shape.species * e->shape.N;
    double *const base = mct_step_of(f, point), *const one = mct_kernel_of(f, point, 0);
    memcpy(d->species, matrices->species, count * sizeof *d->species);
    memcpy(d->coupling + point * count * row, matrices->coupling, count * row * sizeof(double));
    memcpy(d->source + point * count, matrices->source, count * sizeof(double));
    for (size_t i = 0; i < count; i++) one[i] = 1.0;
    mct_evolution_clear(e->displacement->follower, point);
    f->loops->load(&f->layout, 0, f->blocks, base + f->layout.W_inverse, f->layout.pace, one,
                   1.0); /* m0 is M W^-1 as it is */
}

/* m0[F, G] of every displacement. */
static void memory_of(const mct_cpu_evolution *e, size_t point, const double *F, const double *G, double *m0) {
    const mct_cpu_displacement *const d = e->displacement;
    const size_t m = e->shape.species, N = e->shape.N, count = e->shape.displacements;
    for (size_t i = 0; i < count; i++) {
        const double *const u = d->coupling + (point * count + i) * m * N;
        const double *const phi = G + d->species[i] * (m + 1) * N;
        double sum = 0.0;
        for (size_t c = 0; c < m * m; c++) {
            const double *const left = u + c / m * N, *const right = u + c % m * N, *const f = F + c * N;
            for (size_t k = 0; k < N; k++) sum += left[k] * f[k] * right[k] * phi[k];
        }
        m0[i] = sum;
    }
}

/* (n+1) a_{n+1} = source - sum_{k+l=n, l>=1} k! l!/n! b_k a_l, the source at n = 0; times in steps. */
void mct_displacement_start_point(mct_cpu_evolution *e, size_t point, int thread, double *const *phi) {
    mct_cpu_evolution *const f = e->displacement->follower;
    const mct_scheme *const scheme = &f->shape.scheme;
    const size_t count = f->n, terms = (size_t)scheme->taylor + 1;
    const double h = e->clocks[point].step, *const source = e->displacement->source + point * count;
    double *a[MCT_TAYLOR_MAX + 1] = {NULL}, *b[MCT_TAYLOR_MAX + 1] = {NULL};
    double *const m0 = mct_kernel_of(f, point, 0);
    for (size_t n = 0; n < terms; n++) {
        a[n] = mct_scratch_of(f, thread) + n * count;
        b[n] = a[n] + terms * count;
        memset(a[n], 0, count * sizeof *a[n]);
        memset(b[n], 0, count * sizeof *b[n]);
    }
    for (size_t n = 0; n < terms; n++) {
        for (size_t j = 0; j <= n; j++) {
            memory_of(e, point, phi[j], phi[n - j], m0);
            for (size_t i = 0; i < count; i++) b[n][i] += m0[i];
        }
        for (size_t i = 0; i < count && n + 1 < terms; i++) {
            double sum = n ? 0.0 : source[i];
            for (size_t l = 1; l <= n; l++) sum -= mct_scheme_beta((int)(n - l), (int)l) * b[n - l][i] * a[l][i];
            a[n + 1][i] = h / (double)(n + 1) * sum;
        }
    }
    f->clocks[point] = e->clocks[point];
    mct_evolution_start_from(f, point, a, b);
}

void mct_displacement_step_point(mct_cpu_evolution *e, size_t point, const double *phi) {
    mct_cpu_evolution *const f = e->displacement->follower;
    const mct_step_layout *const y = &f->layout;
    const mct_clock *const clock = &e->clocks[point];
    const size_t count = f->n, row = point * e->shape.window + clock->rows - 1;
    const double *const source = e->displacement->source + point * count;
    double *const base = mct_history_of(f, point), *const m0 = mct_kernel_of(f, point, 0);
    f->clocks[point] = *clock;
    f->clocks[point].i--; /* the step that Phi has just made */
    mct_evolution_history_point(f, point, 0);
    for (size_t i = 0; i < count; i++) {
        double *const s = base + y->step + i / MCT_LANES * y->pace + i % MCT_LANES;
        s[y->offset] -= s[y->A_inverse] * source[i];
    }
    memory_of(e, point, phi, phi, m0);
    /* m0 does not depend on the iterate: what it makes is the solution */
    const size_t slot = mct_recent_slot(clock->n, clock->i);
    f->loops->respond(y, 0, f->blocks, base, slot, m0, NULL, f->rows + row * count);
    f->clocks[point].i++;
    size_t begin;
    if (mct_evolution_is_kept(clock->n, clock->i, &begin)) mct_evolution_keep(f, point, clock->i);
}

void mct_displacement_decimate_point(mct_cpu_evolution *e, size_t point, const mct_clock *before) {
    mct_cpu_evolution *const f = e->displacement->follower;
    f->clocks[point] = e->clocks[point];
    mct_evolution_next_block(f, point, before);
}
