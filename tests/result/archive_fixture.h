/* archive_fixture.h: a context, a configuration and statics of N wave numbers, and a folder for result files. */
#ifndef ARCHIVE_FIXTURE_H
#define ARCHIVE_FIXTURE_H

#include <criterion/criterion.h>
#include <hdf5.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apmct/apmct.h"

enum { N = 12, M = 2 };

static mct_context *context;
static mct_config *config;
static mct_statics *statics;
static char folder[64], path[128];

static void set_up(void) {
    cr_assert_eq(mct_context_create(&context), MCT_OK);
    cr_assert_eq(mct_config_create(context, &config), MCT_OK);
    cr_assert_eq(mct_config_set(context, config, "grid.points=12"), MCT_OK);
    cr_assert_eq(mct_config_set(context, config, "output.file=not-archived.h5"), MCT_OK);
    cr_assert_eq(mct_config_check(context, config), MCT_OK);
    cr_assert_eq(mct_statics_create(context, &config->grid, M, &statics), MCT_OK);
    for (size_t i = 0; i < N; i++) {
        statics->wave_number[i] = mct_grid_wave_number(&config->grid, i);
        for (size_t c = 0; c < M * M; c++) {
            statics->structure_factor[c * N + i] = 1 + (double)(100 * c + i);
            statics->direct_correlation[c * N + i] = -(double)(100 * c + i);
        }
    }
    strcpy(folder, "/tmp/apmct-archive-XXXXXX");
    cr_assert_not_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/r.h5", folder);
}

static void tear_down(void) {
    char command[128];

    mct_statics_destroy(statics);
    mct_config_destroy(config);
    mct_context_destroy(context);
    snprintf(command, sizeof command, "rm -rf %s", folder);
    cr_assert_eq(system(command), 0);
}

static inline void bad_file(const char *name, mct_status expected, const char *text) {
    mct_result *result;

    cr_assert_eq(mct_result_load(context, name, &result), expected, "%s", mct_context_error(context));
    cr_assert_null(result);
    cr_assert(strstr(mct_context_error(context), text), "%s", mct_context_error(context));
}

/* Opens the file that `write` makes, lets `damage` do its work and expects the refusal. */
static inline void damage_file(void (*write)(const char *), void (*damage)(hid_t), const char *text) {
    hid_t file;

    write(path);
    file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT);
    cr_assert_geq(file, 0);
    damage(file);
    H5Fclose(file);
    bad_file(path, MCT_FORMAT, text);
}

#endif
