/* test_archive.c: result files, written and read; what is no result file. */
#include <criterion/criterion.h>
#include <dirent.h>
#include <fcntl.h>
#include <hdf5.h>
#include <limits.h>
#include <math.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file_aside.h"
#include "result/archive_fixture.h"
#include "result/archive_hdf5.h"

TestSuite(archive, .init = set_up, .fini = tear_down);

/* Number of entries of the folder: a temporary file left behind is one too many. */
static int entries(void) {
    DIR *directory = opendir(folder);
    int count = 0;

    cr_assert_not_null(directory);
    while (readdir(directory)) count++;
    closedir(directory);
    return count - 2;
}

static void write_glass(const char *name) {
    mct_archive *archive;
    double F[M * M * N];
    const mct_glass_result result = {
        .state = MCT_GLASS, .residual = 1e-13, .eigenvalue = 0.5, .packing_fraction_critical = NAN};

    for (size_t i = 0; i < M * M * N; i++) F[i] = statics->structure_factor[i] / 2;
    cr_assert_eq(mct_archive_create(context, "glass", config, &archive), MCT_OK, "%s", mct_context_error(context));
    cr_assert_eq(mct_archive_put_glass(context, archive, F, &result), MCT_ARGUMENT, "statics come first");
    cr_assert_eq(mct_archive_put_statics(context, archive, statics), MCT_OK, "%s", mct_context_error(context));
    cr_assert_eq(mct_archive_put_glass(context, archive, F, &result), MCT_OK, "%s", mct_context_error(context));
    cr_assert_eq(mct_archive_save(context, archive, name), MCT_OK, "%s", mct_context_error(context));
    mct_archive_destroy(archive);
}

/* ---- good files --------------------------------------------------------------------------------------------- */

static char *attribute_text(hid_t object, const char *name) {
    char *text;
    cr_assert_eq(mct_hdf5_get_text(object, name, &text), MCT_OK);
    return text;
}

Test(archive, what_is_written_is_read) {
    mct_result *result;
    const mct_dataset *S, *F, *k;

    write_glass(path);
    cr_assert_eq(entries(), 1);
    cr_assert_eq(mct_result_load(context, path, &result), MCT_OK, "%s", mct_context_error(context));
    cr_assert_str_eq(result->command, "glass");
    cr_assert_str_eq(result->version, mct_version());
    cr_assert_str_eq(result->state, "glass");
    cr_assert_eq(result->config->grid.points, N);
    cr_assert_str_eq(result->config->output.file, "");
    cr_assert_null(strstr(result->config_text, "not-archived"));
    k = mct_result_dataset(result, "wave_number");
    S = mct_result_dataset(result, "structure_factor");
    F = mct_result_dataset(result, "nonergodicity");
    cr_assert(k && S && F);
    cr_assert_null(mct_result_dataset(result, "time"));
    cr_assert_str_eq(k->unit, "1/d");
    cr_assert_eq(k->data[3], statics->wave_number[3]);
    cr_assert_eq(S->rank, 3);
    cr_assert_eq(S->shape[0], N);
    cr_assert_eq(S->shape[2], M);
    for (size_t i = 0; i < N; i++) {
        for (size_t c = 0; c < M * M; c++) {
            cr_assert_eq(S->data[i * M * M + c], statics->structure_factor[c * N + i]);
            cr_assert_eq(F->data[i * M * M + c], statics->structure_factor[c * N + i] / 2);
        }
    }
    cr_assert_not_null(mct_result_dataset(result, "species/activity"));
    cr_assert_eq(mct_result_dataset(result, "species/activity")->data[0], 1.05);
    cr_assert_null(mct_result_dataset(result, "species/name")->data, "text has no numbers");
    mct_result_destroy(result);
}

Test(archive, is_self_describing) {
    hid_t file, object;
    double number;
    char *text;

    write_glass(path);
    file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    cr_assert_geq(file, 0);
    cr_assert_str_eq(text = attribute_text(file, "format"), "apmct");
    free(text);
    cr_assert_not_null(text = attribute_text(file, "normalisation"));
    free(text);
    cr_assert_not_null(text = attribute_text(file, "units"));
    free(text);
    cr_assert(mct_hdf5_get_number(file, "format_version", &number));
    cr_assert_eq(number, MCT_ARCHIVE_FORMAT_VERSION);
    cr_assert_not(mct_hdf5_get_number(file, "nothing", &number));
    object = H5Gopen2(file, "config", H5P_DEFAULT);
    cr_assert(mct_hdf5_get_number(object, "mixture.packing_fraction", &number));
    cr_assert_eq(number, 0.524);
    cr_assert(mct_hdf5_get_number(object, "grid.points", &number));
    cr_assert_eq(number, N);
    cr_assert_str_eq(text = attribute_text(object, "mixture.species.1.name"), "passive");
    free(text);
    H5Gclose(object);
    object = H5Dopen2(file, "nonergodicity", H5P_DEFAULT);
    cr_assert(mct_hdf5_get_number(object, "residual", &number));
    cr_assert_not(mct_hdf5_get_number(object, "packing_fraction_critical", &number), "not finite: left out");
    cr_assert_gt(H5Aexists(object, "DIMENSION_LIST"), 0);
    H5Dclose(object);
    H5Fclose(file);
}

