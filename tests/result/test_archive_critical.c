/* test_archive_critical.c: critical points and lines in result files, written and read. */
#include <criterion/criterion.h>
#include <hdf5.h>
#include <hdf5_hl.h>
#include <math.h>

#include "result/archive_fixture.h"

TestSuite(archive_critical, .init = set_up, .fini = tear_down);

enum { ROOTS = 2, NODES = 3 };

static double matrices[ROOTS][3][M * M * N], slopes[ROOTS][M];

/* Point `r`, numbers that tell it and its arrays apart. */
static mct_critical_point critical_point(int r, double exponent_parameter) {
    mct_critical_point point = {.found = true,
                                .packing_fraction = 0.5 + 0.1 * r,
                                .exponents = {exponent_parameter, 0.31, 0.58, 2.46},
                                .separation = 1.5,
                                .points = N,
                                .species = M,
                                .nonergodicity = matrices[r][0],
                                .right = matrices[r][1],
                                .left = matrices[r][2],
                                .slope = slopes[r]};

    for (size_t i = 0; i < M * M * N; i++) {
        for (size_t j = 0; j < 3; j++) matrices[r][j][i] = (double)(10000 * (size_t)r + 1000 * j + i);
    }
    slopes[r][0] = r + 0.25;
    slopes[r][1] = r + 0.5;
    return point;
}

static const double *data_of(const mct_result *result, const char *name, size_t rank, size_t length) {
    const mct_dataset *dataset = mct_result_dataset(result, name);

    cr_assert_not_null(dataset, "%s", name);
    cr_assert_eq(dataset->rank, rank, "%s", name);
    cr_assert_eq(dataset->shape[0], length, "%s", name);
    cr_assert_neq(dataset->description[0], '\0', "%s", name);
    return dataset->data;
}

static void write_critical(const char *name, const mct_critical_point *point) {
    mct_archive *archive;

    cr_assert_eq(mct_archive_create(context, "critical", config, &archive), MCT_OK);
    cr_assert_eq(mct_archive_put_critical(context, archive, point), MCT_ARGUMENT, "statics come first");
    cr_assert_eq(mct_archive_put_statics(context, archive, statics), MCT_OK);
    cr_assert_eq(mct_archive_put_critical(context, archive, point), MCT_OK, "%s", mct_context_error(context));
    cr_assert_eq(mct_archive_save(context, archive, name), MCT_OK);
    mct_archive_destroy(archive);
}

Test(archive_critical, a_critical_packing_fraction) {
    mct_critical_point point = critical_point(1, 0.7);
    const double factor = mct_critical_amplitude(&point);
    mct_result *result;
    const double *F, *d, *l, *amplitude;

    write_critical(path, &point);
    cr_assert_eq(mct_result_load(context, path, &result), MCT_OK, "%s", mct_context_error(context));
    cr_assert_str_eq(result->command, "critical");
    cr_assert_str_eq(result->state, "");
    cr_assert_eq(data_of(result, "packing_fraction_critical", 1, 1)[0], 0.6);
    cr_assert_eq(data_of(result, "exponent_parameter", 1, 1)[0], 0.7);
    cr_assert_eq(data_of(result, "a", 1, 1)[0], 0.31);
    cr_assert_eq(data_of(result, "b", 1, 1)[0], 0.58);
    cr_assert_eq(data_of(result, "gamma", 1, 1)[0], 2.46);
    cr_assert_eq(data_of(result, "separation", 1, 1)[0], 1.5);
    cr_assert_eq(data_of(result, "slope", 1, M)[1], 1.5);
    F = data_of(result, "nonergodicity", 3, N);
    d = data_of(result, "right_eigenvector", 3, N);
    l = data_of(result, "left_eigenvector", 3, N);
    amplitude = data_of(result, "amplitude", 3, N);
    for (size_t i = 0; i < N; i++) {
        for (size_t c = 0; c < M * M; c++) {
            cr_assert_eq(F[i * M * M + c], point.nonergodicity[c * N + i]);
            cr_assert_eq(d[i * M * M + c], point.right[c * N + i]);
            cr_assert_eq(l[i * M * M + c], point.left[c * N + i]);
            cr_assert_eq(amplitude[i * M * M + c], factor * point.right[c * N + i]);
        }
    }
    cr_assert_null(mct_result_dataset(result, "activity_critical"));
    mct_result_destroy(result);
}

Test(archive_critical, what_a_critical_point_lacks_is_left_out) {
    mct_critical_point point = critical_point(0, 1.0);
    mct_archive *archive;
    mct_result *result;

    point.exponents.a = point.exponents.b = point.exponents.gamma = NAN;
    write_critical(path, &point);
    cr_assert_eq(mct_result_load(context, path, &result), MCT_OK, "%s", mct_context_error(context));
    for (size_t i = 0; i < 4; i++) {
        cr_assert_null(mct_result_dataset(result, (const char *const[]){"amplitude", "a", "b", "gamma"}[i]));
    }
    cr_assert_eq(data_of(result, "exponent_parameter", 1, 1)[0], 1);
    mct_result_destroy(result);
    cr_assert_eq(mct_archive_create(context, "critical", config, &archive), MCT_OK);
    cr_assert_eq(mct_archive_put_statics(context, archive, statics), MCT_OK);
    point.points = N - 1;
    cr_assert_eq(mct_archive_put_critical(context, archive, &point), MCT_ARGUMENT, "another shape");
    point.points = N;
    point.found = false;
    cr_assert_eq(mct_archive_put_critical(context, archive, &point), MCT_ARGUMENT, "no point");
    mct_archive_destroy(archive);
}

