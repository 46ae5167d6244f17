/* bordered.c: the linear systems of a branch of solutions, by GMRES. */
#include "glass/bordered.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double phi_step = 2.0e-5;      /* central difference in phi: relative error 1e-8 */
static const double activity_step = 1.0e-4; /* the same in an activity */

static void forward(mct_fixed_point *problem, void *user, const double *v, double v_border, double *out,
                    double *out_border) {
    const mct_bordered *b = user;
    mct_fixed_point_derivative(problem, v, out);
    mct_axpby(problem, 1.0, v, -1.0, out);
    mct_axpby(problem, -v_border * b->sigma, b->G_phi, 1.0, out);
    *out_border = mct_dot(problem, b->l, v);
}

static void adjoint(mct_fixed_point *problem, void *user, const double *v, double v_border, double *out,
                    double *out_border) {
    const mct_bordered *b = user;
    mct_fixed_point_adjoint(problem, v, out);
    mct_axpby(problem, 1.0, v, -1.0, out);
    mct_axpby(problem, v_border, b->l, 1.0, out);
    *out_border = -b->sigma * mct_dot(problem, b->G_phi, v);
}

mct_status mct_step_at(mct_fixed_point *problem, double phi, double *F) {
    const double here = problem->mixture.packing_fraction;
    double *const both[] = {F, problem->G};
    problem->backend->weigh(problem->state, 0, 1, 0, F);
    MCT_TRY(mct_fixed_point_move(problem, phi));
    problem->backend->weigh(problem->state, 0, 1, 1, F);
    mct_fixed_point_step(problem, F);
    for (int v = 0; v < 2; v++) problem->backend->weigh(problem->state, 0, 1, 0, both[v]);
    MCT_TRY(mct_fixed_point_move(problem, here));
    for (int v = 0; v < 2; v++) problem->backend->weigh(problem->state, 0, 1, 1, both[v]);
    return MCT_OK;
}

mct_status mct_bordered_prepare(mct_fixed_point *problem, mct_bordered *b, const double *F, double *scratch) {
    const double phi = problem->mixture.packing_fraction, h = phi_step * (1.0 - phi);
    const mct_backend *const backend = problem->backend;
    mct_copy(problem, F, scratch);
    backend->weigh(problem->state, 0, 1, 0, scratch);
    for (int sign = -1; sign <= 1; sign += 2) {
        MCT_TRY(mct_fixed_point_move(problem, phi + sign * h));
        backend->weigh(problem->state, 0, 1, 1, scratch);
        mct_fixed_point_step(problem, scratch);
        backend->weigh(problem->state, 0, 1, 0, scratch);
        backend->weigh(problem->state, 0, 1, 0, problem->G);
        mct_axpby(problem, sign * 0.5 / h, problem->G, sign < 0 ? 0.0 : 1.0, b->G_phi);
    }
    MCT_TRY(mct_fixed_point_move(problem, phi));
    backend->weigh(problem->state, 0, 1, 1, b->G_phi);
    b->sigma = 1.0 / sqrt(mct_dot(problem, b->G_phi, b->G_phi));
    b->at = phi;
    return MCT_OK;
}

mct_status mct_activity_derivative(mct_fixed_point *problem, const double *F, size_t species, double *out) {
    const mct_mixture mixture = problem->mixture;
    const double phi = mixture.packing_fraction, h = activity_step * mixture.species[species].activity;
    const size_t size = mixture.species_count * sizeof(mct_species);
    mct_species *changed = malloc(size);
    if (!changed) return mct_fail(problem->context, MCT_MEMORY, "critical point: out of memory");
    mct_status status = MCT_OK;
    memcpy(changed, mixture.species, size);
    problem->mixture.species = changed;
    for (int sign = -1; sign <= 1 && status == MCT_OK; sign += 2) {
        changed[species].activity = mixture.species[species].activity + sign * h;
        status = mct_fixed_point_move(problem, phi);
        if (status != MCT_OK) break;
        mct_fixed_point_step(problem, F);
        mct_axpby(problem, sign * 0.5 / h, problem->G, sign < 0 ? 0.0 : 1.0, out);
    }
    problem->mixture = mixture;
    free(changed);
    const mct_status back = mct_fixed_point_move(problem, phi);
    return status == MCT_OK ? back : status;
}

mct_status mct_bordered_solve(mct_fixed_point *problem, const mct_bordered *b, bool transposed, const double *right,
                              double right_border, bool guess, double tolerance, double *scratch, double *x,
                              double *x_phi) {
    mct_bordered system = *b;
    const mct_operator operator= {transposed ? adjoint : forward, &system, &problem->recycled, transposed};
    double border = 0.0, correction;
    const double *wanted = right;
    if (guess) { /* what is left of the right side */
        const double norm = hypot(sqrt(mct_dot(problem, right, right)), right_border);
        double product;
        border = *x_phi / b->sigma;
        operator.apply(problem, &system, x, border, problem->basis[1], &product);
        if (scratch != right) mct_copy(problem, right, scratch);
        mct_axpby(problem, -1.0, problem->basis[1], 1.0, scratch);
        right_border -= product;
        const double left = hypot(sqrt(mct_dot(problem, scratch, scratch)), right_border);
        if (left <= tolerance * norm) return MCT_OK;
        wanted = scratch;
        tolerance = fmin(0.05, tolerance * norm / left);
    }
    double *const found = guess ? problem->basis[MCT_KRYLOV_MAX] : x;
    const double reached = mct_gmres(problem, &operator, wanted, right_border, tolerance, found, &correction);
    if (!(reached < 0.1)) {
        return mct_fail(problem->context, MCT_NOT_CONVERGED,
                        "the glass branch near packing fraction %.6g: a linear system with relative residual %.2g",
                        problem->mixture.packing_fraction, reached);
    }
    if (guess) mct_axpby(problem, 1.0, found, 1.0, x);
    *x_phi = b->sigma * (border + correction);
    return MCT_OK;
}
