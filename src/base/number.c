/* number.c: numbers to and from text, the same in every locale. */
#include "base/number.h"

#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Digits with at most one point, then an exponent; what else strtod takes (hex, inf, nan, blanks) is not ours. */
static bool is_decimal(const char *text) {
    const char *at = text + (*text == '+' || *text == '-');
    size_t digits = strspn(at, "0123456789");

    at += digits;
    if (*at == '.') {
        const size_t decimals = strspn(at + 1, "0123456789");

        at += 1 + decimals;
        digits += decimals;
    }
    if (digits == 0) return false;
    if (*at == 'e' || *at == 'E') {
        at += 1 + (at[1] == '+' || at[1] == '-');
        digits = strspn(at, "0123456789");
        if (digits == 0) return false;
        at += digits;
    }
    return *at == '\0';
}

bool mct_number_parse(const char *text, double *value) {
    locale_t c_locale;
    double number;

    if (!is_decimal(text)) return false;
    c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0); /* "C" is built in: cannot fail, takes no memory */
    number = strtod_l(text, NULL, c_locale);
    freelocale(c_locale);
    if (!isfinite(number)) return false;
    *value = number;
    return true;
}

void mct_number_format(double value, char *text, size_t size) {
    const locale_t c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    const locale_t before = uselocale(c_locale);

    if (isnan(value)) {
        snprintf(text, size, ".nan");
    } else if (isinf(value)) {
        snprintf(text, size, value > 0 ? ".inf" : "-.inf");
    } else {
        for (int digits = 15; digits <= 17; digits++) {
            snprintf(text, size, "%.*g", digits, value);
            if (strtod(text, NULL) == value) break;
        }
    }
    uselocale(before);
    freelocale(c_locale);
}
