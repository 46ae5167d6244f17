/* test_grid.c: the wave-number grid. */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "apmct/apmct.h"

static mct_context *context;
static int warnings;

static void count(void *user, mct_message_kind kind, const char *text) {
    (void)user;
    (void)text;
    warnings += kind == MCT_MESSAGE_WARNING;
}

static void set_up(void) {
    cr_assert_eq(mct_context_create(&context), MCT_OK);
    mct_context_set_messages(context, count, NULL);
    warnings = 0;
}

static void tear_down(void) {
    mct_context_destroy(context);
}

TestSuite(grid, .init = set_up, .fini = tear_down);

static void expect_failure(mct_grid grid, const char *key) {
    cr_assert_eq(mct_grid_check(context, &grid), MCT_ARGUMENT, "%s", key);
    cr_assert(strstr(mct_context_error(context), key), "%s", mct_context_error(context));
}

Test(grid, wave_numbers_are_half_integer) {
    const mct_grid grid = mct_grid_default();

    cr_assert_eq(grid.points, 100);
    cr_assert_float_eq(mct_grid_wave_number(&grid, 0), 0.2, 1e-15);
    cr_assert_float_eq(mct_grid_wave_number(&grid, 18), 7.4, 1e-14);
    cr_assert_eq(mct_grid_check(context, &grid), MCT_OK);
    cr_assert_str_eq(mct_quadrature_name(MCT_QUADRATURE_RIEMANN), "riemann");
    cr_assert_str_eq(mct_quadrature_name(MCT_QUADRATURE_CORRECTED), "corrected");
}

Test(grid, check_names_the_key) {
    expect_failure((mct_grid){3, 0.4, MCT_QUADRATURE_RIEMANN}, "grid.points");
    expect_failure((mct_grid){1048577, 1e-4, MCT_QUADRATURE_RIEMANN}, "grid.points");
    expect_failure((mct_grid){100, 0, MCT_QUADRATURE_RIEMANN}, "grid.spacing");
    expect_failure((mct_grid){100, -0.4, MCT_QUADRATURE_RIEMANN}, "grid.spacing");
    expect_failure((mct_grid){100, NAN, MCT_QUADRATURE_RIEMANN}, "grid.spacing");
    expect_failure((mct_grid){100, INFINITY, MCT_QUADRATURE_RIEMANN}, "grid.spacing");
    expect_failure((mct_grid){100, 100.1, MCT_QUADRATURE_RIEMANN}, "grid.spacing");
    expect_failure((mct_grid){100, 0.4, (mct_quadrature)7}, "grid.quadrature");
}

Test(grid, limits_themselves_are_allowed) {
    const mct_grid least = {4, 2500, MCT_QUADRATURE_RIEMANN}, most = {1048576, 1e-3, MCT_QUADRATURE_RIEMANN};

    cr_assert_eq(mct_grid_check(context, &least), MCT_OK);
    cr_assert_eq(mct_grid_check(context, &most), MCT_OK);
}

Test(grid, corrected_warns_above_its_spacing) {
    mct_grid grid = {100, 0.2, MCT_QUADRATURE_CORRECTED};

    cr_assert_eq(mct_grid_check(context, &grid), MCT_OK);
    cr_assert_eq(warnings, 0);
    grid.spacing = 0.21;
    cr_assert_eq(mct_grid_check(context, &grid), MCT_OK);
    cr_assert_eq(warnings, 1);
}

Test(grid, nearest_goes_up_on_ties_and_stays_on_the_grid) {
    const mct_grid grid = mct_grid_default();

    cr_assert_eq(mct_grid_nearest(&grid, 7.4), 18);
    cr_assert_eq(mct_grid_nearest(&grid, 7.2), 18, "a tie of 7.0 and 7.4");
    cr_assert_eq(mct_grid_nearest(&grid, 7.199), 17);
    cr_assert_eq(mct_grid_nearest(&grid, 7.59), 18);
    cr_assert_eq(mct_grid_nearest(&grid, 0), 0);
    cr_assert_eq(mct_grid_nearest(&grid, -3), 0);
    cr_assert_eq(mct_grid_nearest(&grid, NAN), 0);
    cr_assert_eq(mct_grid_nearest(&grid, 1e9), 99);
    cr_assert_eq(mct_grid_nearest(&grid, 40 - 1e-14), 99);
    for (size_t i = 0; i < grid.points; i++) {
        cr_assert_eq(mct_grid_nearest(&grid, mct_grid_wave_number(&grid, i)), i);
        cr_assert_eq(mct_grid_nearest(&grid, 0.4 * (double)i), i, "tie below point %zu", i);
    }
}
