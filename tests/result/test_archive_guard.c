/* What is refused of a result file before it is read, and reading without or piece by piece. */
#include <unistd.h>

#include "result/archive_fixture.h"
#include "result/archive_hdf5.h"

TestSuite(archive_guard, .init = set_up, .fini = tear_down);

enum { LARGE = 3000000 }; /* numbers: of several pieces */

/* Statics and `extra`, count numbers that do not compress, or zeros. */
static void write_extra(const char *name, size_t count, bool zeros) {
    mct_archive *archive;
    double *extra = calloc(count, sizeof *extra);
    uint64_t seed = 1;

    for (size_t i = 0; i < count && !zeros; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        extra[i] = (double)seed;
    }
    cr_assert_eq(mct_archive_create(context, "statics", config, &archive), MCT_OK);
    cr_assert_eq(mct_archive_put_statics(context, archive, statics), MCT_OK);
    cr_assert_eq(mct_archive_put_array(context, archive, "extra", 1, &count, extra, "d\033[1m", "an array"), MCT_OK);
    cr_assert_eq(mct_archive_save(context, archive, name), MCT_OK, "%s", mct_context_error(context));
    mct_archive_destroy(archive);
    free(extra);
}

static void write_small(const char *name) {
    write_extra(name, 100, false);
}

/* A dataset `odd` of `count` elements as `properties` say, without values. */
static hid_t create_odd(hid_t file, hid_t type, hsize_t count, hid_t properties) {
    const hid_t space = H5Screate_simple(1, &count, NULL);
    const hid_t dataset = H5Dcreate2(file, "odd", type, space, H5P_DEFAULT, properties, H5P_DEFAULT);

    cr_assert_geq(dataset, 0);
    H5Sclose(space);
    return dataset;
}

/* Properties of a dataset in chunks of `chunk` elements. */
static hid_t chunked(hsize_t chunk) {
    const hid_t properties = H5Pcreate(H5P_DATASET_CREATE);

    cr_assert_geq(H5Pset_chunk(properties, 1, &chunk), 0);
    return properties;
}

/* ---- ways out of the file ----------------------------------------------------------------------------------- */

static void external_link(hid_t file) {
    cr_assert_geq(H5Lcreate_external("/etc/other.h5", "/x", file, "odd", H5P_DEFAULT, H5P_DEFAULT), 0);
}

static void soft_link(hid_t file) {
    cr_assert_geq(H5Lcreate_soft("/nowhere/x", file, "odd", H5P_DEFAULT, H5P_DEFAULT), 0);
}

static void linked_state(hid_t file) {
    cr_assert_geq(H5Lcreate_external("/etc/other.h5", "/x", file, "nonergodicity", H5P_DEFAULT, H5P_DEFAULT), 0);
}

static void external_storage(hid_t file) {
    const hid_t properties = H5Pcreate(H5P_DATASET_CREATE);

    cr_assert_geq(H5Pset_external(properties, "/etc/passwd", 0, 800), 0);
    H5Dclose(create_odd(file, H5T_NATIVE_DOUBLE, 100, properties));
    H5Pclose(properties);
}

static void virtual_dataset(hid_t file) {
    const hsize_t count = 100;
    const hid_t space = H5Screate_simple(1, &count, NULL), properties = H5Pcreate(H5P_DATASET_CREATE);

    cr_assert_geq(H5Pset_virtual(properties, space, "/etc/other.h5", "/x", space), 0);
    H5Dclose(create_odd(file, H5T_NATIVE_DOUBLE, count, properties));
    H5Pclose(properties);
    H5Sclose(space);
}

Test(archive_guard, ways_out_of_the_file_are_refused) {
    damage_file(write_small, external_link, "object odd cannot be read: it is a link to somewhere else");
    damage_file(write_small, soft_link, "object odd cannot be read: it is a link to somewhere else");
    damage_file(write_small, linked_state, "object nonergodicity cannot be read: it is a link to somewhere else");
    damage_file(write_small, external_storage, "dataset odd cannot be read: its values lie in other files");
    damage_file(write_small, virtual_dataset, "dataset odd cannot be read: its layout is none of result files");
}

/* ---- filters and types -------------------------------------------------------------------------------------- */

static void unknown_filter(hid_t file) {
    const hid_t properties = chunked(100);

    cr_assert_geq(H5Pset_filter(properties, 300, H5Z_FLAG_OPTIONAL, 0, NULL), 0);
    H5Dclose(create_odd(file, H5T_NATIVE_DOUBLE, 100, properties));
    H5Pclose(properties);
}

static void deflate_twice(hid_t file) {
    const hid_t properties = chunked(100);

    cr_assert_geq(H5Pset_deflate(properties, 1), 0);
    cr_assert_geq(H5Pset_deflate(properties, 1), 0);
    H5Dclose(create_odd(file, H5T_NATIVE_DOUBLE, 100, properties));
    H5Pclose(properties);
}