Test(archive, equal_results_are_equal_files) {
    char other[160], command[512];

    write_glass(path);
    sleep(1); /* a date in the file would differ now */
    snprintf(other, sizeof other, "%s/other.h5", folder);
    write_glass(other);
    snprintf(command, sizeof command, "cmp -s %s %s", path, other);
    cr_assert_eq(system(command), 0);
}

Test(archive, further_arrays_and_their_limits) {
    const size_t shape[] = {2, 3}, empty[] = {0};
    const double data[] = {1, 2, 3, 4, 5, 6};
    mct_archive *archive;
    mct_result *result;

    cr_assert_eq(mct_archive_create(context, "statics", config, &archive), MCT_OK);
    cr_assert_eq(mct_archive_put_array(context, archive, "extra", 2, shape, data, "D0", "an array"), MCT_OK);
    cr_assert_eq(mct_archive_put_array(context, archive, "extra", 2, shape, data, "", ""), MCT_FILE, "twice");
    cr_assert_eq(mct_archive_put_array(context, archive, "folder/extra", 2, shape, data, "", ""), MCT_OK);
    cr_assert_eq(mct_archive_put_array(context, archive, "rank", 0, shape, data, "", ""), MCT_ARGUMENT);
    cr_assert_eq(mct_archive_put_array(context, archive, "rank", 9, shape, data, "", ""), MCT_ARGUMENT);
    cr_assert_eq(mct_archive_put_array(context, archive, "empty", 1, empty, data, "", ""), MCT_ARGUMENT);
    cr_assert_eq(mct_archive_save(context, archive, path), MCT_OK);
    mct_archive_destroy(archive);
    cr_assert_eq(mct_result_load(context, path, &result), MCT_OK, "%s", mct_context_error(context));
    cr_assert_eq(mct_result_dataset(result, "extra")->data[5], 6);
    cr_assert_eq(mct_result_dataset(result, "folder/extra")->data[2], 3);
    cr_assert_str_eq(mct_result_dataset(result, "extra")->description, "an array");
    cr_assert_str_eq(result->state, "");
    mct_result_destroy(result);
    mct_result_destroy(NULL);
    mct_archive_destroy(NULL);
}

Test(archive, links_are_followed_and_files_replaced) {
    char link_path[160];
    struct stat info;

    snprintf(link_path, sizeof link_path, "%s/link.h5", folder);
    write_glass(path);
    cr_assert_eq(symlink(path, link_path), 0);
    write_glass(link_path);
    cr_assert_eq(lstat(link_path, &info), 0);
    cr_assert(S_ISLNK(info.st_mode), "the link is still one");
    cr_assert_eq(entries(), 2);
}

/* ---- names that cannot be written --------------------------------------------------------------------------- */

Test(archive, unwritable_names_are_told_before_computing) {
    char name[PATH_MAX + 100];

    cr_assert_eq(mct_archive_check_writable(context, path), MCT_OK);
    cr_assert_eq(entries(), 0, "nothing is left of the attempt");
    cr_assert_eq(mct_archive_check_writable(context, folder), MCT_FILE);
    cr_assert(strstr(mct_context_error(context), "folder"));
    cr_assert_eq(mct_archive_check_writable(context, "/dev/null"), MCT_FILE);
    cr_assert(strstr(mct_context_error(context), "device"));
    cr_assert_eq(mct_archive_check_writable(context, ""), MCT_FILE);
    cr_assert_eq(mct_archive_check_writable(context, "/no/such/folder/x.h5"), MCT_FILE);
    cr_assert(strstr(mct_context_error(context), "No such file"));
    snprintf(name, sizeof name, "%s/x/", folder);
    cr_assert_eq(mct_archive_check_writable(context, name), MCT_FILE);
    memset(name, 'a', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    cr_assert_eq(mct_archive_check_writable(context, name), MCT_FILE);
    cr_assert_eq(mct_file_write_aside(context, "/proc/x.h5", "a", 1), MCT_FILE);
}

/* ---- files that are none of ours ---------------------------------------------------------------------------- */

Test(archive, other_files_are_refused) {
    FILE *file;
    hid_t other;

    bad_file("/no/such/file.h5", MCT_FILE, "No such file");
    bad_file(folder, MCT_FILE, "not a plain file");
    file = fopen(path, "w");
    fputs("k S\n", file);
    fclose(file);
    bad_file(path, MCT_FORMAT, "not HDF5 at all");
    other = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    H5Fclose(other);
    bad_file(path, MCT_FORMAT, "some other program");
    other = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT);
    mct_hdf5_put_text(other, "format", "apmct");
    H5Fclose(other);
    bad_file(path, MCT_FORMAT, "format version");
    other = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT);
    mct_hdf5_put_integer(other, "format_version", 1);
    H5Fclose(other);
    bad_file(path, MCT_FORMAT, "is missing");
    other = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT);
    mct_hdf5_put_text(other, "command", "glass");
    mct_hdf5_put_text(other, "program_version", "0.1.0");
    mct_hdf5_put_text(other, "config", "grid: {points: 1}");
    H5Fclose(other);
    bad_file(path, MCT_FORMAT, "its configuration does not hold: config:1: grid.points");
}

