/* test_journal.c: journals: what is appended is read back; torn, damaged, foreign and busy ones. */
#include <criterion/criterion.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "apmct/apmct.h"
#include "base/checksum.h"

enum { LENGTH = 5 };

static const char head[] = "program_version: 1\ngrid:\n  points: 100\n  spacing: 0.4\ntime:\n  order: 5\n";

static mct_context *context;
static char folder[64], result[96], path[128];

static void set_up(void) {
    cr_assert_eq(mct_context_create(&context), MCT_OK);
    strcpy(folder, "/tmp/apmct-journal-XXXXXX");
    cr_assert_not_null(mkdtemp(folder));
    snprintf(result, sizeof result, "%s/r.h5", folder);
    snprintf(path, sizeof path, "%s.journal", result);
}

static void tear_down(void) {
    char command[128];

    mct_context_destroy(context);
    snprintf(command, sizeof command, "rm -rf %s", folder);
    cr_assert_eq(system(command), 0);
}

TestSuite(journal, .init = set_up, .fini = tear_down);

/* ---- what the tests share ------------------------------------------------------------------------------------- */

static mct_journal *open_journal(bool resume) {
    mct_journal *journal;

    cr_assert_eq(mct_journal_open(context, result, resume, head, LENGTH, &journal), MCT_OK, "%s",
                 mct_context_error(context));
    return journal;
}

static void expect_failure(bool resume, const char *with_head, mct_status expected, const char *text) {
    mct_journal *journal;

    cr_assert_eq(mct_journal_open(context, result, resume, with_head, LENGTH, &journal), expected, "%s",
                 mct_context_error(context));
    cr_assert_null(journal);
    cr_assert(strstr(mct_context_error(context), text), "%s", mct_context_error(context));
}

static void append(mct_journal *journal, size_t from, size_t to) {
    double row[LENGTH];

    for (size_t i = from; i < to; i++) {
        for (size_t j = 0; j < LENGTH; j++) row[j] = (double)(10 * i + j);
        cr_assert_eq(mct_journal_append(journal, (double)i, row), MCT_OK);
    }
}

static size_t next; /* the row that is expected */

static mct_status check_row(void *user, double time, const double *row) {
    (void)user;
    cr_assert_eq(time, (double)next);
    for (size_t j = 0; j < LENGTH; j++) cr_assert_eq(row[j], (double)(10 * next + j));
    next++;
    return MCT_OK;
}

static void expect_rows(mct_journal *journal, size_t count) {
    next = 0;
    cr_assert_eq(mct_journal_visit(journal, check_row, NULL), MCT_OK, "%s", mct_context_error(context));
    cr_assert_eq(next, count);
    cr_assert_eq(mct_journal_rows(journal), count);
    cr_assert(count == 0 ? isnan(mct_journal_last_time(journal))
                         : mct_journal_last_time(journal) == (double)(count - 1));
}

static void expect_state(mct_journal *journal, const char *text) {
    char state[64] = "";

    cr_assert_eq(mct_journal_state_size(journal), strlen(text));
    if (!text[0]) return;
    cr_assert_eq(mct_journal_state(journal, state), MCT_OK);
    cr_assert_str_eq(state, text);
}

static off_t size_of_file(void) {
    struct stat info;

    cr_assert_eq(stat(path, &info), 0);
    return info.st_size;
}

/* Three rows and "first", three more and "second", two rows that no checkpoint has. */
static void write_journal(void) {
    mct_journal *journal = open_journal(false);

    append(journal, 0, 3);
    cr_assert_eq(mct_journal_checkpoint(journal, "first", 5), MCT_OK);
    append(journal, 3, 6);
    cr_assert_eq(mct_journal_checkpoint(journal, "second", 6), MCT_OK);
    append(journal, 6, 8);
    expect_rows(journal, 8);
    mct_journal_close(journal);
}

/* ---- tests -------------------------------------------------------------------------------------------------- */

Test(journal, checksum_is_the_common_one) {
    const char *text = "123456789";

    cr_assert_eq(mct_checksum(text, 9, 0), 0xCBF43926);
    cr_assert_eq(mct_checksum(text + 4, 5, mct_checksum(text, 4, 0)), 0xCBF43926);
    cr_assert_eq(mct_checksum("The quick brown fox jumps over the lazy dog", 43, 0), 0x414FA339);
    cr_assert_eq(mct_checksum("", 0, 0), 0);
}

