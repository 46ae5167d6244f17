/* exponents.c: the fold of the branch of glass states and the exponents there, from full matrices.
 *
 * n = m*m*N.  dG[d] = H W^-1 (M[F,d] + M[d,F]) W^-1 H with H = S - F, column by column from the double sum as it is
 * defined; everything else is elimination.  O(n N^2 m^2 + n^3): for grids of some dozen points. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "reference/reference.h"

/* --- Dense linear algebra; matrices [row][column], n x n ----------------------------------------------------- */

/* x = A^-1 x by elimination with row pivoting; A is overwritten.  A singular A gives a huge x along its null vector. */
static void solve(size_t n, long double *A, long double *x) {
    for (size_t pivot = 0; pivot < n; pivot++) {
        size_t best = pivot;
        for (size_t row = pivot + 1; row < n; row++)
            if (fabsl(A[row * n + pivot]) > fabsl(A[best * n + pivot])) best = row;
        for (size_t column = pivot; column < n && best != pivot; column++) {
            long double kept = A[pivot * n + column];
            A[pivot * n + column] = A[best * n + column];
            A[best * n + column] = kept;
        }
        long double kept = x[pivot];
        x[pivot] = x[best];
        x[best] = kept;
        if (A[pivot * n + pivot] == 0.0L) A[pivot * n + pivot] = 1e-30L;
        for (size_t row = pivot + 1; row < n; row++) {
            long double factor = A[row * n + pivot] / A[pivot * n + pivot];
            for (size_t column = pivot; column < n; column++) A[row * n + column] -= factor * A[pivot * n + column];
            x[row] -= factor * x[pivot];
        }
    }
    for (size_t row = n; row-- > 0;) {
        for (size_t column = row + 1; column < n; column++) x[row] -= A[row * n + column] * x[column];
        x[row] /= A[row * n + row];
    }
}

static long double dot(size_t n, const long double *x, const long double *y) {
    long double sum = 0.0L;
    for (size_t i = 0; i < n; i++) sum += x[i] * y[i];
    return sum;
}

static void scale(size_t n, long double factor, long double *x) {
    for (size_t i = 0; i < n; i++) x[i] *= factor;
}

/* The eigenvector of J (of its transpose) whose eigenvalue is nearest to 1, from x, by inverse iteration. */
static void nearest_one(size_t n, const long double *J, bool transposed, long double *x) {
    long double *A = reference_array(n * n);
    for (int step = 0; step < 6; step++) {
        for (size_t row = 0; row < n; row++)
            for (size_t column = 0; column < n; column++)
                A[row * n + column] =
                    (row == column ? 1.0L : 0.0L) - (transposed ? J[column * n + row] : J[row * n + column]);
        solve(n, A, x);
        scale(n, 1.0L / sqrtl(dot(n, x, x)), x);
    }
    free(A);
}

/* --- The map and its derivatives ----------------------------------------------------------------------------- */

static void kernel(const reference_state *state, const long double *F, const long double *G, long double *M) {
    size_t *q = calloc(state->points, sizeof *q);
    if (!q) abort();
    for (size_t i = 0; i < state->points; i++) q[i] = i;
    reference_kernel_direct(state, F, G, state->points, q, M);
    free(q);
}

void reference_glass_sandwich(const reference_state *state, const long double *F, const long double *M,
                              long double *out) {
    size_t m = state->species, N = state->points;
    for (size_t q = 0; q < N; q++) {
        reference_matrix H, f, left, right, W_inverse, inner;
        reference_matrix_load(m, N, q, state->S, H);
        reference_matrix_load(m, N, q, F, f);
        reference_matrix_load(m, N, q, state->W_inverse, W_inverse);
        reference_matrix_load(m, N, q, M, inner);
        for (size_t mu = 0; mu < m; mu++)
            for (size_t nu = 0; nu < m; nu++) H[mu][nu] -= f[mu][nu];
        reference_matrix_multiply(m, H, W_inverse, left);
        reference_matrix_multiply(m, W_inverse, H, right);
        reference_matrix_multiply(m, left, inner, left);
        reference_matrix_multiply(m, left, right, left);
        reference_matrix_store(m, N, q, left, out);
    }
}

