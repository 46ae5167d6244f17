/* fuzz_journal.c: any bytes as the journal of a run that is to go on.
 *
 * The first byte of an input: 1: checksums are made right, so that what is behind them is reached; the second one:
 * numbers in a row.  The rest is the file.  A journal that is accepted gives its checkpoint and as many rows as it
 * says, takes another row and checkpoint, and has both when it is opened again. */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apmct/apmct.h"
#include "base/checksum.h"
#include "result/journal_internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { PREFIX = 2, ROW_MAX = 16 };

static char folder[64], result[96], path[128];

static void require(bool holds, const char *what, const mct_context *context) {
    if (holds) return;
    fprintf(stderr, "%s: %s\n", what, context ? mct_context_error(context) : "");
    abort();
}

static void remove_folder(void) {
    unlink(path);
    rmdir(folder);
}

/* In memory where there is such a file system: journals are synced. */
static void make_folder(void) {
    snprintf(folder, sizeof folder, "%s/apmct-fuzz-XXXXXX", access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    require(mkdtemp(folder) != NULL, "no folder", NULL);
    snprintf(result, sizeof result, "%s/run.h5", folder);
    snprintf(path, sizeof path, "%s.journal", result);
    atexit(remove_folder);
}

/* Record after record gets the checksums of what it holds. */
static void mend(uint8_t *file, size_t size) {
    mct_record record;

    if (size >= MCT_JOURNAL_MAGIC) memcpy(file, mct_journal_magic, MCT_JOURNAL_MAGIC);
    for (size_t at = MCT_JOURNAL_MAGIC; size >= sizeof record && at <= size - sizeof record;) {
        const size_t left = size - at - sizeof record;

        memcpy(&record, file + at, sizeof record);
        if (record.length <= left) record.checksum = mct_checksum(file + at + sizeof record, record.length, 0);
        record.own = mct_checksum(&record, offsetof(mct_record, own), 0);
        memcpy(file + at, &record, sizeof record);
        if (record.length > left) return;
        at += sizeof record + record.length;
    }
}

static void write_file(const uint8_t *data, size_t size) {
    const int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

    require(file >= 0 && write(file, data, size) == (ssize_t)size && close(file) == 0, "no journal", NULL);
}

static mct_status count_row(void *user, double time, const double *row) {
    (void)time;
    (void)row;
    ++*(size_t *)user;
    return MCT_OK;
}

static void check_rows(mct_journal *journal, const mct_context *context) {
    size_t rows = 0;

    require(mct_journal_visit(journal, count_row, &rows) == MCT_OK, "rows that were accepted", context);
    require(rows == mct_journal_rows(journal), "another number of rows", context);
}

/* Of a journal that was accepted; `head` is its own. */
static void go_on(mct_context *context, mct_journal *journal, const char *head, size_t row_length) {
    static const char state[] = "the state of a solver";
    const double row[ROW_MAX] = {1};
    const size_t size = mct_journal_state_size(journal), rows = mct_journal_rows(journal);
    char *before = malloc(size + 1), after[sizeof state];

    require(before != NULL, "no memory", NULL);
    if (size > 0) require(mct_journal_state(journal, before) == MCT_OK, "a checkpoint that was accepted", context);
    free(before);
    check_rows(journal, context);
    require(mct_journal_append(journal, 1e9, row) == MCT_OK, "no further row", context);
    require(mct_journal_checkpoint(journal, state, sizeof state) == MCT_OK, "no further checkpoint", context);
    mct_journal_close(journal);
    require(mct_journal_open(context, result, true, head, row_length, &journal) == MCT_OK, "not again", context);
    require(mct_journal_rows(journal) == rows + 1, "a row is lost", context);
    require(mct_journal_state_size(journal) == sizeof state && mct_journal_state(journal, after) == MCT_OK &&
                memcmp(state, after, sizeof state) == 0,
            "a checkpoint is lost", context);
    check_rows(journal, context);
    mct_journal_remove(journal);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const size_t row_length = size >= PREFIX ? data[1] % ROW_MAX : 0;
    mct_context *context = NULL;
    mct_journal *journal;
    uint8_t *file;
    char *head;
    mct_status status;

    if (size < PREFIX) return 0;
    if (!folder[0]) make_folder();
    file = malloc(size);
    require(file && mct_context_create(&context) == MCT_OK, "no memory", NULL);
    memcpy(file, data, size);
    if (data[0] & 1) mend(file + PREFIX, size - PREFIX);
    write_file(file + PREFIX, size - PREFIX);
    free(file);
    require(mct_journal_peek(context, result, &head) == MCT_OK, "no look at it", context);
    status = mct_journal_open(context, result, true, head ? head : "head\n", row_length, &journal);
    if (status == MCT_OK) {
        go_on(context, journal, head ? head : "head\n", row_length);
    } else {
        require(status == MCT_FORMAT || status == MCT_FILE, "a failure of another kind", context);
        require(mct_context_error(context)[0] != '\0', "no message", context);
    }
    free(head);
    mct_context_destroy(context);
    return 0;
}
