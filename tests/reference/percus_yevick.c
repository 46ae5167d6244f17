/* percus_yevick.c: c(k) of hard spheres (Wertheim 1963), right to 1e-24 of its envelope for 0 < k <= 200.
 *
 * c(r) = -(alpha + beta r + gamma r^3) for r < 1, so c(k) = -(4 pi/k) int_0^1 r c(r) sin(kr) dr.  As phi -> 1 the
 * coefficients cancel to the second derivative at contact, (1 - phi)^2/k^2 and more of them is lost: 113 bits. */
#include <float.h>
#include <math.h>

#include "reference/reference.h"

#if LDBL_MANT_DIG >= 113
typedef long double quad;
#else
__extension__ typedef __float128 quad;
#endif

static quad quad_pi(void) {
    return (quad)0x1.921fb54442d18p+1 + (quad)0x1.1a62633145c07p-53 + (quad)-0x1.f1976b7ed8fbcp-109;
}

/* Taylor series after reduction to |r| <= pi/4. */
static void quad_sin_cos(quad x, quad *sine, quad *cosine) {
    long quarter = (long)(x / (quad_pi() / 2) + (quad)0.5);
    quad r = x - (quad)quarter * (quad_pi() / 2), s = 0, c = 0, term = 1;
    for (int n = 0; n < 40; n += 2) {
        c += (n % 4 == 0) ? term : -term;
        term *= r / (n + 1);
        s += (n % 4 == 0) ? term : -term;
        term *= r / (n + 2);
    }
    switch (quarter % 4) {
    case 0: *sine = s, *cosine = c; break;
    case 1: *sine = c, *cosine = -s; break;
    case 2: *sine = -s, *cosine = -c; break;
    default: *sine = -c, *cosine = s; break;
    }
}

typedef struct core_coefficients {
    quad alpha, beta, gamma;
} core_coefficients;

static core_coefficients core_of(double packing_fraction) {
    quad phi = packing_fraction, rest = 1 - phi, scale = 1 / (rest * rest * rest * rest);
    core_coefficients k;
    k.alpha = (1 + 2 * phi) * (1 + 2 * phi) * scale;
    k.beta = -6 * phi * (1 + phi / 2) * (1 + phi / 2) * scale;
    k.gamma = phi * k.alpha / 2;
    return k;
}

/* -4 pi sum_n (-k^2)^n/(2n+1)! [alpha/(2n+3) + beta/(2n+4) + gamma/(2n+6)] */
long double reference_percus_yevick_series(double packing_fraction, long double k) {
    core_coefficients core = core_of(packing_fraction);
    quad power = 1, sum = 0;
    for (int n = 0; n < 60; n++) {
        sum += power * (core.alpha / (2 * n + 3) + core.beta / (2 * n + 4) + core.gamma / (2 * n + 6));
        power *= -(quad)k * (quad)k / ((2 * n + 2) * (2 * n + 3));
    }
    return (long double)(-4 * quad_pi() * sum);
}

/* I_n = int_0^1 r^n sin(kr) dr, J_n = int_0^1 r^n cos(kr) dr by parts:
 * I_n = (n J_{n-1} - cos k)/k,  J_n = (sin k - n I_{n-1})/k. */
long double reference_percus_yevick_closed(double packing_fraction, long double k_given) {
    core_coefficients core = core_of(packing_fraction);
    quad k = k_given, sine, cosine, I[5], J[5];
    quad_sin_cos(k, &sine, &cosine);
    I[0] = (1 - cosine) / k;
    J[0] = sine / k;
    for (int n = 1; n < 5; n++) {
        I[n] = (n * J[n - 1] - cosine) / k;
        J[n] = (sine - n * I[n - 1]) / k;
    }
    return (long double)(-4 * quad_pi() / k * (core.alpha * I[1] + core.beta * I[2] + core.gamma * I[4]));
}

long double reference_percus_yevick(double packing_fraction, long double k) {
    return k < 4.0L ? reference_percus_yevick_series(packing_fraction, k)
                    : reference_percus_yevick_closed(packing_fraction, k);
}

long double reference_percus_yevick_envelope(double packing_fraction, long double k) {
    long double half = fminl(1.57079632679489662L, 0.5L * k), largest = 0.0L;
    for (int i = -16; i <= 16; i++)
        largest = fmaxl(largest, fabsl(reference_percus_yevick(packing_fraction, k + half * (long double)i / 16)));
    return largest;
}
