/* test_summary.c: the few numbers of a summary. */
#include <criterion/criterion.h>
#include <math.h>

#include "apmct/apmct.h"

Test(summary, of_hard_spheres) {
    mct_context *context;
    mct_config *config;
    mct_statics *statics;
    mct_statics_summary summary;
    const double phi = 0.524;
    double F[4 * 100];

    cr_assert_eq(mct_context_create(&context), MCT_OK);
    cr_assert_eq(mct_config_create(context, &config), MCT_OK);
    cr_assert_eq(mct_config_check(context, config), MCT_OK);
    cr_assert_eq(mct_statics_create(context, &config->grid, 2, &statics), MCT_OK);
    cr_assert_eq(mct_statics_compute(context, &config->structure, &config->grid, &config->mixture, statics), MCT_OK);
    summary = mct_statics_summarise(statics);
    cr_assert_float_eq(summary.peak_wave_number, 7, 1e-12);
    cr_assert_gt(summary.peak, 3);
    /* Percus and Yevick: S(0) = (1 - phi)^4 / (1 + 2 phi)^2; the parabola is good to (0.6)^4 */
    cr_assert_float_eq(summary.compressibility, pow(1 - phi, 4) / pow(1 + 2 * phi, 2), 1e-4);
    for (size_t i = 0; i < 400; i++) F[i] = statics->structure_factor[i] / 4;
    cr_assert_float_eq(mct_nonergodicity_normalised(statics, F, 1, 18), 0.25, 1e-15);
    for (size_t i = 0; i < 400; i++) statics->structure_factor[i] = 0;
    cr_assert(isnan(mct_statics_summarise(statics).peak), "no peak");
    mct_statics_destroy(statics);
    mct_config_destroy(config);
    mct_context_destroy(context);
}
