/* summary.h: the few numbers that a person wants to see of an array. */
#ifndef APMCT_SUMMARY_H
#define APMCT_SUMMARY_H

#include "apmct/statics.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct mct_statics_summary {
    double compressibility;  /* S(k -> 0) of all particles = rho kB T kappa, from the two lowest wave numbers */
    double peak_wave_number; /* grid point of the first maximum of the total S(k), 1/d; NaN if there is none */
    double peak;             /* total S there */
} mct_statics_summary;

/* Total structure factor sum_mn sqrt(x_m x_n) S_mn at grid point i. */
double mct_statics_total(const mct_statics *statics, size_t i);

mct_statics_summary mct_statics_summarise(const mct_statics *statics);

/* f_mu(k_i) = F_mumu / S_mumu of nonergodicity parameters F[m*m][N], borrowed. */
double mct_nonergodicity_normalised(const mct_statics *statics, const double *F, size_t species, size_t i);

#ifdef __cplusplus
}
#endif
#endif
