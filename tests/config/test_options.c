/* test_options.c: the one table, row by row. */
#include <criterion/criterion.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "apmct/apmct.h"
#include "base/number.h"
#include "base/text.h"

static const mct_option *row(const char *key) {
    size_t count;
    const mct_option *rows = mct_config_options(&count);
    const mct_option *found = mct_option_find(rows, count, key);

    cr_assert_not_null(found, "%s", key);
    return found;
}

Test(options, every_row_is_complete_and_unique) {
    const mct_option *(*const tables[])(size_t *) = {mct_config_options, mct_species_options, mct_tagged_options};

    for (size_t t = 0; t < 3; t++) {
        size_t count;
        const mct_option *rows = tables[t](&count);

        cr_assert_gt(count, 2);
        for (size_t i = 0; i < count; i++) {
            char range[512];

            mct_option_range(&rows[i], range, sizeof range);
            cr_assert_gt(strlen(range), 0, "%s", rows[i].key);
            cr_assert_not_null(rows[i].unit, "%s", rows[i].key);
            cr_assert_not_null(rows[i].help, "%s", rows[i].key);
            cr_assert_eq(mct_option_find(rows, count, rows[i].key), &rows[i], "%s", rows[i].key);
            if (rows[i].type == MCT_OPTION_CHOICE) cr_assert_not_null(rows[i].choices, "%s", rows[i].key);
        }
        cr_assert_null(mct_option_find(rows, count, "no.such.key"));
    }
}

Test(options, presets_format_back_to_themselves) {
    mct_context *context;
    mct_config *config, *copy;
    size_t count;
    const mct_option *rows = mct_config_options(&count);

    cr_assert_eq(mct_context_create(&context), MCT_OK);
    cr_assert_eq(mct_config_create(context, &config), MCT_OK);
    cr_assert_eq(mct_config_create(context, &copy), MCT_OK);
    for (size_t i = 0; i < count; i++) {
        char text[4200], again[4200];

        if (!mct_option_is_set(&rows[i], config) || rows[i].type == MCT_OPTION_NUMBERS_OR_ALL) continue;
        mct_option_format(&rows[i], config, text, sizeof text);
        cr_assert(mct_option_parse(&rows[i], text, copy), "%s = %s", rows[i].key, text);
        mct_option_format(&rows[i], copy, again, sizeof again);
        cr_assert_str_eq(text, again);
    }
    mct_config_destroy(config);
    mct_config_destroy(copy);
    mct_context_destroy(context);
}

Test(options, ranges_in_words) {
    char text[512];

    mct_option_range(row("mixture.packing_fraction"), text, sizeof text);
    cr_assert_str_eq(text, "a number in (0, 1)");
    mct_option_range(row("grid.points"), text, sizeof text);
    cr_assert_str_eq(text, "a whole number 4 ... 1048576");
    mct_option_range(row("solver.kernel"), text, sizeof text);
    cr_assert_str_eq(text, "one of auto, direct, factorized, fourier");
    mct_option_range(row("structure.closure"), text, sizeof text);
    cr_assert_str_eq(text, "percus-yevick");
    mct_option_range(row("output.correlator"), text, sizeof text);
    cr_assert_str_eq(text, "true or false");
    mct_option_range(row("output.times_per_decade"), text, sizeof text);
    cr_assert_str_eq(text, "all or a number in (0, 1000000000]");
    mct_option_range(row("critical.range"), text, sizeof text);
    cr_assert(strstr(text, "lowest, highest"));
}

