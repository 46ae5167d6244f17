/* journal.c: writing a journal, and its rows read back. */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/checksum.h"
#include "base/file_aside.h"
#include "base/need.h"
#include "result/journal_internal.h"

const char mct_journal_magic[MCT_JOURNAL_MAGIC] = "apmct journal 1\n";

/* ---- writing ------------------------------------------------------------------------------------------------ */

/* After a failure the file ends where it was whole, so that it can be resumed from there. */
static mct_status write_failure(mct_journal *journal) {
    const int why = errno;

    journal->failed = true;
    journal->buffered = 0;
    journal->end = journal->safe;
    (void)!ftruncate(journal->file, journal->safe);
    return mct_fail(journal->context, MCT_FILE, "%.300s: cannot be written: %s", journal->path, strerror(why));
}

static mct_status write_all(mct_journal *journal, const void *data, size_t size) {
    const char *at = data;

    while (size > 0) {
        const ssize_t written = pwrite(journal->file, at, size, journal->end);

        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return write_failure(journal);
        at += written;
        size -= (size_t)written;
        journal->end += written;
    }
    return MCT_OK;
}

static mct_status flush(mct_journal *journal) {
    MCT_TRY(write_all(journal, journal->buffer, journal->buffered));
    journal->buffered = 0;
    return MCT_OK;
}

static mct_status put(mct_journal *journal, const void *data, size_t size) {
    if (journal->buffered + size > MCT_JOURNAL_BUFFER) MCT_TRY(flush(journal));
    if (size > MCT_JOURNAL_BUFFER) return write_all(journal, data, size);
    memcpy(journal->buffer + journal->buffered, data, size);
    journal->buffered += size;
    return MCT_OK;
}

/* A record whose bytes are in two parts; before[8]: NULL for none. */
static mct_status put_record(mct_journal *journal, mct_record_kind kind, const double *before, const void *data,
                             size_t size) {
    const size_t first = before ? sizeof *before : 0;
    mct_record record = {.kind = (uint32_t)kind, .length = first + size};

    if (journal->failed) return mct_fail(journal->context, MCT_FILE, "%.300s: an earlier failure", journal->path);
    record.checksum = mct_checksum(data, size, before ? mct_checksum(before, first, 0) : 0);
    record.own = mct_checksum(&record, offsetof(mct_record, own), 0);
    MCT_TRY(put(journal, &record, sizeof record));
    if (before) MCT_TRY(put(journal, before, first));
    return put(journal, data, size);
}

mct_status mct_journal_append(mct_journal *journal, double time, const double *row) {
    MCT_NEED(NULL, journal);
    if (journal->row_length > 0) MCT_NEED(journal->context, row);
    MCT_TRY(put_record(journal, MCT_RECORD_ROW, &time, row, journal->row_length * sizeof *row));
    journal->rows++;
    journal->last_time = time;
    return MCT_OK;
}

mct_status mct_journal_checkpoint(mct_journal *journal, const void *state, size_t size) {
    MCT_NEED(NULL, journal);
    if (size > 0) MCT_NEED(journal->context, state);
    const mct_checkpoint before = journal->checkpoint;

    MCT_TRY(put_record(journal, MCT_RECORD_CHECKPOINT, NULL, state, size));
    MCT_TRY(flush(journal));
    if (fsync(journal->file) != 0) return write_failure(journal);
    journal->safe = journal->end;
    journal->checkpoint = (mct_checkpoint){journal->end - (off_t)size, size, journal->rows, journal->last_time};
#ifdef FALLOC_FL_PUNCH_HOLE /* where the file system can, the one before gives its room back */
    if (before.start) {
        (void)!fallocate(journal->file, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, before.start, (off_t)before.size);
    }
#else
    (void)before;
#endif
    return MCT_OK;
}

/* ---- opening ------------------------------------------------------------------------------------------------ */

static mct_status begin(mct_journal *journal, const char *head) {
    journal->end = journal->safe = 0;
    journal->rows = 0;
    journal->last_time = (double)NAN;
    if (ftruncate(journal->file, 0) != 0) return write_failure(journal);
    MCT_TRY(put(journal, mct_journal_magic, MCT_JOURNAL_MAGIC));
    MCT_TRY(put_record(journal, MCT_RECORD_HEAD, NULL, head, strlen(head)));
    MCT_TRY(flush(journal));
    journal->first = journal->safe = journal->end;
    return MCT_OK;
}

static mct_status fail_busy(const mct_journal *journal) {
    return mct_fail(journal->context, MCT_FILE, "%.300s: another run is writing this result (it holds the lock)",
                    journal->path);
}

/* Neither somebody else's file nor one that a link leads to is ever written to. */
static mct_status fail_not_own(const mct_journal *journal, const struct stat *info) {
    return mct_fail(journal->context, MCT_FILE, "%.300s: not a journal of yours: it is %s", journal->path,
                    S_ISLNK(info->st_mode)   ? "a symbolic link"
                    : S_ISREG(info->st_mode) ? "a file of another user"
                                             : "no plain file");
}

