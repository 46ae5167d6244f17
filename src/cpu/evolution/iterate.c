/* iterate.c: the fixed point of a step, Phi_i = A^-1 (m_i B - C_i), by Anderson's acceleration (D. G. Anderson, J. ACM 12,
 * 547 (1965)).  From step to step the map changes little but for C_i, which differences do not see: the secants are kept,
 * and one or two evaluations are enough for most steps. */
#include <math.h>
#include <string.h>

#include "cpu/evolution/coarse.h"
#include "cpu/evolution/evolution.h"

/* Evaluations after which the secants are taken for misleading, each time again. */
enum { RESTART = 25 };

/* A secant of which less than this is left after the others, in squares, is none. */
static const double dependent = 1.0e-13;

void mct_evolution_kernel_point(mct_cpu_evolution *e, size_t point, int thread, const double *F, const double *G,
                                bool linear, double *M) {
    if (e->shape.custom) {
        e->shape.custom(e->shape.custom_user, point, F, G, linear, M);
    } else if (e->team) {
        e->cpu->algorithm->evaluate(e->cpu, point, 1, F, G, false, M);
    } else {
        mct_increments_point(e->cpu, thread, point, F, G, M);
    }
}

/* The minimum of |r + sum c_j dr_j| over c from the products <dr_i, dr_j> and <dr_j, r>, newest first; the next iterate is
 * what M + sum c_j dM_j makes. */
static void solve(const mct_clock *clock, const double *with_residual, double *c) {
    double A[MCT_SECANTS][MCT_SECANTS], y[MCT_SECANTS] = {0.0};
    size_t slot[MCT_SECANTS] = {0}, kept = 0;
    for (unsigned age = 0; age < clock->pairs; age++) {
        const size_t j = (clock->next + MCT_SECANTS - 1 - age) % MCT_SECANTS;
        double row[MCT_SECANTS], pivot = clock->gram[j][j], right = -with_residual[j];
        for (size_t k = 0; k < kept; k++) { /* Cholesky, row by row */
            double sum = clock->gram[j][slot[k]];
            for (size_t l = 0; l < k; l++) sum -= row[l] * A[k][l];
            row[k] = sum / A[k][k];
            pivot -= row[k] * row[k];
            right -= row[k] * y[k];
        }
        if (!(pivot > dependent * clock->gram[j][j])) continue;
        for (size_t k = 0; k < kept; k++) A[kept][k] = row[k];
        A[kept][kept] = sqrt(pivot);
        y[kept] = right / A[kept][kept];
        slot[kept++] = j;
    }
    memset(c, 0, MCT_SECANTS * sizeof *c);
    for (size_t k = kept; k-- > 0;) {
        double value = y[k];
        for (size_t l = k + 1; l < kept; l++) value -= A[l][k] * c[slot[l]];
        c[slot[k]] = value / A[k][k];
    }
}

/* Residual of the iterate, its norm and products, chunk by chunk. */
static mct_step_update update(mct_cpu_evolution *e, size_t point) {
    double *const base = mct_history_of(e, point);
    const unsigned iteration = e->clocks[point].iterations;
    const double *const x = e->iterate + point * e->n, *const M = mct_kernel_of(e, point, iteration);
    const double *const before = iteration > 1 ? mct_kernel_of(e, point, iteration - 1) : NULL;
    mct_step_update *const part = e->partials + point * e->chunks, all = {.pair = (int)e->clocks[point].next};
    MCT_FOR_CHUNKS(e, part[chunk].pair = all.pair;
                   e->loops->update(&e->layout, first, last, base, x, M, before, &part[chunk]))
    for (size_t chunk = 0; chunk < e->chunks; chunk++) {
        if (!(part[chunk].largest <= all.largest)) all.largest = part[chunk].largest; /* a NaN stays */
        if (isnan(all.largest)) break;
        for (size_t j = 0; j < MCT_SECANTS; j++) {
            all.with_residual[j] += part[chunk].with_residual[j];
            all.with_new[j] += part[chunk].with_new[j];
        }
    }
    return all;
}