void reference_glass_derivative(const reference_state *state, const long double *F, const long double *d,
                                long double *out) {
    size_t n = state->species * state->species * state->points;
    long double *M = reference_array(n), *other = reference_array(n);
    kernel(state, F, d, M);
    kernel(state, d, F, other);
    for (size_t i = 0; i < n; i++) M[i] += other[i];
    reference_glass_sandwich(state, F, M, out);
    free(M), free(other);
}

/* <l, d (S - F)^-1 d>, the product of the three a matrix product at every q */
long double reference_curvature_norm(const reference_state *state, const long double *F, const long double *l,
                                     const long double *d) {
    size_t m = state->species, N = state->points;
    long double sum = 0.0L;
    for (size_t q = 0; q < N; q++) {
        reference_matrix H, f, D, L;
        reference_matrix_load(m, N, q, state->S, H);
        reference_matrix_load(m, N, q, F, f);
        reference_matrix_load(m, N, q, d, D);
        reference_matrix_load(m, N, q, l, L);
        for (size_t mu = 0; mu < m; mu++)
            for (size_t nu = 0; nu < m; nu++) H[mu][nu] -= f[mu][nu];
        if (!reference_matrix_invert(m, H, H)) abort();
        reference_matrix_multiply(m, D, H, H);
        reference_matrix_multiply(m, H, D, H);
        for (size_t mu = 0; mu < m; mu++)
            for (size_t nu = 0; nu < m; nu++) sum += L[mu][nu] * H[mu][nu];
    }
    return sum;
}

static void glass(const reference_state *state, const long double *F, long double *G) {
    size_t n = state->species * state->species * state->points;
    long double *M = reference_array(n);
    kernel(state, F, F, M);
    reference_glass_map(state, M, G);
    free(M);
}

static long double *jacobian(const reference_state *state, const long double *F) {
    size_t n = state->species * state->species * state->points;
    long double *J = reference_array(n * n), *unit = reference_array(n), *column = reference_array(n);
    for (size_t c = 0; c < n; c++) {
        unit[c] = 1.0L;
        reference_glass_derivative(state, F, unit, column);
        unit[c] = 0.0L;
        for (size_t row = 0; row < n; row++) J[row * n + c] = column[row];
    }
    free(unit), free(column);
    return J;
}

enum { PACKING_FRACTION = -1 }; /* else the index of the species whose activity it is */

/* dG/dparameter at fixed F: differences to fourth order over 2e-5 (1e-14 from truncation and from rounding). */
static void parameter_derivative(const mct_grid *grid, const mct_mixture *mixture, int parameter, const long double *F,
                                 long double *out) {
    static const long double weight[] = {1.0L / 12.0L, -8.0L / 12.0L, 0.0L, 8.0L / 12.0L, -1.0L / 12.0L};
    size_t m = mixture->species_count, n = m * m * grid->points;
    const double h = 0x1p-16;
    long double *G = reference_array(n);
    memset(out, 0, n * sizeof *out);
    for (int point = 0; point < 5; point++) {
        mct_species species[REFERENCE_SPECIES_MAX];
        mct_mixture moved = *mixture;
        for (size_t mu = 0; mu < m; mu++) species[mu] = mixture->species[mu];
        moved.species = species;
        if (parameter == PACKING_FRACTION)
            moved.packing_fraction += (point - 2) * h;
        else
            species[parameter].activity += (point - 2) * h;
        reference_state *state = reference_state_create(grid, &moved);
        glass(state, F, G);
        for (size_t i = 0; i < n; i++) out[i] += weight[point] / (long double)h * G[i];
        reference_state_destroy(state);
    }
    free(G);
}

/* --- The fold ------------------------------------------------------------------------------------------------- */

