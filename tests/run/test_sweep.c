/* test_sweep.c: tables of sweeps: values, their order in the file and in computing, what is refused; rows of points. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apmct/apmct.h"
#include "reference/support.h"

static mct_config *config_of(mct_context *context, const char *text) {
    mct_config *config = NULL;
    cr_assert_eq(mct_config_create(context, &config), MCT_OK);
    cr_assert_eq(mct_config_parse(context, config, "t.yaml", text, strlen(text)), MCT_OK, "%s",
                 mct_context_error(context));
    cr_assert_eq(mct_config_check(context, config), MCT_OK, "%s", mct_context_error(context));
    return config;
}

static mct_sweep_table *table_of(mct_context *context, const mct_config *config) {
    mct_sweep_table *table = NULL;
    cr_assert_eq(mct_sweep_table_create(context, config, &table), MCT_OK, "%s", mct_context_error(context));
    return table;
}

Test(sweep, the_last_key_varies_fastest_and_zip_goes_together) {
    mct_context *context = support_context(1);
    mct_config *config = config_of(context, "sweep: {command: glass, zip: {grid.points: [50, 100], grid.spacing: [0.8, "
                                            "0.4]}, over: {mixture.packing_fraction: {from: 0.1, to: 0.4, points: 4}, "
                                            "mixture.species.0.activity: {from: 1, to: 100, points: 3, scale: log}}}");
    mct_sweep_table *table = table_of(context, config);
    cr_assert_eq(mct_sweep_table_points(table), 24);
    cr_assert_eq(mct_sweep_table_keys(table), 4);
    const char *phi[] = {"0.1", "0.2", "0.3", "0.4"}, *lambda[] = {"1", "10", "100"}, *points[] = {"50", "100"};
    for (size_t p = 0; p < 24; p++) {
        cr_expect_str_eq(mct_sweep_table_value(table, p, 0), points[p / 12]);
        cr_expect_str_eq(mct_sweep_table_value(table, p, 1), p < 12 ? "0.8" : "0.4");
        cr_expect_str_eq(mct_sweep_table_value(table, p, 2), phi[p / 3 % 4]);
        cr_expect_str_eq(mct_sweep_table_value(table, p, 3), lambda[p % 3]);
    }
    mct_config *copy = NULL;
    cr_assert_eq(mct_config_copy(context, config, &copy), MCT_OK);
    cr_assert_eq(mct_sweep_table_apply(context, table, 13, copy), MCT_OK);
    cr_expect(copy->grid.points == 100 && copy->mixture.packing_fraction == 0.1 &&
              copy->mixture.species[0].activity == 10);
    cr_expect(mct_sweep_table_varies(table, "grid.") && !mct_sweep_table_varies(table, "time."));
    mct_config_destroy(copy);
    mct_sweep_table_destroy(table);
    mct_config_destroy(config);
    mct_context_destroy(context);
}

/* Every point once; from one to the next a single key moves, by one of its values; the activity moves most often. */
Test(sweep, computing_goes_back_and_forth) {
    mct_context *context = support_context(1);
    mct_config *config = config_of(
        context, "sweep: {command: critical, over: {mixture.species.0.activity: [1, 2, 3], "
                 "mixture.packing_fraction: [0.1, 0.2, 0.3, 0.4], mixture.species.0.diffusivity: [1, 2, 3]}}");
    mct_sweep_table *table = table_of(context, config);
    const size_t P = mct_sweep_table_points(table);
    bool seen[36] = {false};
    size_t activity_moves = 0;
    cr_assert_eq(P, 36);
    for (size_t place = 0; place < P; place++) {
        const size_t point = mct_sweep_table_at(table, place);
        cr_assert(point < P && !seen[point]);
        seen[point] = true;
        if (place == 0) continue;
        const size_t before = mct_sweep_table_at(table, place - 1);
        const size_t digits[2][3] = {{point / 12, point / 3 % 4, point % 3}, {before / 12, before / 3 % 4, before % 3}};
        size_t moves = 0;
        for (size_t d = 0; d < 3; d++) {
            const size_t step = digits[0][d] > digits[1][d] ? digits[0][d] - digits[1][d] : digits[1][d] - digits[0][d];
            cr_expect(step <= 1);
            moves += step;
        }
        cr_expect_eq(moves, 1, "place %zu", place);
        activity_moves += digits[0][0] != digits[1][0];
    }
    cr_expect_eq(activity_moves, 24, "two of three steps");
    mct_sweep_table_destroy(table);
    mct_config_destroy(config);
    mct_context_destroy(context);
}

Test(sweep, what_is_too_large_is_refused_with_its_size) {
    mct_context *context = support_context(1);
    mct_config *config = config_of(
        context, "sweep: {command: glass, over: {mixture.packing_fraction: {from: 0.1, to: 0.5, points: 10000}, "
                 "mixture.species.0.activity: {from: 1, to: 5, points: 10000}}}");
    mct_sweep_table *table = NULL;
    cr_expect_eq(mct_sweep_table_create(context, config, &table), MCT_CONFIG);
    cr_expect(strstr(mct_context_error(context), "1e+08 points; at most 10000000"), "%s", mct_context_error(context));
    cr_expect_null(table);
    mct_config_destroy(config);
    mct_context_destroy(context);
}