static void damaged(void (*damage)(hid_t), const char *text) {
    damage_file(write_glass, damage, text);
}

static void newer(hid_t file) {
    H5Adelete(file, "format_version");
    mct_hdf5_put_integer(file, "format_version", 99);
}

static void without_wave_numbers(hid_t file) {
    H5Ldelete(file, "wave_number", H5P_DEFAULT);
}

static void other_grid(hid_t file) {
    H5Adelete(file, "config");
    mct_hdf5_put_text(file, "config", "grid: {points: 13}");
}

static void other_species(hid_t file) {
    H5Adelete(file, "config");
    mct_hdf5_put_text(file, "config", "grid: {points: 12}\nmixture: {species: [{name: a}]}");
}

static void scalar_dataset(hid_t file) {
    const hid_t space = H5Screate(H5S_SCALAR);

    H5Dclose(H5Dcreate2(file, "odd", H5T_NATIVE_DOUBLE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    H5Sclose(space);
}

static void numeric_format(hid_t file) {
    H5Adelete(file, "format");
    mct_hdf5_put_integer(file, "format", 5);
}

Test(archive, inconsistent_files_are_refused) {
    damaged(newer, "format version");
    damaged(without_wave_numbers, "structure_factor without wave_number");
    damaged(other_grid, "wave_number must be numbers of shape [13]");
    damaged(other_species, "must be numbers of shape [12][1][1]");
    damaged(scalar_dataset, "dataset odd cannot be read");
    damaged(numeric_format, "some other program");
}

Test(archive, files_cut_short_are_refused) {
    struct stat info;

    write_glass(path);
    cr_assert_eq(stat(path, &info), 0);
    for (off_t length = info.st_size - 1; length > 0; length = length * 9 / 10) {
        mct_result *result = NULL;

        cr_assert_eq(truncate(path, length), 0);
        cr_assert_eq(mct_result_load(context, path, &result), MCT_FORMAT, "%ld bytes", (long)length);
        cr_assert_null(result);
    }
}

Test(archive, fixed_length_text_is_read_too) {
    const hid_t type = H5Tcopy(H5T_C_S1), space = H5Screate(H5S_SCALAR);
    hid_t file, attribute;
    char *text;

    H5Tset_size(type, 5);
    file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    attribute = H5Acreate2(file, "format", type, space, H5P_DEFAULT, H5P_DEFAULT);
    H5Awrite(attribute, type, "apmct");
    H5Aclose(attribute);
    cr_assert_str_eq(text = attribute_text(file, "format"), "apmct");
    free(text);
    cr_assert_null(attribute_text(file, "nothing"));
    H5Sclose(space);
    H5Tclose(type);
    H5Fclose(file);
}

/* ---- threads ------------------------------------------------------------------------------------------------ */

enum { THREADS = 4, ROUNDS = 25 };

/* Writes and reads files of its own, with a context of its own; NULL where all went well, else what did not. */
static void *write_and_read(void *argument) {
    mct_context *own;
    const char *failure = NULL;
    char name[192];

    snprintf(name, sizeof name, "%s/thread-%d.h5", folder, *(const int *)argument);
    if (mct_context_create(&own) != MCT_OK) return "context";
    for (int round = 0; round < ROUNDS && !failure; round++) {
        mct_archive *archive = NULL;
        mct_result *result = NULL;

        if (mct_archive_create(own, "statics", config, &archive) != MCT_OK) {
            failure = "create";
        } else if (mct_archive_put_statics(own, archive, statics) != MCT_OK) {
            failure = "put";
        } else if (mct_archive_save(own, archive, name) != MCT_OK) {
            failure = "save";
        } else if (mct_result_load(own, name, &result) != MCT_OK) {
            failure = "load";
        } else if (mct_result_dataset(result, "structure_factor")->data[0] != statics->structure_factor[0]) {
            failure = "values";
        }
        mct_result_destroy(result);
        mct_archive_destroy(archive);
    }
    mct_context_destroy(own);
    return (void *)(uintptr_t)failure;
}

Test(archive, threads_with_files_of_their_own, .timeout = 60) {
    pthread_t threads[THREADS];
    int numbers[THREADS];

    for (int i = 0; i < THREADS; i++) {
        numbers[i] = i;
        cr_assert_eq(pthread_create(&threads[i], NULL, write_and_read, &numbers[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        void *failure;

        cr_assert_eq(pthread_join(threads[i], &failure), 0);
        cr_assert_null(failure, "thread %d: %s", i, (const char *)failure);
    }
    cr_assert_eq(entries(), THREADS);
}
