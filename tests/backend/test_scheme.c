/* test_evolution_scheme.c: the coefficients of the scheme in time. */
#include "backend/scheme.h"
#include "evolution/evolution_fixture.h"

static mct_scheme scheme_of(mct_time_scheme kind, int order) {
    mct_time_options options = mct_time_options_default();
    options.scheme = kind;
    options.order = order;
    return mct_scheme_of(&options);
}

static void expect_row(const double *row, const double *expected, double divisor, const char *what) {
    for (int nu = 0; nu < 4; nu++) {
        cr_expect(fabs(row[nu] - expected[nu] / divisor) < 1e-15 * (1.0 + fabs(row[nu])), "%s, node %d: %.17g", what,
                  nu, row[nu]);
    }
}

Test(evolution_scheme, cubic_coefficients_are_the_known_fractions) {
    const mct_scheme s = scheme_of(MCT_TIME_LEGENDRE, 3);
    expect_row(s.weight[1][0], (double[]){0, -24, 24, 0}, 24, "weight r=1 p=0");
    expect_row(s.weight[1][1], (double[]){-6, 6, 6, -6}, 24, "weight r=1 p=1");
    expect_row(s.weight[1][2], (double[]){-2, 6, -6, 2}, 24, "weight r=1 p=2");
    expect_row(s.weight[2][0], (double[]){0, 0, -24, 24}, 24, "weight r=2 p=0");
    expect_row(s.weight[2][1], (double[]){6, -30, 42, -18}, 24, "weight r=2 p=1");
    expect_row(s.weight[2][2], (double[]){-2, 6, -6, 2}, 24, "weight r=2 p=2");
    expect_row(s.moment[1][0], (double[]){-30, 390, 390, -30}, 720, "moment r=1 p=0");
    expect_row(s.moment[1][1], (double[]){2, -126, 126, -2}, 720, "moment r=1 p=1");
    expect_row(s.moment[1][2], (double[]){6, -6, -6, 6}, 720, "moment r=1 p=2");
    expect_row(s.moment[2][0], (double[]){30, -150, 570, 270}, 720, "moment r=2 p=0");
    expect_row(s.moment[2][1], (double[]){2, -6, -114, 118}, 720, "moment r=2 p=1");
    expect_row(s.moment[2][2], (double[]){-6, 30, -42, 18}, 720, "moment r=2 p=2");
}

Test(evolution_scheme, the_literature_takes_means_and_differences) {
    const mct_scheme s = scheme_of(MCT_TIME_MOMENTS, 5);
    cr_expect_eq(s.degree, 1);
    for (int nu = 0; nu < 2; nu++) {
        cr_expect(fabs(s.weight[0][0][nu] - (nu ? 1.0 : -1.0)) < 1e-15);
        cr_expect(fabs(s.moment[0][0][nu] - 0.5) < 1e-15);
    }
    const double bdf2[] = {1.5, -2.0, 0.5};
    for (int i = 0; i < 3; i++) cr_expect(fabs(s.derivative[i] - bdf2[i]) < 1e-15);
}

static double polynomial(const double *a, int degree, double t) {
    double sum = 0.0;
    for (int k = degree; k >= 0; k--) sum = sum * t + a[k];
    return sum;
}

Test(evolution_scheme, derivative_and_guess_are_exact_for_polynomials) {
    const double a[] = {0.3, -1.2, 0.7, 0.2, -0.4, 0.1, 0.05};
    for (int order = 3; order <= 5; order += 2) {
        const mct_scheme s = scheme_of(MCT_TIME_LEGENDRE, order);
        double sum = 0.0;
        for (int i = 0; i <= s.bdf; i++) sum += s.derivative[i] * polynomial(a, s.bdf, -i);
        cr_expect(fabs(sum - a[1]) < 1e-11, "BDF%d: %.3e", s.bdf, sum - a[1]);
        sum = 0.0;
        for (int e = 1; e <= MCT_GUESS; e++) sum += s.guess[e] * polynomial(a, MCT_GUESS - 1, -e);
        cr_expect(fabs(sum - a[0]) < 1e-10, "guess: %.3e", sum - a[0]);
    }
}

