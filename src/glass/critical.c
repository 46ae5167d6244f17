/* critical.c: critical packing fractions as the user asks for them; the search is in fold*.c. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/need.h"
#include "glass/critical_search.h"
#include "glass/domain.h"

/* No smaller error of phi_c, relative, is asked for. */
static const double tolerance_least = 1.0e-11;
static const double close_packing = 0.74;
static const double accuracy = 1.0e-8; /* of F at a fold */

mct_status mct_critical_point_create(mct_context *context, const mct_grid *grid, size_t species,
                                     mct_critical_point **point) {
    MCT_NEED(context, grid, point);
    *point = NULL;
    MCT_TRY(mct_grid_check(context, grid));
    const size_t n = species * species * grid->points;
    mct_critical_point *p = calloc(1, sizeof *p);
    double *block = p ? calloc(3 * n + 3 * species, sizeof(double)) : NULL;
    if (!block) {
        free(p);
        return mct_fail(context, MCT_MEMORY, "critical point of %zu species on %zu wave numbers: out of memory",
                        species, grid->points);
    }
    p->points = grid->points;
    p->species = species;
    p->nonergodicity = block; /* first: it owns the block */
    p->right = block + n;
    p->left = block + 2 * n;
    p->slope = block + 3 * n;
    p->fraction = p->slope + species;
    p->activity = p->fraction + species;
    mct_critical_clear(p);
    *point = p;
    return MCT_OK;
}

void mct_critical_point_destroy(mct_critical_point *point) {
    if (point) free(point->nonergodicity);
    free(point);
}

void mct_critical_clear(mct_critical_point *point) {
    const size_t n = point->species * point->species * point->points;
    memset(point->nonergodicity, 0, (3 * n + 3 * point->species) * sizeof(double));
    for (size_t mu = 0; mu < point->species; mu++) point->slope[mu] = (double)NAN;
    point->found = false;
    point->packing_fraction = point->separation = (double)NAN;
    point->exponents = mct_exponents_from_parameter((double)NAN);
    point->evaluations = 0;
    point->message[0] = '\0';
}

double mct_critical_amplitude(const mct_critical_point *point) {
    const double left = 1.0 - point->exponents.exponent_parameter;
    return left > 0.0 && point->separation > 0.0 ? sqrt(point->separation / left) : (double)NAN;
}

/* The fold near the critical point `start`: its f, eigenvectors and slopes are the first guess. */
static mct_status from_neighbour(mct_critical_search *search, const mct_mixture *mixture,
                                 const mct_critical_point *start, mct_fold *fold) {
    mct_fixed_point *const problem = search->problem;
    const mct_backend *const backend = problem->backend;
    double *const vectors[] = {search->F, search->left, problem->work[MCT_WORK - 1]};
    const double *const from[] = {start->nonergodicity, start->left, start->right};
    mct_mixture here = *mixture;
    const size_t m = mixture->species_count;
    mct_species *const before = calloc(m, sizeof *before);
    if (!before) return mct_fail(problem->context, MCT_MEMORY, "critical point: out of memory");
    here.packing_fraction = start->packing_fraction;
    for (size_t mu = 0; mu < m; mu++) {
        before[mu] = mixture->species[mu];
        before[mu].fraction = start->fraction[mu];
        before[mu].activity = start->activity[mu];
        here.packing_fraction += start->slope[mu] * (mixture->species[mu].activity - start->activity[mu]);
    }
    mct_status status =
        mct_fixed_point_place(problem, &(mct_mixture){start->packing_fraction, m, before}); /* for its metric */
    free(before);
    if (status != MCT_OK) return status;
    for (int v = 0; v < 3; v++) {
        backend->upload(vectors[v], from[v], problem->n);
        if (vectors[v] == search->left) { /* to the metric of f */
            for (int twice = 0; twice < 2; twice++) backend->weigh(problem->state, 0, 1, 1, search->left);
        }
        backend->weigh(problem->state, 0, 1, 0, vectors[v]);
    }
    MCT_TRY(mct_fixed_point_place(problem, &here));
    for (int v = 0; v < 3; v++) backend->weigh(problem->state, 0, 1, 1, vectors[v]);
    double *const d = vectors[2];
    const double norm = sqrt(mct_dot(problem, d, d));
    mct_axpby(problem, 0.0, d, 1.0 / norm, d);
    const double curvature =
        2.0 * start->packing_fraction * (1.0 - start->exponents.exponent_parameter) / (start->separation * norm * norm);
    MCT_TRY(mct_fold_follow(problem, search->tolerance, &(mct_fold_guess){d, curvature}, search->F, fold));
    bool is_fluid;
    MCT_TRY(mct_fold_is_transition(problem, fold, search->F, &is_fluid));
    if (is_fluid) return MCT_OK;
    return mct_fail(problem->context, MCT_NOT_CONVERGED, "the fold at packing fraction %.10g is not that of the fluid",
                    problem->mixture.packing_fraction);
}