Test(journal, resumed_ends_with_its_last_checkpoint) {
    mct_journal *journal;
    char *text;

    write_journal();
    cr_assert_eq(mct_journal_peek(context, result, &text), MCT_OK);
    cr_assert_str_eq(text, head);
    free(text);
    journal = open_journal(true);
    cr_assert_str_eq(mct_journal_path(journal), path);
    cr_assert_eq(mct_journal_row_length(journal), LENGTH);
    expect_rows(journal, 6);
    expect_state(journal, "second");
    append(journal, 6, 20);
    cr_assert_eq(mct_journal_checkpoint(journal, "third", 5), MCT_OK);
    expect_rows(journal, 20);
    mct_journal_close(journal);
    journal = open_journal(true);
    expect_rows(journal, 20);
    expect_state(journal, "third");
    mct_journal_remove(journal);
    cr_assert_neq(access(path, F_OK), 0);
    cr_assert_eq(mct_journal_peek(context, result, &text), MCT_OK);
    cr_assert_null(text);
}

/* Cut at every byte: what comes back is one of the states that were on disk. */
Test(journal, torn_anywhere) {
    off_t whole;
    char copy[160], command[400];

    write_journal();
    whole = size_of_file();
    snprintf(copy, sizeof copy, "%s.copy", path);
    cr_assert_eq(rename(path, copy), 0);
    for (off_t size = 0; size <= whole; size++) {
        mct_journal *journal;
        size_t rows;

        snprintf(command, sizeof command, "cp %s %s", copy, path);
        cr_assert_eq(system(command), 0);
        cr_assert_eq(truncate(path, size), 0);
        journal = open_journal(true);
        rows = mct_journal_rows(journal);
        cr_assert(rows == 0 || rows == 6 || rows == 3, "%zu rows of %ld bytes", rows, (long)size);
        expect_rows(journal, rows);
        if (rows == 0) expect_state(journal, "");
        if (rows == 6) expect_state(journal, "second");
        append(journal, rows, rows + 2);
        expect_rows(journal, rows + 2);
        mct_journal_close(journal);
    }
}

/* A damaged byte in a row: the journal ends before it. */
Test(journal, damaged) {
    mct_journal *journal;
    FILE *file;

    write_journal();
    file = fopen(path, "r+");
    cr_assert_not_null(file);
    fseek(file, -100, SEEK_END);
    fputc(0x55, file);
    fclose(file);
    journal = open_journal(true);
    cr_assert_leq(mct_journal_rows(journal), 6);
    mct_journal_close(journal);
}

Test(journal, foreign) {
    char other[sizeof head];
    FILE *file;

    write_journal();
    expect_failure(false, head, MCT_FILE, "--resume");
    cr_assert_eq(mct_journal_check(context, result), MCT_FILE);
    strcpy(other, head);
    memcpy(strstr(other, "100"), "128", 3);
    expect_failure(true, other, MCT_FORMAT, "grid: \"points: 100\" there, \"points: 128\" here");
    expect_failure(true, "program_version: 2\n", MCT_FORMAT, "another run, \"program_version: 1\" there");
    expect_failure(true, "program_version: 1\n", MCT_FORMAT, "\"grid:\" there, \"\" here");
    file = fopen(path, "w");
    fputs("my diary", file);
    fclose(file);
    expect_failure(true, head, MCT_FORMAT, "not a journal");
    cr_assert_eq(size_of_file(), 8, "somebody's file is left alone");
    cr_assert_eq(unlink(path), 0);
    cr_assert_eq(mct_journal_check(context, result), MCT_OK);
    snprintf(result, sizeof result, "/no/such/folder/r.h5");
    expect_failure(false, head, MCT_FILE, "/no/such/folder/r.h5");
    snprintf(result, sizeof result, "%s", folder);
    expect_failure(false, head, MCT_FILE, "folder");
}

Test(journal, one_at_a_time) {
    mct_journal *journal = open_journal(false);

    expect_failure(false, head, MCT_FILE, "another run");
    expect_failure(true, head, MCT_FILE, "another run");
    cr_assert_eq(mct_journal_check(context, result), MCT_FILE);
    mct_journal_remove(journal);
    mct_journal_close(open_journal(false));
}

Test(journal, resume_without_one_begins) {
    mct_journal *journal = open_journal(true);

    expect_rows(journal, 0);
    expect_state(journal, "");
    mct_journal_close(journal);
}