/* A line with `roots` roots; the statics come first where there are any. */
static void write_line(const char *name, size_t roots) {
    static double activity[] = {1, 2, 4}, phi[] = {0.51, 0.6, 0.59}, slope[] = {0.2, 0.05, -0.01},
                  parameter[] = {0.73, 0.75, 0.72}, root[] = {1.5, 3.5};
    mct_critical_point points[ROOTS] = {critical_point(0, 0.7), critical_point(1, 0.8)};
    mct_critical_point *root_points[ROOTS] = {&points[0], &points[1]};
    const mct_critical_line line = {.count = NODES,
                                    .activity = activity,
                                    .packing_fraction = phi,
                                    .slope = slope,
                                    .exponent_parameter = parameter,
                                    .root_count = roots,
                                    .root = root,
                                    .root_point = root_points};
    mct_archive *archive;

    cr_assert_eq(mct_archive_create(context, "critical", config, &archive), MCT_OK);
    if (roots > 0) {
        cr_assert_eq(mct_archive_put_critical_line(context, archive, &line), MCT_ARGUMENT, "statics come first");
        cr_assert_eq(mct_archive_put_statics(context, archive, statics), MCT_OK);
    }
    cr_assert_eq(mct_archive_put_critical_line(context, archive, &line), MCT_OK, "%s", mct_context_error(context));
    cr_assert_eq(mct_archive_save(context, archive, name), MCT_OK);
    mct_archive_destroy(archive);
}

Test(archive_critical, a_line_with_roots) {
    mct_result *result;
    const double *roots;

    for (size_t count = 0; count <= ROOTS; count++) {
        write_line(path, count);
        cr_assert_eq(mct_result_load(context, path, &result), MCT_OK, "%s", mct_context_error(context));
        cr_assert_eq(data_of(result, "line/activity", 1, NODES)[2], 4);
        cr_assert_eq(data_of(result, "line/packing_fraction_critical", 1, NODES)[1], 0.6);
        cr_assert_eq(data_of(result, "line/slope", 1, NODES)[2], -0.01);
        cr_assert_eq(data_of(result, "line/exponent_parameter", 1, NODES)[0], 0.73);
        cr_assert_eq(!mct_result_dataset(result, "activity_critical"), count == 0);
        cr_assert_eq(!mct_result_dataset(result, "roots/nonergodicity"), count < 2, "only of several roots");
        if (count > 0) {
            cr_assert_eq(data_of(result, "activity_critical", 1, count)[0], 1.5);
            cr_assert_eq(data_of(result, "packing_fraction_critical", 1, count)[0], 0.5);
            cr_assert_eq(data_of(result, "slope", 2, count)[1], 0.5);
            cr_assert_eq(data_of(result, "right_eigenvector", 3, N)[1], matrices[0][1][N], "the first root");
        }
        mct_result_destroy(result);
    }
    cr_assert_eq(mct_result_load(context, path, &result), MCT_OK);
    roots = data_of(result, "roots/left_eigenvector", 4, ROOTS);
    cr_assert_eq(roots[(1 * N + 5) * M * M + 2], matrices[1][2][2 * N + 5]);
    cr_assert_not_null(mct_result_dataset(result, "roots/amplitude"));
    mct_result_destroy(result);
}

Test(archive_critical, scales_and_names_of_dimensions) {
    hid_t file, dataset;
    char label[32];

    write_line(path, ROOTS);
    file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    dataset = H5Dopen2(file, "roots/nonergodicity", H5P_DEFAULT);
    cr_assert_eq(H5DSget_num_scales(dataset, 0), 1, "activity_critical");
    cr_assert_eq(H5DSget_num_scales(dataset, 1), 1, "wave_number");
    cr_assert_gt(H5DSget_label(dataset, 3, label, sizeof label), 0);
    cr_assert_str_eq(label, "nu");
    H5Dclose(dataset);
    dataset = H5Dopen2(file, "line/slope", H5P_DEFAULT);
    cr_assert_eq(H5DSget_num_scales(dataset, 0), 1, "line/activity");
    H5Dclose(dataset);
    H5Fclose(file);
}

/* ---- damaged files ------------------------------------------------------------------------------------------ */

static void write_two_roots(const char *name) {
    write_line(name, ROOTS);
}

static void line_without_slopes(hid_t file) {
    H5Ldelete(file, "line/slope", H5P_DEFAULT);
}

static void one_root_too_many(hid_t file) {
    const double gamma[ROOTS + 1] = {0};
    const hsize_t shape[] = {ROOTS + 1};
    const hid_t space = H5Screate_simple(1, shape, NULL);
    hid_t dataset;

    H5Ldelete(file, "gamma", H5P_DEFAULT);
    dataset = H5Dcreate2(file, "gamma", H5T_NATIVE_DOUBLE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    H5Dwrite(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, gamma);
    H5Dclose(dataset);
    H5Sclose(space);
}

static void line_that_turns_back(hid_t file) {
    const double activity[] = {1, 2, 2};
    const hid_t dataset = H5Dopen2(file, "line/activity", H5P_DEFAULT);

    H5Dwrite(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, activity);
    H5Dclose(dataset);
}

Test(archive_critical, inconsistent_files_are_refused) {
    damage_file(write_two_roots, line_without_slopes, "a line needs line/activity, line/packing");
    damage_file(write_two_roots, one_root_too_many, "gamma must be numbers of shape [2]");
    damage_file(write_two_roots, line_that_turns_back, "line/activity must ascend");
}