/* Moments of a polynomial over the cell from `left` to `right`. */
static void moments_of(const double *a, int degree, double left, double right, int D, double *mu) {
    double node[MCT_QUADRATURE_NODES], weight[MCT_DEGREE_MAX][MCT_QUADRATURE_NODES];
    mct_scheme_quadrature(D, node, weight);
    for (int p = 0; p < D; p++) {
        mu[p] = 0.0;
        for (int i = 0; i < MCT_QUADRATURE_NODES; i++) {
            mu[p] += weight[p][i] * polynomial(a, degree, 0.5 * (left + right) + 0.5 * (right - left) * node[i]);
        }
    }
}

Test(evolution_scheme, moments_and_thinning_are_exact_for_polynomials) {
    const double a[] = {0.3, -1.2, 0.7, 0.2, -0.4, 0.1};
    for (int order = 3; order <= 5; order += 2) {
        const mct_scheme s = scheme_of(MCT_TIME_LEGENDRE, order);
        for (int r = 0; r < order; r++) {
            double mu[MCT_DEGREE_MAX];
            moments_of(a, order, 0.0, 1.0, order, mu);
            for (int p = 0; p < order; p++) {
                double sum = 0.0;
                for (int nu = 0; nu <= order; nu++) sum += s.moment[r][p][nu] * polynomial(a, order, nu - r);
                cr_expect(fabs(sum - mu[p]) < 1e-11, "D = %d, r = %d, p = %d: %.3e", order, r, p, sum - mu[p]);
            }
        }
        double left[MCT_DEGREE_MAX], right[MCT_DEGREE_MAX], whole[MCT_DEGREE_MAX];
        moments_of(a, 5, -1.0, 0.0, order, left);
        moments_of(a, 5, 0.0, 1.0, order, right);
        moments_of(a, 5, -1.0, 1.0, order, whole);
        for (int p = 0; p < order; p++) {
            double sum = 0.0;
            for (int k = 0; k < order; k++) {
                sum += 0.5 * s.thinning[p][k] * (right[k] + ((p + k) % 2 ? -left[k] : left[k]));
            }
            cr_expect(fabs(sum - whole[p]) < 1e-13, "thinning, p = %d: %.3e", p, sum - whole[p]);
        }
    }
}

Test(evolution_scheme, weights_integrate_products_exactly) {
    /* one cell: f of degree D - 1 by its moments, the interpolated g runs against it: int f(x) g'(1 - x) dx over 0 ... 1 */
    const double f[] = {0.4, 0.9, -1.1, 0.3, 0.6}, g[] = {0.3, -1.2, 0.7, 0.2, -0.4, 0.1};
    for (int order = 3; order <= 5; order += 2) {
        const mct_scheme s = scheme_of(MCT_TIME_LEGENDRE, order);
        double mu[MCT_DEGREE_MAX], node[MCT_QUADRATURE_NODES], weight[MCT_DEGREE_MAX][MCT_QUADRATURE_NODES];
        moments_of(f, order - 1, 0.0, 1.0, order, mu);
        mct_scheme_quadrature(order, node, weight);
        double exact = 0.0;
        for (int i = 0; i < MCT_QUADRATURE_NODES; i++) {
            const double x = 0.5 + 0.5 * node[i];
            double slope = 0.0;
            for (int k = order; k > 0; k--) slope = slope * (1.0 - x) + k * g[k];
            exact += weight[0][i] * polynomial(f, order - 1, x) * slope;
        }
        for (int r = 0; r < order; r++) {
            double sum = 0.0;
            for (int p = 0; p < order; p++) {
                for (int nu = 0; nu <= order; nu++) sum += s.weight[r][p][nu] * mu[p] * polynomial(g, order, nu - r);
            }
            cr_expect(fabs(sum - exact) < 1e-10, "D = %d, r = %d: %.3e", order, r, sum - exact);
        }
    }
}
