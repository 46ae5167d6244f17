/* critical_vectors.c: right and left eigenvectors of dG at a fold, and what follows from them: exponent parameter,
 * separation parameter, slopes (docs/theory.md; nothing assumes that F is symmetric).
 *
 * Both vectors come from the bordered operator, regular where 1 - dG is not:
 *   A (d, .) = (0, 1),  A^T (l, .) = (0, 1).
 * Inside, inner products are those of f; the left vector of the plain sum is weight^2 l. */
#include "glass/critical_vectors.h"

#include <math.h>
#include <stdlib.h>

#include "numeric/host_matrix.h"

static const double wanted = 1.0e-10; /* of the eigenvectors */

/* d H^-1 d at every wave number, H = S - F: on the host, once per critical point.  F, d, out: [m*m][N]. */
static mct_status second_order(mct_fixed_point *problem, const double *F, const double *d, double *out) {
    const size_t m = problem->statics->species, N = problem->statics->points, mm = m * m;
    double *const work = malloc(4 * mm * sizeof *work);
    if (!work) return mct_fail(problem->context, MCT_MEMORY, "critical point: out of memory");
    double *const H = work, *const H_inverse = H + mm, *const D = H_inverse + mm, *const product = D + mm;
    mct_status status = MCT_OK;
    for (size_t i = 0; i < N && status == MCT_OK; i++) {
        for (size_t c = 0; c < mm; c++) {
            H[c] = problem->statics->structure_factor[c * N + i] - F[c * N + i];
            D[c] = d[c * N + i];
        }
        if (!mct_matrix_invert(m, H, H_inverse)) {
            status = mct_fail(problem->context, MCT_NON_FINITE, "critical point: S - F is singular at wave number %g",
                              problem->statics->wave_number[i]);
            break;
        }
        mct_matrix_multiply(m, D, H_inverse, product);
        mct_matrix_multiply(m, product, D, H);
        for (size_t c = 0; c < mm; c++) out[c * N + i] = H[c];
    }
    free(work);
    return status;
}

/* The eigenvectors, by the bordered operator and its adjoint. */
static mct_status eigenvectors(mct_fixed_point *problem, mct_fold *fold, bool have_left, double *left) {
    double *const d = fold->tangent, *const zero = problem->work[4];
    double d_phi = 0.0, left_phi = 0.0;
    mct_axpby(problem, 0.0, d, 0.0, zero);
    MCT_TRY(mct_bordered_solve(problem, &fold->border, false, zero, 1.0, true, wanted, zero, d, &d_phi));
    if (have_left) { /* <sigma G_phi, l> = -1 in A^T (l, .) = (0, 1) */
        const double product = fold->border.sigma * mct_dot(problem, fold->border.G_phi, left);
        mct_axpby(problem, 0.0, left, -1.0 / product, left);
    }
    mct_axpby(problem, 0.0, d, 0.0, zero);
    return mct_bordered_solve(problem, &fold->border, true, zero, 1.0, have_left, wanted, zero, left, &left_phi);
}

/* lambda_MCT of an ordinary fold lies in [1/2, 1): from another value nothing follows.  (1 and more belong to
 * higher-order singularities and to folds that are approached from the other side.) */
static double ordinary(const mct_fixed_point *problem, double lambda) {
    if (lambda >= 0.5 - 1.0e-9 && lambda < 1.0) return lambda;
    mct_fixed_point_warn(
        problem,
        "critical packing fraction %.10g: the exponent parameter comes out as %.6g, outside of [1/2, 1): "
        "the transition is no ordinary one, and has no exponents",
        problem->mixture.packing_fraction, lambda);
    return (double)NAN;
}

mct_status mct_critical_vectors(mct_fixed_point *problem, mct_fold *fold, double *F, bool have_left, double *left,
                                mct_critical_point *point) {
    const mct_backend *backend = problem->backend;
    const double phi = problem->mixture.packing_fraction;
    double *const d = fold->tangent, *const second = problem->work[5];
    MCT_TRY(mct_bordered_prepare(problem, &fold->border, F, problem->work[4]));
    mct_fixed_point_linearise(problem, F);
    MCT_TRY(eigenvectors(problem, fold, have_left, left));
    if (mct_dot(problem, F, d) < 0.0) mct_axpby(problem, 0.0, d, -1.0, d);

    /* <l, d> = <l, d H^-1 d> = 1; a change of sign of l and d leaves the second, not the first */
    backend->download(point->nonergodicity, F, problem->n);
    backend->download(point->right, d, problem->n);
    MCT_TRY(second_order(problem, point->nonergodicity, point->right, point->left));
    backend->upload(second, point->left, problem->n);
    const double first_norm = mct_dot(problem, left, d), second_norm = mct_dot(problem, left, second);
    const double scale = first_norm / second_norm;
    mct_axpby(problem, 0.0, d, scale, d);
    mct_axpby(problem, 0.0, left, 1.0 / (scale * first_norm), left);

    mct_fixed_point_bilinear(problem, d, d, problem->M);
    backend->glass_derivative(problem->state, 0, 1, problem->M, second);
    point->exponents = mct_exponents_from_parameter(ordinary(problem, mct_dot(problem, left, second)));
    const double G_phi = mct_dot(problem, left, fold->border.G_phi);
    point->separation = phi * G_phi;
    for (size_t mu = 0; mu < problem->mixture.species_count; mu++) {
        MCT_TRY(mct_activity_derivative(problem, F, mu, second));
        point->slope[mu] = -mct_dot(problem, left, second) / G_phi;
    }
    backend->download(point->right, d, problem->n);
    for (int twice = 0; twice < 2; twice++) backend->weigh(problem->state, 0, 1, 0, left);
    backend->download(point->left, left, problem->n);
    point->packing_fraction = phi;
    return MCT_OK;
}
