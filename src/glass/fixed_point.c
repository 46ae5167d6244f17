/* fixed_point.c: the fixed-point problem of one state point, and plain iteration on it. */
#include "glass/fixed_point.h"
#include "backend/automatic.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "structure/structure.h"

enum { VECTORS = 3 + (int)MCT_WORK + (int)MCT_KRYLOV_MAX + 1 + (int)MCT_RECYCLED_MAX + 1 };

mct_status mct_fixed_point_create(mct_context *context, const mct_glass_options *options, const mct_grid *grid,
                                  size_t species, int threads, mct_fixed_point *share, mct_fixed_point **problem) {
    *problem = NULL;
    mct_fixed_point *p = calloc(1, sizeof *p);
    if (!p) return mct_fail(context, MCT_MEMORY, "glass: out of memory");
    mct_status status;
    p->context = context;
    p->structure = options->structure;
    p->evaluations_max = options->evaluations_max;
    p->n = species * species * grid->points;
    MCT_TRY_CLEANUP(mct_kernel_create_shared(context, grid, species, 1, &options->solver, threads,
                                             share ? share->kernel : NULL, &p->kernel));
    p->backend = p->kernel->backend;
    p->state = p->kernel->state;
    MCT_TRY_CLEANUP(mct_statics_create(context, grid, species, &p->statics));
    const double needed = (double)VECTORS * (double)p->n * sizeof(double);
    if (needed < (double)p->backend->memory_available()) p->memory = p->backend->allocate(VECTORS * p->n);
    if (!p->memory) {
        MCT_TRY_CLEANUP(mct_backend_check(p->backend, context, p->state));
        status = mct_fail(context, mct_backend_exhausted(p->backend),
                          "grid.points = %zu: the solver's vectors need %.3g GiB of memory; %.3g GiB are available",
                          grid->points, needed / 0x1p30, (double)p->backend->memory_available() / 0x1p30);
        goto cleanup;
    }
    double *at = p->memory;
    double **const named[] = {&p->M, &p->G, &p->residual};
    for (size_t v = 0; v < 3; v++, at += p->n) *named[v] = at;
    for (size_t v = 0; v < MCT_WORK; v++, at += p->n) p->work[v] = at;
    for (size_t v = 0; v <= MCT_KRYLOV_MAX; v++, at += p->n) p->basis[v] = at;
    for (size_t v = 0; v < MCT_RECYCLED_MAX; v++, at += p->n) p->recycled.vector[v] = at;
    p->preconditioned = at;
    *problem = p;
    return MCT_OK;
cleanup:
    mct_fixed_point_destroy(p);
    return status;
}

void mct_fixed_point_destroy(mct_fixed_point *problem) {
    if (!problem) return;
    if (problem->memory) problem->backend->release(problem->memory);
    mct_statics_destroy(problem->statics);
    mct_kernel_destroy(problem->kernel);
    free(problem);
}

mct_status mct_fixed_point_move(mct_fixed_point *problem, double packing_fraction) {
    problem->mixture.packing_fraction = packing_fraction;
    const int threads = problem->statics->points >= MCT_AUTO_TEAM_STATICS ? problem->kernel->shape.threads : 1;
    MCT_TRY(mct_statics_update(problem->context, &problem->structure, &problem->mixture, threads, problem->statics));
    return mct_kernel_set_statics(problem->kernel, 0, problem->statics);
}

mct_status mct_fixed_point_set(mct_fixed_point *problem, const mct_mixture *mixture) {
    MCT_TRY(mct_mixture_check(problem->context, mixture));
    if (mixture->species_count != problem->statics->species) {
        return mct_fail(problem->context, MCT_ARGUMENT, "a mixture of %zu species in a solver for %zu",
                        mixture->species_count, problem->statics->species);
    }
    problem->iterations = 0;
    problem->evaluations_stop = problem->kernel->evaluations + problem->evaluations_max;
    return mct_fixed_point_place(problem, mixture);
}

mct_status mct_fixed_point_place(mct_fixed_point *problem, const mct_mixture *mixture) {
    problem->mixture = *mixture;
    return mct_fixed_point_move(problem, mixture->packing_fraction);
}

double mct_dot(const mct_fixed_point *problem, const double *x, const double *y) {
    double out;
    problem->backend->dot(problem->state, 0, 1, x, y, &out);
    return out;
}