/* A full disk: an error, and the last checkpoint is still there. */
Test(journal, full_disk) {
    mct_journal *journal = open_journal(false);
    struct rlimit limit = {4096, RLIM_INFINITY};
    char large[8192] = "";
    double row[LENGTH] = {0};

    signal(SIGXFSZ, SIG_IGN);
    append(journal, 0, 3);
    cr_assert_eq(mct_journal_checkpoint(journal, "first", 5), MCT_OK);
    append(journal, 3, 9);
    cr_assert_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
    cr_assert_eq(mct_journal_checkpoint(journal, large, sizeof large), MCT_FILE);
    cr_assert(strstr(mct_context_error(context), "cannot be written: File too large"), "%s",
              mct_context_error(context));
    cr_assert_eq(mct_journal_append(journal, 9, row), MCT_FILE, "nothing more after a failure");
    expect_state(journal, "first");
    mct_journal_close(journal);
    limit.rlim_cur = RLIM_INFINITY;
    cr_assert_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
    journal = open_journal(true);
    expect_rows(journal, 3);
    expect_state(journal, "first");
    mct_journal_close(journal);
}

/* Large rows and states do not go through the buffer. */
Test(journal, large_records) {
    enum { LARGE = 400000 };
    double *row = malloc(LARGE * sizeof *row);
    mct_journal *journal;

    cr_assert_not_null(row);
    for (size_t i = 0; i < LARGE; i++) row[i] = (double)i;
    cr_assert_eq(mct_journal_open(context, result, false, head, LARGE, &journal), MCT_OK);
    cr_assert_eq(mct_journal_append(journal, 1, row), MCT_OK);
    cr_assert_eq(mct_journal_append(journal, 2, row), MCT_OK);
    for (int i = 0; i < 3; i++) cr_assert_eq(mct_journal_checkpoint(journal, row, LARGE * sizeof *row), MCT_OK);
    mct_journal_close(journal);
    cr_assert_eq(mct_journal_open(context, result, true, head, LARGE, &journal), MCT_OK);
    cr_assert_eq(mct_journal_rows(journal), 2);
    memset(row, 0, LARGE * sizeof *row);
    cr_assert_eq(mct_journal_state_size(journal), LARGE * sizeof *row);
    cr_assert_eq(mct_journal_state(journal, row), MCT_OK);
    for (size_t i = 0; i < LARGE; i++) cr_assert_eq(row[i], (double)i);
    mct_journal_remove(journal);
    free(row);
}

/* ---- what is stored ----------------------------------------------------------------------------------------- */

Test(journal, stored_wave_numbers) {
    mct_grid grid = mct_grid_default();
    double values[] = {7.4, 3.4, 7.5, 100};
    mct_output_options output = {.correlator = true, .wave_numbers = {4, values}};
    size_t points[100];

    cr_assert_eq(mct_output_points(&output, &grid, points), 3);
    cr_assert_eq(points[0], 8);
    cr_assert_eq(points[1], 18);
    cr_assert_eq(points[2], 99);
    output.wave_numbers.count = 0;
    cr_assert_eq(mct_output_points(&output, &grid, points), 100);
    cr_assert_eq(points[99], 99);
    output.correlator = false;
    cr_assert_eq(mct_output_points(&output, &grid, NULL), 0);
}

static mct_status count_row(void *user, double time, const double *row) {
    (void)time, (void)row;
    ++*(size_t *)user;
    return MCT_OK;
}

Test(journal, times_are_thinned) {
    mct_grid grid = mct_grid_default();
    double value = 7.4, phi[100];
    mct_output_options output = {.correlator = true, .wave_numbers = {1, &value}, .times_per_decade = 5};
    mct_journal *journal;
    mct_recorder *recorder;
    size_t count = 0;

    for (size_t i = 0; i < 100; i++) phi[i] = (double)i;
    cr_assert_eq(mct_journal_open(context, result, false, head, 1, &journal), MCT_OK);
    cr_assert_eq(mct_recorder_create(context, &output, &grid, 1, 0, journal, &recorder), MCT_OK);
    cr_assert_eq(mct_recorder_sink(recorder, 0, 0, phi), MCT_OK);
    for (int i = 0; i < 301; i++) cr_assert_eq(mct_recorder_sink(recorder, 0, pow(10, i / 100.0), phi), MCT_OK);
    cr_assert_eq(mct_recorder_sink(recorder, 1, 1e6, phi), MCT_OK, "another point");
    cr_assert_eq(mct_journal_rows(journal), 1 + 16);
    cr_assert_eq(mct_journal_visit(journal, count_row, &count), MCT_OK);
    cr_assert_eq(count, 17);
    mct_recorder_destroy(recorder);
    mct_journal_remove(journal);
}
