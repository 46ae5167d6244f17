/* exponents.c: a, b and gamma of an exponent parameter. */
#include <math.h>

#include "apmct/critical.h"

/* ln of Gamma(1+x)^2/Gamma(1+2x), x > -1/2: rises from -infinity at -1/2 to 0 at x = 0, falls from there on. */
static double log_ratio(double x) {
    return 2.0 * lgamma(1.0 + x) - lgamma(1.0 + 2.0 * x);
}

/* x in (low, high) with log_ratio(x) = value, where log_ratio only rises or only falls: bisection to the last bit. */
static double solve(double value, bool falls, double low, double high) {
    for (int step = 0; step < 200; step++) {
        const double middle = 0.5 * (low + high);
        if (middle == low || middle == high) break;
        if ((log_ratio(middle) < value) == falls) {
            high = middle;
        } else {
            low = middle;
        }
    }
    return 0.5 * (low + high);
}

mct_exponents mct_exponents_from_parameter(double exponent_parameter) {
    mct_exponents e = {exponent_parameter, (double)NAN, (double)NAN, (double)NAN};
    if (!(exponent_parameter > 0.0 && exponent_parameter < 1.0)) return e;
    const double value = log(exponent_parameter);
    double largest = 1.0;
    while (log_ratio(largest) > value) largest *= 2.0;
    e.a = -solve(value, false, -0.5, 0.0);
    e.b = solve(value, true, 0.0, largest);
    e.gamma = 0.5 / e.a + 0.5 / e.b;
    return e;
}