double mct_max_norm(const mct_fixed_point *problem, const double *x) {
    double out;
    problem->backend->max_norm(problem->state, 0, 1, x, &out);
    return out;
}

void mct_axpby(const mct_fixed_point *problem, double a, const double *x, double b, double *y) {
    problem->backend->axpby(problem->state, 0, 1, &a, x, &b, y);
}

static double residual(mct_fixed_point *problem, const double *F) {
    problem->backend->glass_map(problem->state, 0, 1, problem->M, problem->G);
    mct_copy(problem, problem->G, problem->residual);
    mct_axpby(problem, -1.0, F, 1.0, problem->residual);
    return mct_max_norm(problem, problem->residual);
}

double mct_fixed_point_step(mct_fixed_point *problem, const double *F) {
    problem->kernel->evaluations++;
    problem->backend->apply(problem->state, 0, 1, F, F, problem->M);
    return residual(problem, F);
}

double mct_fixed_point_linearise(mct_fixed_point *problem, const double *F) {
    problem->kernel->evaluations++;
    problem->backend->linearise(problem->state, 0, 1, F, problem->M);
    const double norm = residual(problem, F);
    problem->backend->glass_linearise(problem->state, 0, 1, problem->G);
    return norm;
}

void mct_fixed_point_derivative(mct_fixed_point *problem, const double *d, double *out) {
    problem->kernel->evaluations++;
    problem->backend->derivative(problem->state, 0, 1, d, problem->M);
    problem->backend->glass_derivative(problem->state, 0, 1, problem->M, out);
}

void mct_fixed_point_adjoint(mct_fixed_point *problem, const double *l, double *out) {
    const mct_backend *backend = problem->backend;
    problem->kernel->evaluations++;
    mct_copy(problem, l, out);
    for (int twice = 0; twice < 2; twice++) backend->weigh(problem->state, 0, 1, 0, out);
    backend->glass_adjoint(problem->state, 0, 1, out, problem->M);
    backend->adjoint(problem->state, 0, 1, problem->M, out);
    for (int twice = 0; twice < 2; twice++) backend->weigh(problem->state, 0, 1, 1, out);
}

void mct_fixed_point_bilinear(mct_fixed_point *problem, const double *F, const double *d, double *out) {
    problem->kernel->evaluations++;
    problem->backend->apply(problem->state, 0, 1, F, d, out);
}

/* The rounding of M relative to its elements, from residuals that were reached at N = 100 ... 65536 (riemann, corrected;
 * activity 1, 3) with a margin of 10: at small q the elements are as q^2, their sum over species as q^4. */
double mct_fixed_point_rounding(mct_fixed_point *problem) {
    double sensitivity;
    problem->backend->glass_sensitivity(problem->state, 0, 1, problem->M, problem->G, &sensitivity);
    return 6.0e-14 * (1.0 + 0.3 * sqrt((double)problem->kernel->shape.grid.points)) * sensitivity;
}

void mct_fixed_point_warn(const mct_fixed_point *problem, const char *format, ...) {
    char text[sizeof problem->warnings->first];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (!problem->warnings) {
        mct_tell(problem->parent, MCT_MESSAGE_WARNING, "%s", text);
    } else if (problem->warnings->count++ == 0) {
        memcpy(problem->warnings->first, text, sizeof text);
    }
}

void mct_fixed_point_start(const mct_fixed_point *problem, double *F) {
    problem->backend->upload(F, problem->statics->structure_factor, problem->n);
}

bool mct_fixed_point_stopped(const mct_fixed_point *problem) {
    return problem->kernel->evaluations >= problem->evaluations_stop ||
           (problem->parent && mct_context_interrupted(problem->parent));
}

mct_outcome mct_plain(mct_fixed_point *problem, double tolerance, unsigned long steps, double *F,
                      double *residual_norm) {
    for (unsigned long step = 0;; step++) {
        *residual_norm = mct_fixed_point_step(problem, F);
        if (!isfinite(*residual_norm)) return MCT_BROKEN;
        const double largest = mct_max_norm(problem, F);
        if (largest < MCT_MELTED) return MCT_COLLAPSED;
        /* on the way to F = 0 the residual is F itself */
        if (*residual_norm <= tolerance && *residual_norm < 0.1 * largest) return MCT_CONVERGED;
        if (step >= steps || mct_fixed_point_stopped(problem)) return MCT_WANDERS;
        mct_copy(problem, problem->G, F);
        problem->iterations++;
    }
}