/* Right and left eigenvectors at F, normalised; returns the eigenvalue. */
static long double eigenvectors(const reference_state *state, const long double *F, long double *right,
                                long double *left) {
    size_t n = state->species * state->species * state->points;
    long double *J = jacobian(state, F), *image = reference_array(n);
    memcpy(right, F, n * sizeof *right);
    memcpy(left, F, n * sizeof *left);
    nearest_one(n, J, false, right);
    nearest_one(n, J, true, left);
    reference_glass_derivative(state, F, right, image);
    long double eigenvalue = dot(n, left, image) / dot(n, left, right);
    /* d -> a d, l -> b l: a b <l,d> = 1, a^2 b <l, d H^-1 d> = 1 */
    long double product = dot(n, left, right), norm = reference_curvature_norm(state, F, left, right);
    scale(n, product / norm, right);
    scale(n, norm / (product * product), left);
    free(J), free(image);
    return eigenvalue;
}

/* (F, phi) on the branch with <l, F> = s by Newton's method; returns dphi/ds there. */
static long double branch(const mct_grid *grid, mct_mixture *mixture, const long double *l, long double s,
                          long double *F) {
    size_t m = mixture->species_count, n = m * m * grid->points, size = n + 1;
    long double *G = reference_array(n), *x = reference_array(size), phi_s = 0.0L;
    for (int step = 0; step < 5; step++) { /* quadratic from 1e-3 or better; the last one only takes the tangent */
        reference_state *state = reference_state_create(grid, mixture);
        long double *J = jacobian(state, F), *A = reference_array(size * size), *phi_column = reference_array(n);
        parameter_derivative(grid, mixture, PACKING_FRACTION, F, phi_column);
        for (size_t row = 0; row < n; row++) {
            for (size_t column = 0; column < n; column++)
                A[row * size + column] = (row == column ? 1.0L : 0.0L) - J[row * n + column];
            A[row * size + n] = -phi_column[row];
            A[n * size + row] = l[row];
        }
        glass(state, F, G);
        for (size_t i = 0; i < n; i++) x[i] = step < 4 ? G[i] - F[i] : 0.0L;
        x[n] = step < 4 ? s - dot(n, l, F) : 1.0L;
        solve(size, A, x);
        if (step < 4) {
            for (size_t i = 0; i < n; i++) F[i] += x[i];
            mixture->packing_fraction += (double)x[n];
        }
        phi_s = x[n];
        free(J), free(A), free(phi_column);
        reference_state_destroy(state);
    }
    free(G), free(x);
    return phi_s;
}

/* lambda by its definition, and from G itself: <l, G(F + h d) - 2 G(F) + G(F - h d)>/h^2 = 2 (lambda - 1) at the fold. */
static void exponent_parameters(const reference_state *state, reference_fold *fold) {
    size_t n = fold->count;
    const long double h = 1e-4L; /* truncation about h^2, rounding 1e-19/h^2 */
    long double *M = reference_array(n), *G = reference_array(n), *moved = reference_array(n), difference = 0.0L;
    kernel(state, fold->right, fold->right, M);
    reference_glass_sandwich(state, fold->F, M, M);
    long double norm = reference_curvature_norm(state, fold->F, fold->left, fold->right);
    fold->exponent_parameter = dot(n, fold->left, M) / norm;
    for (int sign = -1; sign <= 1; sign++) {
        for (size_t i = 0; i < n; i++) moved[i] = fold->F[i] + (long double)sign * h * fold->right[i];
        glass(state, moved, G);
        difference += (sign ? 1.0L : -2.0L) * dot(n, fold->left, G);
    }
    fold->exponent_parameter_differences = 1.0L + 0.5L * difference / (h * h * norm);
    free(M), free(G), free(moved);
}

