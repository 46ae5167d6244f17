/* test_archive_disk.c: result files that are built on disk; a disk that fails on the way. */
#include <criterion/criterion.h>
#include <dirent.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "result/archive_disk.h"
#include "result/archive_fixture.h"

enum { VALUES = 1 << 17 }; /* 1 MiB that compression makes no smaller */

TestSuite(archive_disk, .init = set_up, .fini = tear_down);

static int entries(void) {
    DIR *directory = opendir(folder);
    int count = 0;

    cr_assert_not_null(directory);
    while (readdir(directory)) count++;
    closedir(directory);
    return count - 2;
}

static double *make_values(void) {
    unsigned char *values = malloc(VALUES * sizeof(double));
    unsigned long long state = 1;

    cr_assert_not_null(values);
    for (size_t i = 0; i < VALUES * sizeof(double); i++) {
        state = state * 6364136223846793005ULL + 1442695040888963407ULL;
        values[i] = (unsigned char)(i % 8 == 7 ? 0x3F : state >> 56);
    }
    return (double *)values;
}

static mct_status put(mct_archive *archive, const double *values, const char *name) {
    return mct_archive_put_array(context, archive, name, 1, &(size_t){VALUES}, values, "", "values");
}

static void limit_files(rlim_t size) {
    struct rlimit limit;

    signal(SIGXFSZ, SIG_IGN);
    cr_assert_eq(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = size;
    cr_assert_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* ---- the archive ------------------------------------------------------------------------------------------------ */

Test(archive_disk, the_file_is_the_one_that_is_made_in_memory) {
    char other[160];
    double *values = make_values();
    mct_result *results[2];
    struct stat info;

    snprintf(other, sizeof other, "%s/other.h5", folder);
    for (int on_disk = 0; on_disk < 2; on_disk++) {
        const char *name = on_disk ? path : other;
        mct_archive *archive;

        cr_assert_eq(mct_archive_create_on_disk(context, "statics", config, on_disk ? path : NULL, 8 << 20, &archive),
                     MCT_OK, "%s", mct_context_error(context));
        cr_assert_eq(mct_archive_put_statics(context, archive, statics), MCT_OK);
        cr_assert_eq(put(archive, values, "values"), MCT_OK);
        cr_assert_eq(access(name, F_OK), -1, "not before it is complete");
        cr_assert_eq(mct_archive_save(context, archive, name), MCT_OK, "%s", mct_context_error(context));
        mct_archive_destroy(archive);
        cr_assert_eq(mct_result_load(context, name, &results[on_disk]), MCT_OK, "%s", mct_context_error(context));
        cr_expect_eq(memcmp(mct_result_dataset(results[on_disk], "values")->data, values, VALUES * sizeof *values), 0);
    }
    cr_assert_eq(entries(), 2);
    cr_assert_eq(results[0]->dataset_count, results[1]->dataset_count);
    for (size_t i = 0; i < results[0]->dataset_count; i++) {
        const mct_dataset *one = &results[0]->datasets[i], *two = &results[1]->datasets[i];

        cr_expect_str_eq(one->name, two->name);
        cr_expect_eq(one->rank, two->rank);
        cr_expect_eq(memcmp(one->shape, two->shape, one->rank * sizeof *one->shape), 0);
    }
    cr_assert_eq(stat(path, &info), 0);
    cr_expect_lt(info.st_blocks * 512, 4 << 20, "what was reserved is given back");
    for (int i = 0; i < 2; i++) mct_result_destroy(results[i]);
    free(values);
}

Test(archive_disk, a_full_disk_is_told_at_once_and_at_the_end) {
    double *values = make_values();
    mct_archive *archive;

    cr_assert_eq(mct_archive_create_on_disk(context, "glass", config, path, 0, &archive), MCT_OK);
    limit_files(VALUES);
    cr_expect_eq(put(archive, values, "one"), MCT_FILE);
    cr_expect(strstr(mct_context_error(context), "cannot be written: File too large"), "%s",
              mct_context_error(context));
    cr_expect_eq(put(archive, values, "two"), MCT_FILE);
    cr_expect_eq(mct_archive_save(context, archive, path), MCT_FILE);
    cr_expect(strstr(mct_context_error(context), "cannot be written: File too large"), "%s",
              mct_context_error(context));
    mct_archive_destroy(archive);
    cr_expect_eq(entries(), 0);
    cr_assert_eq(mct_archive_create_on_disk(context, "glass", config, path, 8 << 20, &archive), MCT_FILE);
    cr_assert_null(archive);
    cr_expect_eq(entries(), 0);
    free(values);
}

/* ---- the driver ------------------------------------------------------------------------------------------------- */

/* Whatever the disk takes, HDF5 reads what it wrote: it must not meet bytes that it did not write. */
Test(archive_disk, what_is_not_on_disk_is_read_back) {
    double *values = make_values(), *again = calloc(VALUES, sizeof *again);
    const hsize_t extent = VALUES;
    char name[160];

    snprintf(name, sizeof name, "%s/x", folder);
    FILE *stream = fopen(name, "w+");
    cr_assert(again && stream);
    mct_archive_disk *disk = mct_archive_disk_open(fileno(stream));
    const hid_t file = mct_archive_disk_create(disk, H5P_DEFAULT), space = H5Screate_simple(1, &extent, NULL);
    cr_assert_geq(file, 0);
    limit_files(VALUES / 2);
    for (int i = 0; i < 4; i++) {
        snprintf(name, sizeof name, "%d", i);
        values[0] = i;
        const hid_t dataset = H5Dcreate2(file, name, H5T_NATIVE_DOUBLE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
        cr_assert_geq(dataset, 0);
        cr_assert_geq(H5Dwrite(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values), 0);
        values[0] = 10 + i; /* over what has failed once */
        cr_assert_geq(H5Dwrite(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values), 0);
        cr_assert_geq(H5Dclose(dataset), 0);
    }
    cr_expect_eq(mct_archive_disk_check(context, disk, "x"), MCT_FILE);
    for (int i = 0; i < 4; i++) {
        snprintf(name, sizeof name, "%d", i);
        values[0] = 10 + i;
        const hid_t dataset = H5Dopen2(file, name, H5P_DEFAULT);
        cr_assert_geq(H5Dread(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, again), 0);
        cr_expect_eq(memcmp(values, again, VALUES * sizeof *values), 0, "dataset %d", i);
        H5Dclose(dataset);
    }
    H5Sclose(space);
    cr_expect_eq(mct_archive_disk_close(context, disk, file, "x"), MCT_FILE);
    cr_expect_eq(H5Fget_obj_count((hid_t)H5F_OBJ_ALL, H5F_OBJ_FILE), 0, "nothing is left for HDF5's end");
    fclose(stream);
    free(values);
    free(again);
}
