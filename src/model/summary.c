/* summary.c: the few numbers that a person wants to see of an array. */
#include "apmct/summary.h"

#include <math.h>

double mct_statics_total(const mct_statics *statics, size_t i) {
    const size_t m = statics->species, N = statics->points;
    double total = 0;

    for (size_t mu = 0; mu < m; mu++) {
        for (size_t nu = 0; nu < m; nu++) {
            total +=
                sqrt(statics->fraction[mu] * statics->fraction[nu]) * statics->structure_factor[(mu * m + nu) * N + i];
        }
    }
    return total;
}

mct_statics_summary mct_statics_summarise(const mct_statics *statics) {
    mct_statics_summary summary = {.peak_wave_number = NAN, .peak = NAN};

    /* S is even in k: S(0) + b k^2 through k = spacing/2 and 3 spacing/2 */
    summary.compressibility = (9 * mct_statics_total(statics, 0) - mct_statics_total(statics, 1)) / 8;
    for (size_t i = 1; i + 1 < statics->points; i++) {
        const double here = mct_statics_total(statics, i);

        if (here > 1 && here >= mct_statics_total(statics, i - 1) && here > mct_statics_total(statics, i + 1)) {
            summary.peak_wave_number = statics->wave_number[i];
            summary.peak = here;
            break;
        }
    }
    return summary;
}

double mct_nonergodicity_normalised(const mct_statics *statics, const double *F, size_t species, size_t i) {
    const size_t at = (species * statics->species + species) * statics->points + i;

    return F[at] / statics->structure_factor[at];
}