/* An interruption reaches the threads' contexts; what was finished is kept, no point is half done. */
Test(sweep, rows_are_whole_or_absent) {
    mct_context *context = support_context(2);
    mct_config *config =
        config_of(context, "grid: {points: 40, spacing: 0.8}\nsweep: {command: glass, over: {mixture.packing_fraction: "
                           "{from: 0.3, to: 0.6, points: 30}}}");
    mct_sweep *sweep = NULL;
    cr_assert_eq(mct_sweep_create(context, config, &(mct_sweep_options){0}, &sweep), MCT_OK);
    mct_context_interrupt(context);
    cr_expect_eq(mct_sweep_run(sweep), MCT_INTERRUPTED);
    size_t failed;
    cr_expect_eq(mct_sweep_done(sweep, &failed), 0);
    mct_sweep_destroy(sweep);
    mct_context_clear(context);
    cr_assert_eq(mct_sweep_create(context, config, &(mct_sweep_options){0}, &sweep), MCT_OK);
    cr_assert_eq(mct_sweep_run(sweep), MCT_OK, "%s", mct_context_error(context));
    cr_expect_eq(mct_sweep_done(sweep, &failed), 30);
    cr_expect_eq(failed, 0);
    size_t count, glasses = 0;
    const mct_table_column *columns = mct_sweep_columns(sweep, &count);
    for (size_t p = 0; p < 30; p++) {
        const double *row = mct_sweep_row(sweep, p);
        cr_assert_not_null(row);
        cr_expect_str_eq(columns[0].name, "state");
        glasses += row[columns[0].offset] > 0;
        cr_expect(p < 29 || row[columns[0].offset] > 0, "0.6 is a glass");
        cr_expect(glasses == 0 || row[columns[0].offset] > 0, "glass from phi_c on: point %zu", p);
    }
    cr_expect(glasses > 3 && glasses < 27);
    mct_sweep_destroy(sweep);
    mct_config_destroy(config);
    mct_context_destroy(context);
}

static char told[4][1024];
static size_t told_count;

static void hear(void *user, mct_message_kind kind, const char *text) {
    (void)user;
    if (kind == MCT_MESSAGE_WARNING && told_count < 4) snprintf(told[told_count++], sizeof told[0], "%s", text);
}

static void expect_warnings(const mct_sweep *sweep) {
    for (size_t p = 0; p < 4; p++) {
        const char *first = mct_sweep_point_warning(sweep, p, 0);
        if (p % 2 == 0) {
            cr_expect_null(first, "point %zu: %s", p, first);
            continue;
        }
        cr_assert_not_null(first, "point %zu", p);
        cr_expect(strstr(first, p == 1 ? "3.8/d, below the main peak" : "1.4/d, below the main peak"), "%s", first);
        cr_expect(strstr(mct_sweep_point_warning(sweep, p, 1), "output.wave_number = 7.4 lies beyond"));
        cr_expect_null(mct_sweep_point_warning(sweep, p, 2), "each once");
    }
}

/* The first run tells and keeps them; the second finds all of them in the journal. */
Test(sweep, warnings_belong_to_their_points_and_survive_in_the_journal) {
    char file[] = "/tmp/apmct-sweep-XXXXXX";
    const int handle = mkstemp(file);
    cr_assert(handle >= 0);
    close(handle);
    const mct_sweep_options options[] = {{.journal = file}, {.journal = file, .resume = true}};
    for (size_t run = 0; run < 2; run++) {
        mct_context *context = support_context(2);
        mct_config *config = config_of(context, "grid: {points: 4}\nsweep: {command: glass, over: {grid.points: [100, "
                                                "10, 50, 4]}}");
        mct_sweep *sweep = NULL;
        told_count = 0;
        mct_context_set_messages(context, hear, NULL);
        cr_assert_eq(mct_sweep_create(context, config, &options[run], &sweep), MCT_OK);
        cr_expect_eq(mct_sweep_run(sweep), MCT_OK, "%s", mct_context_error(context));
        expect_warnings(sweep);
        cr_assert_eq(told_count, 2, "run %zu: each kind once", run);
        cr_expect_eq(strncmp(told[0], "2 points, the first: grid.points = 10 with", 42), 0, "%s", told[0]);
        cr_expect_eq(strncmp(told[1], "2 points, the first: output.wave_number = 7.4", 45), 0, "%s", told[1]);
        if (run == 1) mct_sweep_remove_journal(sweep);
        mct_sweep_destroy(sweep);
        mct_config_destroy(config);
        mct_context_destroy(context);
    }
    unlink(file);
}
