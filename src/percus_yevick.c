/* percus_yevick.c: direct correlation function of hard spheres in the Percus-Yevick closure.
 *
 * Inside the core c(r) = -(alpha + beta r + gamma r^3), outside 0 (M. S. Wertheim, Phys. Rev. Lett. 10, 321 (1963)).
 * c(k) = 4 pi/k int_0^1 r c(r) sin(kr) dr is evaluated in two ways: */
#include <math.h>

#include "apmct/statics.h"
#include "constants.h"

/* Below this k the series, above it the integrated form.  The integrated form loses k^-6 in relative accuracy (its
 * terms are of order k^-6, the sum of order 1), the alternating series e^k; both stay below 3e-15 here. */
static const double series_below = 3.0;
enum { SERIES_TERMS = 20 }; /* 3^40/41! < 1e-30 */

/* c(k) = -4 pi sum_n (-k^2)^n/(2n+1)! [alpha/(2n+3) + beta/(2n+4) + gamma/(2n+6)], from the last term inwards. */
static double series(double alpha, double beta, double gamma, double k) {
    double sum = 0.0;
    for (int n = SERIES_TERMS; n >= 0; n--) {
        double moment = alpha / (2 * n + 3) + beta / (2 * n + 4) + gamma / (2 * n + 6);
        sum = moment - k * k / ((2.0 * n + 2.0) * (2.0 * n + 3.0)) * sum;
    }
    return -4.0 * MCT_PI * sum;
}

/* Repeated integration by parts of P(r) = alpha r + beta r^2 + gamma r^4:
 *   int_0^1 P sin(kr) dr = [-P cos/k + P' sin/k^2 + P'' cos/k^3 - P''' sin/k^4 - P'''' cos/k^5]_0^1.
 * The values at contact are written with their powers of 1 - phi taken out, so that nothing cancels at high phi. */
static double integrated(double phi, double gamma, double beta, double k) {
    double v = 1.0 - phi;
    double p0 = (1.0 + 0.5 * phi) / (v * v);
    double p1 = (1.0 - 5.0 * phi * (1.0 + phi)) / (v * v * v);
    double p2 = phi * (-6.0 + phi * (12.0 + 21.0 * phi)) / (v * v * v * v);
    double p3 = 24.0 * gamma, p4 = 24.0 * gamma;
    double i = 1.0 / k, sine = sin(k), cosine = cos(k);
    double at_contact = -cosine * i * (p0 - i * i * (p2 - i * i * p4)) + sine * i * i * (p1 - i * i * p3);
    double at_origin = i * i * i * (2.0 * beta - i * i * p4);
    return -4.0 * MCT_PI * i * (at_contact - at_origin);
}

double mct_percus_yevick_direct_correlation(double phi, double k) {
    double v2 = (1.0 - phi) * (1.0 - phi), v4 = v2 * v2;
    double alpha = (1.0 + 2.0 * phi) * (1.0 + 2.0 * phi) / v4;
    double beta = -6.0 * phi * (1.0 + 0.5 * phi) * (1.0 + 0.5 * phi) / v4;
    double gamma = 0.5 * phi * alpha;
    return k < series_below ? series(alpha, beta, gamma, k) : integrated(phi, gamma, beta, k);
}