static mct_status find(mct_critical_search *search, const mct_mixture *mixture, const mct_critical_point *start,
                       mct_critical_point *point) {
    mct_fixed_point *const problem = search->problem;
    mct_fold fold;
    bool have_left = false;
    problem->evaluations_stop = mct_kernel_evaluations(problem->kernel) + problem->evaluations_max;
    if (start && start->found) {
        const mct_status status = from_neighbour(search, mixture, start, &fold);
        if (status != MCT_OK && status != MCT_NOT_CONVERGED) return status;
        have_left = point->found = status == MCT_OK;
        if (mct_context_interrupted(problem->parent)) return MCT_INTERRUPTED;
    }
    if (!point->found) { /* from nothing */
        MCT_TRY(mct_fixed_point_place(problem, mixture));
        MCT_TRY(mct_fold_search(problem, search->tolerance, search->F, &fold, &point->found, point->message));
        if (!point->found) return MCT_OK;
    }
    MCT_TRY(mct_domain_check(problem, search->F, accuracy, true));
    MCT_TRY(mct_domain_warn_way(problem, problem->work[MCT_WORK - 1])); /* which the fold leaves alone */
    for (size_t mu = 0; mu < mixture->species_count; mu++) {
        point->fraction[mu] = mixture->species[mu].fraction;
        point->activity[mu] = mixture->species[mu].activity;
    }
    return mct_critical_vectors(problem, &fold, search->F, have_left, search->left, point);
}

mct_status mct_critical_find(mct_critical_search *search, const mct_mixture *mixture, const mct_critical_point *start,
                             mct_critical_point *point) {
    mct_fixed_point *const problem = search->problem;
    const unsigned long before = mct_kernel_evaluations(problem->kernel);
    mct_critical_clear(point);
    point->kernel = mct_kernel_algorithm_used(problem->kernel);
    mct_status status = find(search, mixture, start, point);
    point->evaluations = mct_kernel_evaluations(problem->kernel) - before;
    if (status == MCT_OK) return MCT_OK;
    point->found = false;
    if (mct_context_interrupted(problem->parent)) {
        return mct_fail(problem->context, MCT_INTERRUPTED, "critical point: interrupted after %lu evaluations",
                        point->evaluations);
    }
    return status;
}

mct_status mct_critical_search_create(mct_context *context, const mct_glass_options *options, const mct_grid *grid,
                                      const mct_mixture *mixture, mct_critical_search *search) {
    *search = (mct_critical_search){.tolerance = fmax(10.0 * options->solver.tolerance, tolerance_least)};
    if (!(options->solver.tolerance >= 1.0e-15 && options->solver.tolerance <= 1.0e-2)) {
        return mct_fail(context, MCT_ARGUMENT, "solver.tolerance = %g: must be from 1e-15 to 1e-2",
                        options->solver.tolerance);
    }
    MCT_TRY(mct_grid_check(context, grid));
    MCT_TRY(mct_mixture_check(context, mixture));
    MCT_TRY(mct_fixed_point_create(context, options, grid, mixture->species_count, mct_context_threads(context), NULL,
                                   &search->problem));
    search->problem->parent = context;
    search->F = search->problem->backend->allocate(search->problem->n);
    search->left = search->problem->backend->allocate(search->problem->n);
    if (search->F && search->left) return MCT_OK;
    mct_critical_search_destroy(search);
    return mct_fail(context, MCT_MEMORY, "critical point: out of memory");
}

void mct_critical_search_destroy(mct_critical_search *search) {
    if (!search->problem) return;
    if (search->F) search->problem->backend->release(search->F);
    if (search->left) search->problem->backend->release(search->left);
    mct_fixed_point_destroy(search->problem);
    search->problem = NULL;
}

void mct_critical_warn(mct_context *context, double packing_fraction) {
    if (!(packing_fraction > close_packing)) return;
    mct_tell(context, MCT_MESSAGE_WARNING,
             "critical packing fraction %.10g: above close packing, 0.74: the equations have solutions, the liquid "
             "does not",
             packing_fraction);
}

/* A point that the caller gave must be made for this problem. */
static mct_status check_shape(mct_context *context, const mct_critical_point *point, const mct_grid *grid,
                              const mct_mixture *mixture, const char *what) {
    if (point->points == grid->points && point->species == mixture->species_count) return MCT_OK;
    return mct_fail(context, MCT_ARGUMENT, "%s made for %zu wave numbers and %zu species, not %zu and %zu", what,
                    point->points, point->species, grid->points, mixture->species_count);
}

mct_status mct_critical_packing_fraction(mct_context *context, const mct_glass_options *options, const mct_grid *grid,
                                         const mct_mixture *mixture, const mct_critical_point *start,
                                         mct_critical_point *point) {
    MCT_NEED(context, options, grid, mixture, point);
    mct_critical_search search;
    MCT_TRY(check_shape(context, point, grid, mixture, "critical point"));
    if (start) MCT_TRY(check_shape(context, start, grid, mixture, "starting critical point"));
    MCT_TRY(mct_critical_search_create(context, options, grid, mixture, &search));
    mct_status status = mct_critical_find(&search, mixture, start == point ? NULL : start, point);
    const mct_status device = mct_backend_check(search.problem->backend, context, search.problem->state);
    if (device != MCT_OK) status = device;
    mct_critical_search_destroy(&search);
    mct_critical_warn(context, point->packing_fraction);
    return status;
}
