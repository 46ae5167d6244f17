/* scheme.c: the coefficients of the scheme in time from their definitions, by Gauss-Legendre quadrature that is
 * exact for these polynomials, in long double (docs/theory.md). */
#include <math.h>
#include <string.h>

#include "backend/scheme.h"

const char *mct_time_scheme_name(mct_time_scheme scheme) {
    return scheme == MCT_TIME_MOMENTS ? "moments" : "legendre";
}

mct_time_options mct_time_options_default(void) {
    return (mct_time_options){
        .scheme = MCT_TIME_LEGENDRE, .steps_per_block = 64, .order = 5, .until = 1.0e10, .tolerance = 1.0e-10};
}

const char *mct_evolution_state_name(mct_evolution_state state) {
    switch (state) {
    case MCT_EVOLUTION_RUNNING: return "running";
    case MCT_EVOLUTION_DECAYED: return "decayed";
    case MCT_EVOLUTION_PLATEAU: return "plateau";
    case MCT_EVOLUTION_UNTIL: return "until";
    case MCT_EVOLUTION_NOT_CONVERGED: return "not_converged";
    case MCT_EVOLUTION_NON_FINITE: return "non_finite";
    }
    return "unknown";
}

enum { NODES = MCT_QUADRATURE_NODES }; /* exact to degree 19 */

static long double legendre(int p, long double x) {
    long double before = 1.0L, here = x;
    if (p == 0) return 1.0L;
    for (int k = 1; k < p; k++) {
        const long double next = ((2 * k + 1) * x * here - k * before) / (k + 1);
        before = here;
        here = next;
    }
    return here;
}

/* Nodes and weights on -1 ... 1, by Newton's method from the usual first guess. */
static void gauss(long double *x, long double *w) {
    for (int i = 0; i < NODES; i++) {
        long double t = cosl(3.14159265358979323846264338327950288L * (i + 0.75L) / (NODES + 0.5L)), slope = 1.0L;
        for (int step = 0; step < 20; step++) {
            const long double value = legendre(NODES, t);
            slope = NODES * (t * value - legendre(NODES - 1, t)) / (t * t - 1.0L);
            t -= value / slope;
        }
        x[i] = t;
        w[i] = 2.0L / ((1.0L - t * t) * slope * slope);
    }
}

/* L_nu at xi of D + 1 nodes at xi = 2 (node - r) - 1, and its derivative. */
static long double lagrange(int degree, int r, int nu, long double xi, long double *slope) {
    long double value = 1.0L;
    *slope = 0.0L;
    for (int k = 0; k <= degree; k++) {
        if (k == nu) continue;
        const long double factor = (xi - (2 * (k - r) - 1)) / (2 * (nu - k));
        *slope = *slope * factor + value / (2 * (nu - k));
        value *= factor;
    }
    return value;
}

static void interpolation(mct_scheme *scheme, const long double *x, const long double *w) {
    const int D = scheme->degree;
    for (int r = 0; r < D; r++) {
        for (int p = 0; p < D; p++) {
            for (int nu = 0; nu <= D; nu++) {
                long double weight = 0.0L, moment = 0.0L, slope;
                for (int i = 0; i < NODES; i++) {
                    const long double value = lagrange(D, r, nu, x[i], &slope), P = w[i] * legendre(p, x[i]);
                    weight += slope * P;
                    moment += value * P;
                }
                /* the interpolated function runs against the one that has the moments */
                scheme->weight[r][p][nu] = (double)((p % 2 ? -1 : 1) * (2 * p + 1) * weight);
                scheme->moment[r][p][nu] = (double)(0.5L * moment);
            }
        }
    }
    for (int p = 0; p < D; p++) {
        for (int s = 0; s < D; s++) {
            long double sum = 0.0L;
            for (int i = 0; i < NODES; i++) sum += w[i] * legendre(p, 0.5L * (x[i] + 1.0L)) * legendre(s, x[i]);
            scheme->thinning[p][s] = s > p ? 0.0 : (double)(0.5L * (2 * s + 1) * sum);
        }
    }
}

/* mu'_p = (1/2) sum_s T_ps (mu_right + (-1)^(p+s) mu_left)_s with both from grid values. */
static void join_stencils(mct_scheme *scheme) {
    const int D = scheme->degree, central = (D - 1) / 2;
    for (int p = 0; p < D; p++) {
        for (int nu = 0; nu <= D + 1; nu++) {
            long double sum = 0.0L;
            for (int s = 0; s <= p; s++) {
                const long double left = nu <= D ? scheme->moment[central][s][nu] : 0.0L;
                const long double right = nu > 0 ? scheme->moment[central][s][nu - 1] : 0.0L;
                sum += scheme->thinning[p][s] * (right + ((p + s) % 2 ? -left : left));
            }
            scheme->joined[p][nu] = (double)(0.5L * sum);
        }
    }
}

/* Backward differences of order k = sum_{j=1}^{k} (1 - E)^j / j, and the polynomial through the last points. */
static void differences(mct_scheme *scheme) {
    long double a[MCT_BDF_MAX + 1] = {0.0L};
    for (int j = 1; j <= scheme->bdf; j++) {
        long double binomial = 1.0L;
        for (int s = 0; s <= j; s++) {
            a[s] += (s % 2 ? -1 : 1) * binomial / j;
            binomial = binomial * (j - s) / (s + 1);
        }
    }
    for (int s = 0; s <= scheme->bdf; s++) scheme->derivative[s] = (double)a[s];
    double binomial = 1.0;
    for (int e = 1; e <= MCT_GUESS; e++) {
        binomial = binomial * (MCT_GUESS - e + 1) / e;
        scheme->guess[e] = e % 2 ? binomial : -binomial;
    }
}

mct_scheme mct_scheme_of(const mct_time_options *options) {
    mct_scheme scheme;
    long double x[NODES], w[NODES];
    memset(&scheme, 0, sizeof scheme);
    if (options->scheme == MCT_TIME_MOMENTS) {
        scheme.degree = 1, scheme.bdf = 2, scheme.taylor = 1;
    } else if (options->order == 3) {
        scheme.degree = 3, scheme.bdf = 4, scheme.taylor = 8;
    } else {
        scheme.degree = 5, scheme.bdf = 6, scheme.taylor = 10;
    }
    gauss(x, w);
    interpolation(&scheme, x, w);
    join_stencils(&scheme);
    differences(&scheme);
    return scheme;
}

void mct_scheme_quadrature(int degree, double *node, double weight[][MCT_QUADRATURE_NODES]) {
    long double x[NODES], w[NODES];
    gauss(x, w);
    for (int i = 0; i < NODES; i++) {
        node[i] = (double)x[i];
        for (int p = 0; p < degree; p++) weight[p][i] = (double)(0.5L * w[i] * legendre(p, x[i]));
    }
}

double mct_scheme_beta(int k, int l) {
    return (double)(tgammal(k + 1) * tgammal(l + 1) / tgammal(k + l + 1));
}
