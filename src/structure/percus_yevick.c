/* percus_yevick.c: direct correlation function of hard spheres in the Percus-Yevick closure.
 *
 * Inside the core c(r) = -(alpha + beta r + gamma r^3), outside 0 (M. S. Wertheim, Phys. Rev. Lett. 10, 321 (1963)).
 * c(k) = 4 pi/k int_0^1 r c(r) sin(kr) dr is evaluated in two ways: */
#include <math.h>

#include "base/constants.h"
#include "structure/structure.h"

/* Below this k the series, above it the integrated form.  The integrated form loses k^-6 in relative accuracy (its
 * terms are of order k^-6, the sum of order 1), the alternating series e^k; both stay below 3e-15 here. */
static const double series_below = 3.0;
enum { SERIES_TERMS = 15 }; /* 3^30/31! < 1e-19 */

/* What depends on the packing fraction alone. */
typedef struct contact {
    double alpha, beta, gamma;
    double p0, p1, p2, p3, p4; /* P and its derivatives at contact */
} contact;

/* The values at contact are written with their powers of 1 - phi taken out, so that nothing cancels at high phi. */
static contact contact_of(double phi) {
    const double v = 1.0 - phi, v2 = v * v, v4 = v2 * v2;
    contact c = {.alpha = (1.0 + 2.0 * phi) * (1.0 + 2.0 * phi) / v4,
                 .beta = -6.0 * phi * (1.0 + 0.5 * phi) * (1.0 + 0.5 * phi) / v4,
                 .p0 = (1.0 + 0.5 * phi) / v2,
                 .p1 = (1.0 - 5.0 * phi * (1.0 + phi)) / (v2 * v),
                 .p2 = phi * (-6.0 + phi * (12.0 + 21.0 * phi)) / v4};
    c.gamma = 0.5 * phi * c.alpha;
    c.p3 = c.p4 = 24.0 * c.gamma;
    return c;
}

/* c(k) = -4 pi sum_n (-k^2)^n/(2n+1)! [alpha/(2n+3) + beta/(2n+4) + gamma/(2n+6)], from the last term inwards. */
static double series(const contact *c, double k) {
    double sum = 0.0;
    for (int n = SERIES_TERMS; n >= 0; n--) {
        double moment = c->alpha / (2 * n + 3) + c->beta / (2 * n + 4) + c->gamma / (2 * n + 6);
        sum = moment - k * k / ((2.0 * n + 2.0) * (2.0 * n + 3.0)) * sum;
    }
    return -4.0 * MCT_PI * sum;
}

/* Repeated integration by parts of P(r) = alpha r + beta r^2 + gamma r^4:
 *   int_0^1 P sin(kr) dr = [-P cos/k + P' sin/k^2 + P'' cos/k^3 - P''' sin/k^4 - P'''' cos/k^5]_0^1. */
static double integrated(const contact *c, double k) {
    const double i = 1.0 / k, sine = sin(k), cosine = cos(k);
    const double at_contact =
        -cosine * i * (c->p0 - i * i * (c->p2 - i * i * c->p4)) + sine * i * i * (c->p1 - i * i * c->p3);
    const double at_origin = i * i * i * (2.0 * c->beta - i * i * c->p4);
    return -4.0 * MCT_PI * i * (at_contact - at_origin);
}

void mct_percus_yevick_fill(double packing_fraction, double diameter, size_t count, const double *wave_number,
                            double *direct_correlation) {
    const contact c = contact_of(packing_fraction);
    const double volume = diameter * diameter * diameter;
    for (size_t i = 0; i < count; i++) {
        const double k = wave_number[i] * diameter;
        direct_correlation[i] = volume * (k < series_below ? series(&c, k) : integrated(&c, k));
    }
}

double mct_percus_yevick_direct_correlation(double packing_fraction, double wave_number) {
    double value;
    mct_percus_yevick_fill(packing_fraction, 1.0, 1, &wave_number, &value);
    return value;
}
