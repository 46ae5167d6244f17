/* evolution_domain.c: whether a run has stayed where the equations hold (glass/domain.h).
 *
 * Correlators of passive particles never leave 0 ... S_mm; those of mixtures of very unequal diffusivities and
 * activities may, in the equations themselves, whatever the scheme.  That is so where a failed run has grown beyond
 * its start, and where a plateau is none. */
#include <stdlib.h>
#include <string.h>

#include "evolution/evolution_internal.h"
#include "glass/domain.h"

/* Of its start, from which on a correlator of a failed run has grown. */
static const double grown = 1.01;

void mct_evolution_keep_start(mct_evolution *e, size_t point, const mct_evolution_matrices *matrices) {
    const size_t m = e->shape.species, N = e->shape.N;
    e->passive[point] = true;
    for (size_t c = 0; c < m * m; c++) {
        if (c / m == c % m) {
            memcpy(e->start + (point * m + c / m) * N, matrices->S + c * N, N * sizeof *e->start);
        } else {
            for (size_t i = 0; i < N; i++) e->passive[point] &= matrices->W_inverse[c * N + i] == 0.0;
        }
    }
}

mct_status mct_evolution_check_domain(const mct_evolution *e, size_t point, const mct_evolution_point *at) {
    const size_t m = e->shape.species, N = e->shape.N;
    const bool plateau = at->state == MCT_EVOLUTION_PLATEAU;
    const bool suspect = !e->passive[point] && (plateau || at->largest > grown);
    double *const phi = suspect ? malloc(m * m * N * sizeof *phi) : NULL;
    const double allowed = plateau ? MCT_OUTSIDE_MAX : 0.0;
    if (!suspect) return MCT_OK;
    if (!phi) return mct_fail(e->context, MCT_MEMORY, "evolution: out of memory");
    e->operations->last(e->state, point, phi);
    const mct_outside farthest = mct_domain_outside(m, N, phi, e->start + point * m * N, N, allowed);
    free(phi);
    if (!(farthest.by > allowed)) return MCT_OK;
    return mct_fail(e->context, MCT_UNPHYSICAL,
                    "at time %g the correlator of species %zu at wave number %g is %.6g of its start, outside [0, 1]: "
                    "%s",
                    at->time, farthest.species, ((double)farthest.q + 0.5) * e->spacing, farthest.f, MCT_DOMAIN_ADVICE);
}