Test(options, bad_texts_change_nothing) {
    static const char *const bad[] = {"",    " ",   "0.5zz", "nan", "inf", "-inf", ".inf", "1e999", "0x10", "1,5",
                                      "1 2", "--5", "1e",    ".",   "e5",  "+",    "5 ",   " 5",    "\t5"};
    mct_context *context;
    mct_config *config;

    cr_assert_eq(mct_context_create(&context), MCT_OK);
    cr_assert_eq(mct_config_create(context, &config), MCT_OK);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        cr_assert_not(mct_option_parse(row("time.until"), bad[i], config), "'%s'", bad[i]);
        cr_assert_not(mct_option_parse(row("grid.points"), bad[i], config), "'%s'", bad[i]);
        cr_assert_not(mct_option_parse(row("solver.kernel"), bad[i], config), "'%s'", bad[i]);
        cr_assert_not(mct_option_parse(row("output.correlator"), bad[i], config), "'%s'", bad[i]);
        cr_assert_not(mct_option_parse(row("solver.backend"), bad[i], config), "'%s'", bad[i]);
        cr_assert_not(mct_option_parse(row("output.wave_numbers"), bad[i], config), "'%s'", bad[i]);
    }
    cr_assert_not(mct_option_parse(row("grid.points"), "100.5", config));
    cr_assert_not(mct_option_parse(row("output.times_per_decade"), "0", config));
    cr_assert_not(mct_option_parse(row("output.file"), "a\nb", config));
    cr_assert_eq(config->grid.points, 100);
    cr_assert_eq(config->time.until, 1e10);
    cr_assert(mct_option_parse(row("grid.points"), "2e2", config));
    cr_assert_eq(config->grid.points, 200);
    cr_assert(mct_option_parse(row("output.times_per_decade"), "all", config));
    cr_assert(mct_option_parse(row("output.correlator"), "no", config));
    cr_assert_not(config->output.correlator);
    mct_config_destroy(config);
    mct_context_destroy(context);
}

Test(number, round_trips_in_the_fewest_digits) {
    const double values[] = {0.1, 1.0 / 3, 0.524, 1e-300, 5e-324, 1.7976931348623157e308, -2.5, 0, 0.1 + 0.2};
    char text[MCT_NUMBER_LENGTH];
    double back;

    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        mct_number_format(values[i], text, sizeof text);
        cr_assert(mct_number_parse(text, &back), "%s", text);
        cr_assert_eq(back, values[i], "%s", text);
    }
    mct_number_format(0.524, text, sizeof text);
    cr_assert_str_eq(text, "0.524");
    mct_number_format(NAN, text, sizeof text);
    cr_assert_str_eq(text, ".nan");
    mct_number_format(-INFINITY, text, sizeof text);
    cr_assert_str_eq(text, "-.inf");
    mct_number_format(INFINITY, text, sizeof text);
    cr_assert_str_eq(text, ".inf");
}

/* Takes effect where such a locale is installed; elsewhere the same holds trivially. */
Test(number, does_not_depend_on_the_locale) {
    char text[MCT_NUMBER_LENGTH];
    double back;

    if (!setlocale(LC_ALL, "de_DE.UTF-8")) (void)setlocale(LC_ALL, "fr_FR.UTF-8");
    cr_assert(mct_number_parse("0.5", &back));
    cr_assert_eq(back, 0.5);
    cr_assert_not(mct_number_parse("0,5", &back));
    mct_number_format(0.5, text, sizeof text);
    cr_assert_str_eq(text, "0.5");
    setlocale(LC_ALL, "C");
}

Test(text, quotes_as_json_wants_it) {
    mct_text text = {0};
    char *taken;

    mct_text_add_quoted(&text,
                        "a\"b\\c\n\x01 é € 😀 \xff \xc3 \xed\xa0\x80 \xf4\x90\x80\x80 \xe0\x80\x80 \xf0\x80\x80\x80");
    taken = mct_text_take(&text);
    cr_assert_not_null(taken);
    cr_assert(strstr(taken, "a\\\"b\\\\c\\u000A\\u0001 é € 😀 \\uFFFD \\uFFFD \\uFFFD"), "%s", taken);
    for (const char *at = taken; *at; at++) cr_assert_geq((unsigned char)*at, 0x20);
    free(taken);
}