static void lists(hid_t file) {
    const hid_t type = H5Tvlen_create(H5T_NATIVE_DOUBLE);

    H5Dclose(create_odd(file, type, 100, H5P_DEFAULT));
    H5Tclose(type);
}

static void wide_numbers(hid_t file) {
    const hid_t type = H5Tcopy(H5T_NATIVE_INT);

    cr_assert_geq(H5Tset_size(type, 1 << 20), 0);
    H5Dclose(create_odd(file, type, 100, H5P_DEFAULT));
    H5Tclose(type);
}

Test(archive_guard, filters_and_types_that_are_not_ours_are_refused) {
    damage_file(write_small, unknown_filter, "dataset odd cannot be read: its filters are not those of result files");
    damage_file(write_small, deflate_twice, "dataset odd cannot be read: its filters are not those of result files");
    damage_file(write_small, lists, "dataset odd cannot be read: it has lists of variable length");
    damage_file(write_small, wide_numbers, "dataset odd cannot be read: its numbers are of no known size");
}

/* ---- sizes -------------------------------------------------------------------------------------------------- */

static const hsize_t huge = (hsize_t)1 << 31; /* numbers, 16 GB */

static void never_written(hid_t file) {
    H5Dclose(create_odd(file, H5T_NATIVE_DOUBLE, huge, H5P_DEFAULT));
}

static void chunks_never_written(hid_t file) {
    const hid_t properties = chunked(1 << 16);

    cr_assert_geq(H5Pset_deflate(properties, 9), 0);
    H5Dclose(create_odd(file, H5T_NATIVE_DOUBLE, huge, properties));
    H5Pclose(properties);
}

/* One chunk of 3 GB that is there: with 100 bytes. */
static void chunk_too_short(hid_t file) {
    const hsize_t count = (hsize_t)3 << 27, start = 0;
    const hid_t properties = chunked(count);
    const char bytes[100] = {0};
    hid_t dataset;

    cr_assert_geq(H5Pset_deflate(properties, 9), 0);
    dataset = create_odd(file, H5T_NATIVE_DOUBLE, count, properties);
    cr_assert_geq(H5Dwrite_chunk(dataset, H5P_DEFAULT, 0, &start, sizeof bytes, bytes), 0);
    H5Dclose(dataset);
    H5Pclose(properties);
}

static void chunk_beyond_the_shape(hid_t file) {
    const hsize_t count = 10, most = H5S_UNLIMITED, chunk = 1 << 20;
    const hid_t space = H5Screate_simple(1, &count, &most), properties = chunked(chunk);

    H5Dclose(H5Dcreate2(file, "odd", H5T_NATIVE_DOUBLE, space, H5P_DEFAULT, properties, H5P_DEFAULT));
    H5Pclose(properties);
    H5Sclose(space);
}

static void write_large(const char *name) {
    write_extra(name, LARGE, false);
}

/* One dataset under many names would take its memory many times. */
static void many_names(hid_t file) {
    for (int i = 0; i < 100; i++) {
        char name[32];

        snprintf(name, sizeof name, "again-%d", i);
        cr_assert_geq(H5Lcreate_hard(file, "extra", file, name, H5P_DEFAULT, H5P_DEFAULT), 0);
    }
}

Test(archive_guard, more_than_the_file_can_hold_is_refused) {
    damage_file(write_small, never_written, "dataset odd cannot be read: it claims more values than the file can hold");
    damage_file(write_small, chunks_never_written, "dataset odd cannot be read: some of its chunks are missing");
    damage_file(write_small, chunk_too_short, "dataset odd cannot be read: it claims more values than the file");
    damage_file(write_small, chunk_beyond_the_shape, "dataset odd cannot be read: its chunks are larger than it is");
    damage_file(write_large, many_names, "cannot be read: it claims more bytes than the file has");
}

