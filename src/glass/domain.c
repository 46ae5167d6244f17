/* domain.c: where the equations leave their domain.
 *
 * F = S - (S^-1 + N)^-1 with N = W^-1 M W^-1.  For passive mixtures N is a congruence of a positive semidefinite
 * matrix, which keeps 0 <= F <= S.  With activities W = q^2 D (Lambda' S + 1), D and Lambda' diagonal, is not
 * symmetric and N no congruence: nothing keeps f in [0, 1] where activities and diffusivities of the species are far
 * apart.  What tells a state of the equations from one that their motion never reaches, or runs away from, are the
 * rates W S^-1 + M W^-1. */
#include "glass/domain.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "numeric/host_matrix.h"

/* An f that is outside by no more than this, or ten times the accuracy of F, is inside. */
static const double rounding = 1.0e-9;
static const double small = 1.0e-2; /* residual, and f, from which on an iteration does not leave the domain */

static bool is_passive(const mct_mixture *mixture) {
    for (size_t mu = 0; mu < mixture->species_count; mu++) {
        if (mixture->species[mu].activity != 1.0) return false;
    }
    return true;
}

static bool is_of_one_diffusivity(const mct_mixture *mixture) {
    for (size_t mu = 1; mu < mixture->species_count; mu++) {
        if (mixture->species[mu].diffusivity != mixture->species[0].diffusivity) return false;
    }
    return true;
}

/* Of a species that has no name, its number. */
static const char *name_of(const mct_mixture *mixture, size_t mu, char text[MCT_NAME_LENGTH]) {
    snprintf(text, MCT_NAME_LENGTH, "%zu", mu);
    return mixture->species[mu].name[0] ? mixture->species[mu].name : text;
}

mct_outside mct_domain_outside(size_t species, size_t points, const double *F, const double *S, size_t S_step,
                               double allowed) {
    mct_outside farthest = {.by = allowed, .species = species};
    for (size_t mu = 0; mu < species; mu++) {
        for (size_t i = 0; i < points; i++) {
            const double f = F[mu * (species + 1) * points + i] / S[mu * S_step + i], by = fmax(-f, f - 1.0);
            if (by > farthest.by) farthest = (mct_outside){by, f, mu, i};
        }
    }
    return farthest;
}

static mct_status check_range(mct_fixed_point *problem, const double *F, double allowed, bool warn) {
    const mct_statics *s = problem->statics;
    const double phi = problem->mixture.packing_fraction;
    const mct_outside farthest =
        mct_domain_outside(s->species, s->points, F, s->structure_factor, (s->species + 1) * s->points, allowed);
    char text[MCT_NAME_LENGTH];
    if (!(farthest.by > allowed)) return MCT_OK;
    const char *const name = name_of(&problem->mixture, farthest.species, text);
    const double q = s->wave_number[farthest.q];
    if (farthest.by > MCT_OUTSIDE_MAX) {
        return mct_fail(problem->context, MCT_UNPHYSICAL,
                        "packing fraction %.10g: f of species %.64s is %.6g at wave number %g, outside [0, 1]: %s", phi,
                        name, farthest.f, q, MCT_DOMAIN_ADVICE);
    }
    if (warn) {
        mct_fixed_point_warn(
            problem,
            "packing fraction %.10g: f of species %.64s is %.10g at wave number %g, a little outside of "
            "[0, 1]: the equations do not bound it in mixtures of different activities (docs/theory.md)",
            phi, name, farthest.f, q);
    }
    return MCT_OK;
}

/* The rates Gamma + M W^-1 of every wave number. */
static mct_status check_rates(mct_fixed_point *problem, const double *M, const char *where) {
    const mct_statics *s = problem->statics;
    const size_t m = s->species, N = s->points, mm = m * m;
    double *const rates = malloc(3 * mm * sizeof *rates);
    mct_status status = MCT_OK;
    if (!rates) return mct_fail(problem->context, MCT_MEMORY, "glass: out of memory");
    for (size_t i = 0; i < N && status == MCT_OK; i++) {
        for (size_t c = 0; c < mm; c++) {
            rates[c] = s->relaxation_rate[c * N + i];
            for (size_t k = 0; k < m; k++) {
                rates[c] += M[(c / m * m + k) * N + i] * s->frequency_inverse[(k * m + c % m) * N + i];
            }
        }
        if (mct_matrix_is_positive(m, rates, rates + mm)) continue;
        status = mct_fail(problem->context, MCT_UNPHYSICAL,
                          "packing fraction %.10g: the rates %s, W S^-1 + M W^-1, have an eigenvalue with a negative "
                          "real part at wave number %g: %s",
                          problem->mixture.packing_fraction, where, s->wave_number[i], MCT_DOMAIN_ADVICE);
    }
    free(rates);
    return status;
}

mct_status mct_domain_check(mct_fixed_point *problem, const double *F, double accuracy, bool warn) {
    double *host;
    mct_status status;
    if (is_passive(&problem->mixture)) return MCT_OK;
    host = malloc(problem->n * sizeof *host);
    if (!host) return mct_fail(problem->context, MCT_MEMORY, "glass: out of memory");
    problem->backend->download(host, F, problem->n);
    status = check_range(problem, host, fmax(rounding, 10.0 * accuracy), warn);
    if (status == MCT_OK) {
        mct_fixed_point_step(problem, F);
        problem->backend->download(host, problem->M, problem->n);
        status = check_rates(problem, host, "of the glass");
    }
    free(host);
    return status;
}

mct_status mct_domain_check_way(mct_fixed_point *problem, unsigned steps, double *F) {
    double *host;
    mct_status status = MCT_OK;
    if (is_passive(&problem->mixture) || is_of_one_diffusivity(&problem->mixture)) return MCT_OK;
    host = malloc(problem->n * sizeof *host);
    if (!host) return mct_fail(problem->context, MCT_MEMORY, "glass: out of memory");
    mct_fixed_point_start(problem, F);
    for (unsigned step = 0; step < steps && status == MCT_OK; step++) {
        if (problem->parent && mct_context_interrupted(problem->parent)) {
            status = MCT_INTERRUPTED;
            break;
        }
        const double residual = mct_fixed_point_step(problem, F);
        problem->backend->download(host, problem->M, problem->n);
        status = check_rates(problem, host, step == 0 ? "at the start" : "on the way from the start");
        if (!(residual > small) || mct_max_norm(problem, problem->G) < small) break;
        mct_copy(problem, problem->G, F);
    }
    free(host);
    return status;
}

mct_status mct_domain_warn_way(mct_fixed_point *problem, double *F) {
    enum { STEPS = 150 };
    const mct_status status = mct_domain_check_way(problem, STEPS, F);
    if (status != MCT_UNPHYSICAL) return status;
    mct_fixed_point_warn(problem, "%s; correlators may diverge in time", mct_context_error(problem->context));
    mct_context_clear(problem->context);
    return MCT_OK;
}