/* What stands in the way of a new journal. */
static mct_status fail_exists(const mct_journal *journal) {
    struct stat info;
    bool busy;
    int file;

    if (lstat(journal->path, &info) == 0 && !mct_file_is_own(&info)) return fail_not_own(journal, &info);
    file = open(journal->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    busy = file >= 0 && !mct_file_lock(file, LOCK_EX);
    if (file >= 0) close(file);
    if (busy) return fail_busy(journal);
    return mct_fail(journal->context, MCT_FILE,
                    "%.300s: a run that was cut off left it; add --resume to go on with that run, or delete it",
                    journal->path);
}

/* Into journal->file; O_NONBLOCK: a pipe, which is no journal, does not make us wait. */
static mct_status open_file(mct_journal *journal, bool resume) {
    const int flags = O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | (resume ? 0 : O_EXCL);
    struct stat info = {0};

    for (;;) {
        journal->file = open(journal->path, flags, 0666);
        if (journal->file < 0 && errno == EEXIST && !resume) return fail_exists(journal);
        if (journal->file < 0) {
            const int why = errno;

            if (lstat(journal->path, &info) == 0 && !mct_file_is_own(&info)) return fail_not_own(journal, &info);
            return mct_fail(journal->context, MCT_FILE, "%.300s: cannot be written: %s", journal->path, strerror(why));
        }
        if (fstat(journal->file, &info) != 0 || (resume && !mct_file_is_own(&info))) {
            return fail_not_own(journal, &info);
        }
        if (!mct_file_lock(journal->file, LOCK_EX)) return fail_busy(journal);
        if (fstat(journal->file, &info) != 0 || info.st_nlink > 0) return MCT_OK;
        close(journal->file); /* whoever had it has just finished and deleted it */
    }
}

mct_status mct_journal_check(mct_context *context, const char *result) {
    MCT_NEED(context, result);
    mct_journal journal = {.context = context, .file = -1};
    struct stat info;
    char target[PATH_MAX];

    MCT_TRY(mct_file_resolve(context, result, target));
    snprintf(journal.path, sizeof journal.path, "%s.journal", target);
    return lstat(journal.path, &info) == 0 ? fail_exists(&journal) : MCT_OK;
}

mct_status mct_journal_open(mct_context *context, const char *result, bool resume, const char *head, size_t row_length,
                            mct_journal **journal) {
    MCT_NEED(context, result, head, journal);
    mct_journal *fresh = calloc(1, sizeof *fresh);
    char target[PATH_MAX];
    bool is_new = !resume;
    mct_status status;

    *journal = NULL;
    if (fresh) fresh->buffer = malloc(MCT_JOURNAL_BUFFER);
    if (!fresh || !fresh->buffer) {
        free(fresh);
        return mct_fail(context, MCT_MEMORY, "not enough memory for a journal");
    }
    fresh->context = context;
    fresh->file = -1;
    fresh->row_length = row_length;
    fresh->last_time = (double)NAN;
    MCT_TRY_CLEANUP(mct_file_resolve(context, result, target));
    snprintf(fresh->path, sizeof fresh->path, "%s.journal", target);
    MCT_TRY_CLEANUP(open_file(fresh, resume));
    if (resume) MCT_TRY_CLEANUP(mct_journal_scan(fresh, head, &is_new));
    if (is_new) {
        status = begin(fresh, head);
        if (status != MCT_OK) {
            unlink(fresh->path);
            goto cleanup;
        }
    }
    *journal = fresh;
    return MCT_OK;
cleanup:
    mct_journal_close(fresh);
    return status;
}

void mct_journal_close(mct_journal *journal) {
    if (!journal) return;
    if (journal->file >= 0) close(journal->file);
    free(journal->buffer);
    free(journal);
}

void mct_journal_remove(mct_journal *journal) {
    if (journal) unlink(journal->path); /* before the lock goes */
    mct_journal_close(journal);
}

/* ---- looking ------------------------------------------------------------------------------------------------ */

const char *mct_journal_path(const mct_journal *journal) {
    return journal->path;
}

size_t mct_journal_rows(const mct_journal *journal) {
    return journal->rows;
}

size_t mct_journal_row_length(const mct_journal *journal) {
    return journal->row_length;
}

double mct_journal_last_time(const mct_journal *journal) {
    return journal->last_time;
}

size_t mct_journal_state_size(const mct_journal *journal) {
    return journal->checkpoint.start ? journal->checkpoint.size : 0;
}

static mct_status read_failure(const mct_journal *journal) {
    return mct_fail(journal->context, MCT_FORMAT, "%.300s: damaged since it was written", journal->path);
}

mct_status mct_journal_state(mct_journal *journal, void *state) {
    MCT_NEED(NULL, journal);
    MCT_NEED(journal->context, state);
    const mct_checkpoint *at = &journal->checkpoint;

    if (at->start && mct_journal_read(journal, state, at->size, at->start)) return MCT_OK;
    return read_failure(journal);
}

mct_status mct_journal_visit(mct_journal *journal, mct_journal_visitor visit, void *user) {
    MCT_NEED(NULL, journal);
    if (!visit) return mct_fail(journal->context, MCT_ARGUMENT, "%s: visit is NULL", __func__);
    const size_t length = (journal->row_length + 1) * sizeof(double);
    double *row;
    mct_status status = MCT_OK;
    mct_record record;

    MCT_TRY(flush(journal));
    row = malloc(length);
    if (!row) return mct_fail(journal->context, MCT_MEMORY, "%.300s: not enough memory", journal->path);
    for (off_t at = journal->first; at < journal->end && status == MCT_OK;
         at += (off_t)sizeof record + (off_t)record.length) {
        if (!mct_journal_record(journal, at, journal->end, &record)) {
            status = read_failure(journal);
        } else if (record.kind == MCT_RECORD_ROW) {
            status = record.length == length && mct_journal_bytes(journal, at, &record, row)
                         ? visit(user, row[0], row + 1)
                         : read_failure(journal);
        }
    }
    free(row);
    return status;
}