static void many_datasets(hid_t file) {
    for (int i = 0; i <= 600; i++) { /* in two groups: one may have fewer */
        char name[32];

        if (i == 0) {
            H5Gclose(H5Gcreate2(file, "a", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
            H5Gclose(H5Gcreate2(file, "b", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
        }
        snprintf(name, sizeof name, "a/%d", i);
        cr_assert_geq(H5Lcreate_hard(file, "species/activity", file, name, H5P_DEFAULT, H5P_DEFAULT), 0);
        name[0] = 'b';
        cr_assert_geq(H5Lcreate_hard(file, "species/activity", file, name, H5P_DEFAULT, H5P_DEFAULT), 0);
    }
}

static void many_links(hid_t file) {
    for (int i = 0; i <= 1000; i++) {
        char name[32];

        snprintf(name, sizeof name, "%d", i);
        cr_assert_geq(H5Lcreate_hard(file, "species", file, name, H5P_DEFAULT, H5P_DEFAULT), 0);
    }
}

static void many_attributes(hid_t file) {
    const hid_t group = H5Gopen2(file, "species", H5P_DEFAULT);

    for (int i = 0; i <= 1000; i++) {
        char name[32];

        snprintf(name, sizeof name, "%d", i);
        cr_assert(mct_hdf5_put_number(group, name, i));
    }
    H5Gclose(group);
}

static void name_of_two_lines(hid_t file) {
    cr_assert_geq(H5Lcreate_hard(file, "species", file, "two\nlines", H5P_DEFAULT, H5P_DEFAULT), 0);
}

Test(archive_guard, too_many_and_nameless_objects_are_refused) {
    damage_file(write_large, many_datasets, "it has too many datasets");
    damage_file(write_small, many_links, "a group has too many entries");
    damage_file(write_small, many_attributes, "object species cannot be read: it has too many attributes");
    damage_file(write_small, name_of_two_lines, "a name cannot be read");
}

/* ---- what is read ------------------------------------------------------------------------------------------- */

Test(archive_guard, what_compresses_best_is_read) {
    mct_result *result;

    write_extra(path, LARGE, true);
    cr_assert_eq(mct_result_load(context, path, &result), MCT_OK, "%s", mct_context_error(context));
    cr_assert_eq(mct_result_dataset(result, "extra")->data[LARGE - 1], 0);
    mct_result_destroy(result);
}

Test(archive_guard, shapes_come_without_values_but_few) {
    mct_result *result;

    write_extra(path, MCT_RESULT_FEW, false);
    cr_assert_eq(mct_result_load_shapes(context, path, &result), MCT_OK, "%s", mct_context_error(context));
    cr_assert_eq(mct_result_dataset(result, "extra")->data[0], (double)7806831264735756412u);
    cr_assert_str_eq(mct_result_dataset(result, "extra")->unit, "", "what a terminal would obey is no unit");
    cr_assert_not(mct_result_dataset(result, "species/name")->numbers);
    mct_result_destroy(result);

    write_extra(path, MCT_RESULT_FEW + 1, false);
    cr_assert_eq(mct_result_load_shapes(context, path, &result), MCT_OK);
    cr_assert(mct_result_dataset(result, "extra")->numbers);
    cr_assert_null(mct_result_dataset(result, "extra")->data);
    cr_assert_eq(mct_result_dataset(result, "structure_factor")->shape[0], N);
    mct_result_destroy(result);
}

typedef struct visitor {
    size_t received, pieces;
    double sum;
    size_t limit; /* pieces, then it has enough */
} visitor;

static mct_status take(void *user, const mct_result *result, size_t dataset, size_t first, size_t count,
                       const double *values) {
    visitor *to = user;

    if (strcmp(result->datasets[dataset].name, "extra") != 0) return MCT_OK;
    if (to->pieces == to->limit) return mct_fail(context, MCT_NON_FINITE, "enough");
    cr_assert_eq(first, to->received, "in order, nothing twice");
    for (size_t i = 0; i < count; i++) to->sum += values[i];
    to->received += count;
    to->pieces++;
    return MCT_OK;
}

Test(archive_guard, a_visit_gives_all_values_in_pieces) {
    mct_result *result, *whole;
    visitor to = {.limit = 1000};
    double sum = 0;

    write_large(path);
    cr_assert_eq(mct_result_load_shapes(context, path, &result), MCT_OK);
    cr_assert_eq(mct_result_visit(context, result, take, &to), MCT_OK, "%s", mct_context_error(context));
    cr_assert_eq(to.received, LARGE);
    cr_assert_gt(to.pieces, 3);
    cr_assert_eq(mct_result_load(context, path, &whole), MCT_OK);
    for (size_t i = 0; i < LARGE; i++) sum += mct_result_dataset(whole, "extra")->data[i];
    cr_assert_eq(to.sum, sum);
    mct_result_destroy(whole);

    to = (visitor){.limit = 2};
    cr_assert_eq(mct_result_visit(context, result, take, &to), MCT_NON_FINITE);
    mct_context_interrupt(context);
    to = (visitor){.limit = 2};
    cr_assert_eq(mct_result_visit(context, result, take, &to), MCT_INTERRUPTED);
    cr_assert_eq(to.received, 0);
    mct_context_clear(context);

    write_small(path);
    cr_assert_eq(mct_result_visit(context, result, take, &to), MCT_FORMAT);
    cr_assert(strstr(mct_context_error(context), "dataset extra cannot be read: it changed meanwhile"));
    mct_result_destroy(result);
}