reference_fold reference_fold_create(const mct_grid *grid, const mct_mixture *mixture, const double *F) {
    size_t m = mixture->species_count, n = m * m * grid->points;
    reference_fold fold = {.count = n, .F = reference_widen(n, F)};
    fold.right = reference_array(n);
    fold.left = reference_array(n);
    mct_mixture moved = *mixture;
    reference_state *state = reference_state_create(grid, &moved);
    eigenvectors(state, fold.F, fold.right, fold.left);
    reference_state_destroy(state);
    /* dphi/ds = 0 by secants; the eigenvectors of the guess only say in which direction to go */
    long double s[2] = {dot(n, fold.left, fold.F)}, slope[2];
    slope[0] = branch(grid, &moved, fold.left, s[0], fold.F);
    s[1] = s[0] + 1e-3L;
    for (int step = 0; step < 5; step++) {
        slope[1] = branch(grid, &moved, fold.left, s[1], fold.F);
        long double next = s[1] - slope[1] * (s[1] - s[0]) / (slope[1] - slope[0]);
        if (fabsl(next - s[1]) < 1e-12L) break;
        s[0] = s[1], slope[0] = slope[1], s[1] = next;
    }
    state = reference_state_create(grid, &moved);
    fold.packing_fraction = moved.packing_fraction;
    fold.eigenvalue = eigenvectors(state, fold.F, fold.right, fold.left);
    exponent_parameters(state, &fold);
    reference_state_destroy(state);
    long double *change = reference_array(n);
    parameter_derivative(grid, &moved, PACKING_FRACTION, fold.F, change);
    long double by_phi = dot(n, fold.left, change);
    fold.separation = (long double)fold.packing_fraction * by_phi;
    for (size_t mu = 0; mu < m; mu++) {
        parameter_derivative(grid, &moved, (int)mu, fold.F, change);
        fold.slope[mu] = -dot(n, fold.left, change) / by_phi;
    }
    free(change);
    return fold;
}

void reference_fold_destroy(reference_fold *fold) {
    free(fold->F), free(fold->right), free(fold->left);
}

/* --- The exponents -------------------------------------------------------------------------------------------- */

enum { TERMS = 40 }; /* 0.2^40 */

/* sum_n n^-k for k >= 2 */
static long double zeta(int k) {
    const long double n = 20.0L;
    long double sum = 0.0L;
    for (int i = 1; i < 20; i++) sum += powl((long double)i, -k);
    /* the rest by Euler and Maclaurin; the next term is below 1e-19 of the sum */
    long double power = powl(n, -k), order = (long double)k;
    sum += power * (n / (order - 1.0L) + 0.5L + order / (12.0L * n));
    sum -= power * order * (order + 1.0L) * (order + 2.0L) / (720.0L * n * n * n);
    sum += power * order * (order + 1.0L) * (order + 2.0L) * (order + 3.0L) * (order + 4.0L) / (30240.0L * powl(n, 5));
    power *= order * (order + 1.0L) * (order + 2.0L) * (order + 3.0L) * (order + 4.0L) * (order + 5.0L);
    return sum - power * (order + 6.0L) / (1209600.0L * powl(n, 7));
}

/* -ln[Gamma(1-x)^2/Gamma(1-2x)], x < 1/2, negative for b; at small |x|, where it is zeta(2) x^2, from ln Gamma's series. */
static long double minus_log(const long double *coefficient, long double x) {
    if (fabsl(x) > 0.1L) return lgammal(1.0L - 2.0L * x) - 2.0L * lgammal(1.0L - x);
    long double sum = 0.0L;
    for (int k = TERMS; k >= 2; k--) sum = (sum + coefficient[k]) * x;
    return sum * x;
}

static long double bisect(long double parameter, long double end) {
    long double wanted = -log1pl(parameter - 1.0L), inside = 0.0L, outside = end, coefficient[TERMS + 1];
    for (int k = 2; k <= TERMS; k++) coefficient[k] = zeta(k) / (long double)k * (powl(2.0L, k) - 2.0L);
    for (int step = 0; step < 200; step++) {
        long double middle = 0.5L * (inside + outside);
        if (minus_log(coefficient, middle) < wanted)
            inside = middle;
        else
            outside = middle;
    }
    return inside;
}

long double reference_exponent_a(long double parameter) {
    return bisect(parameter, 0.5L);
}

long double reference_exponent_b(long double parameter) {
    return -bisect(parameter, -100.0L);
}