static void keep_pair(mct_clock *clock, const mct_step_update *u) {
    const size_t new = clock->next;
    for (size_t j = 0; j < MCT_SECANTS; j++) clock->gram[new][j] = clock->gram[j][new] = u->with_new[j];
    clock->next = (clock->next + 1) % MCT_SECANTS;
    if (clock->pairs < MCT_SECANTS) clock->pairs++;
}

size_t mct_evolution_worst(mct_cpu_evolution *e, size_t point, int thread) {
    if (e->coarse) return mct_coarse_worst(e, point, thread);
    const double *const base = mct_step_of(e, point);
    size_t found = 0;
    double largest = -1.0;
    for (size_t q = 0; q < e->shape.N; q++) {
        for (size_t c = 0; c < e->shape.species * e->shape.species; c++) {
            const size_t at = q / MCT_LANES * e->layout.pace + c * MCT_LANES + q % MCT_LANES;
            const double r = fabs(base[at + e->layout.residual] * base[at + e->layout.norm]);
            if (!isfinite(r)) return q;
            if (r > largest) largest = r, found = q;
        }
    }
    return found;
}

/* Whether the secants make the values good enough. */
static bool is_settled(const mct_cpu_evolution *e, const mct_clock *clock) {
    const double factor = fmax(clock->contraction, MCT_CONTRACTION_LEAST);
    return clock->residual <= e->shape.tolerance ||
           (clock->contraction > 0.0 && factor * clock->residual <= MCT_FORESEEN * e->shape.tolerance);
}

void mct_evolution_forget(mct_cpu_evolution *e, size_t point) {
    const mct_step_layout *const y = &e->layout;
    double *const base = mct_history_of(e, point);
    memset(base + y->step + y->residual, 0, (y->total - y->step - y->residual) * sizeof(double));
    e->clocks[point].pairs = 0;
}

double mct_evolution_fixed_point(mct_cpu_evolution *e, size_t point, int thread) {
    mct_clock *const clock = &e->clocks[point];
    double *const x = e->iterate + point * e->n, *const base = mct_history_of(e, point);
    double residual = 0.0; /* of the first evaluation */
    for (clock->iterations = 1;; clock->iterations++) {
        const double before = clock->residual;
        const bool again = clock->iterations > 1;
        double *const M = mct_kernel_of(e, point, clock->iterations);
        mct_evolution_kernel_point(e, point, thread, x, x, true, M);
        clock->evaluations++;
        mct_step_update u;
        if (e->coarse) {
            u.largest = mct_coarse_correct(e, point, thread);
        } else {
            u = update(e, point);
        }
        clock->residual = u.largest;
        if (!again) residual = u.largest;
        if (again) clock->contraction = fmax(u.largest / before, MCT_REMEMBER * fabs(clock->contraction));
        const bool settled = is_settled(e, clock);
        if (!isfinite(u.largest)) {
            clock->state = MCT_EVOLUTION_NON_FINITE;
        } else if (!settled && clock->iterations >= e->shape.iterations_max) {
            clock->state = MCT_EVOLUTION_NOT_CONVERGED;
        }
        if (clock->state != MCT_EVOLUTION_RUNNING) {
            clock->worst = mct_evolution_worst(e, point, thread);
            return residual;
        }
        if (!e->coarse) {
            if (again) keep_pair(clock, &u);
            if (!settled && clock->iterations % RESTART == 0) clock->pairs = 0;
            solve(clock, u.with_residual, clock->coefficient);
        }
        if (settled) return residual;
        const double *const coefficient = e->coarse ? NULL : clock->coefficient;
        MCT_FOR_CHUNKS(e, e->loops->respond(&e->layout, first, last, base, MCT_STEP_NOWHERE, M, coefficient, x))
    }
}

void mct_evolution_iterate_point(mct_cpu_evolution *e, size_t point, int thread) {
    mct_evolution_fixed_point(e, point, thread);
}
