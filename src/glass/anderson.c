/* anderson.c: Anderson acceleration of F = G(F) (D. G. Anderson, J. ACM 12, 547 (1965)).
 *
 * With r = G(F) - F and the differences dF_j, dr_j of the last steps, the next iterate is
 *   F + r - sum_j gamma_j (dF_j + dr_j),  gamma = argmin |r - sum_j gamma_j dr_j|.
 * The least-squares problem is solved by Gram-Schmidt from the newest pair to the oldest, so that pairs which have
 * become dependent are left out. */
#include <math.h>

#include "glass/fixed_point.h"

enum { DEPTH = MCT_ANDERSON_DEPTH, IDLE_MAX = 12 };
_Static_assert(3 * MCT_ANDERSON_DEPTH + 2 <= (int)MCT_KRYLOV_MAX + 1, "vectors lie in the Krylov basis");

/* A pair is dependent when this little of it is left after orthogonalisation. */
static const double dependent = 1.0e-8;

typedef struct history {
    int count, next;               /* pairs held; where the next goes */
    double *dF[DEPTH], *dr[DEPTH]; /* differences */
    double *q[DEPTH];              /* orthonormal combinations of dr, newest first */
    double *last_F, *last_r;
} history;

static history history_in(mct_fixed_point *problem) {
    history h = {0};
    for (int j = 0; j < DEPTH; j++) {
        h.dF[j] = problem->basis[j];
        h.dr[j] = problem->basis[DEPTH + j];
        h.q[j] = problem->basis[2 * DEPTH + j];
    }
    h.last_F = problem->basis[3 * DEPTH];
    h.last_r = problem->basis[3 * DEPTH + 1];
    return h;
}

/* Adds the pair between the last iterate and this one. */
static void remember(mct_fixed_point *problem, history *h, const double *F, bool first) {
    if (!first) {
        double *const dF = h->dF[h->next], *const dr = h->dr[h->next];
        mct_copy(problem, F, dF);
        mct_axpby(problem, -1.0, h->last_F, 1.0, dF);
        mct_copy(problem, problem->residual, dr);
        mct_axpby(problem, -1.0, h->last_r, 1.0, dr);
        h->next = (h->next + 1) % DEPTH;
        if (h->count < DEPTH) h->count++;
    }
    mct_copy(problem, F, h->last_F);
    mct_copy(problem, problem->residual, h->last_r);
}

/* F <- F + r - sum gamma (dF + dr). */
static void advance(mct_fixed_point *problem, history *h, double *F) {
    double R[DEPTH][DEPTH], gamma[DEPTH], projection[DEPTH];
    int pair[DEPTH], kept = 0;
    for (int age = 0; age < h->count; age++) {
        const int j = (h->next - 1 - age + 2 * DEPTH) % DEPTH;
        double *const q = h->q[kept];
        mct_copy(problem, h->dr[j], q);
        const double before = sqrt(mct_dot(problem, q, q));
        for (int i = 0; i < kept; i++) {
            R[i][kept] = mct_dot(problem, h->q[i], q);
            mct_axpby(problem, -R[i][kept], h->q[i], 1.0, q);
        }
        const double norm = sqrt(mct_dot(problem, q, q));
        if (!(norm > dependent * before)) continue;
        R[kept][kept] = norm;
        mct_axpby(problem, 0.0, q, 1.0 / norm, q);
        projection[kept] = mct_dot(problem, q, problem->residual);
        pair[kept++] = j;
    }
    for (int i = kept - 1; i >= 0; i--) {
        gamma[i] = projection[i];
        for (int k = i + 1; k < kept; k++) gamma[i] -= R[i][k] * gamma[k];
        gamma[i] /= R[i][i];
    }
    mct_axpby(problem, 1.0, problem->residual, 1.0, F);
    for (int i = 0; i < kept; i++) {
        mct_axpby(problem, -gamma[i], h->dF[pair[i]], 1.0, F);
        mct_axpby(problem, -gamma[i], h->dr[pair[i]], 1.0, F);
    }
}

mct_outcome mct_anderson(mct_fixed_point *problem, double tolerance, unsigned long steps, double *F, double *residual) {
    history h = history_in(problem);
    double best = INFINITY;
    int idle = 0; /* steps since the residual was last halved */
    for (unsigned long step = 0;; step++) {
        if (mct_fixed_point_stopped(problem)) return MCT_WANDERS;
        *residual = mct_fixed_point_step(problem, F);
        if (!isfinite(*residual)) return MCT_BROKEN;
        if (mct_max_norm(problem, F) < MCT_MELTED) return MCT_COLLAPSED;
        if (*residual <= tolerance) return MCT_CONVERGED;
        idle = *residual < 0.5 * best ? 0 : idle + 1;
        if (idle == 0) best = *residual;
        if (step >= steps || (idle > IDLE_MAX && best < MCT_AT_SOLUTION)) return MCT_WANDERS;
        remember(problem, &h, F, step == 0);
        advance(problem, &h, F);
        problem->iterations++;
    }
}
