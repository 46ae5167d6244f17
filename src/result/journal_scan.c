/* journal_scan.c: reading a journal back: what it is of, how far it is whole. */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/checksum.h"
#include "base/file_aside.h"
#include "base/need.h"
#include "result/journal_internal.h"

enum { HEAD_MAX = 1 << 24 };

/* ---- records ------------------------------------------------------------------------------------------------ */

bool mct_journal_read(const mct_journal *journal, void *data, size_t size, off_t offset) {
    char *at = data;

    while (size > 0) {
        const ssize_t got = pread(journal->file, at, size, offset);

        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return false;
        at += got;
        size -= (size_t)got;
        offset += got;
    }
    return true;
}

bool mct_journal_record(const mct_journal *journal, off_t offset, off_t size, mct_record *record) {
    if (size - offset < (off_t)sizeof *record || !mct_journal_read(journal, record, sizeof *record, offset))
        return false;
    return record->own == mct_checksum(record, offsetof(mct_record, own), 0) &&
           record->length <= (uint64_t)(size - offset) - sizeof *record;
}

bool mct_journal_bytes(const mct_journal *journal, off_t offset, const mct_record *record, void *data) {
    return mct_journal_read(journal, data, record->length, offset + (off_t)sizeof *record) &&
           mct_checksum(data, record->length, 0) == record->checksum;
}

/* ---- the head ----------------------------------------------------------------------------------------------- */

static size_t line_length(const char *text) {
    return strcspn(text, "\n");
}

static const char *next_line(const char *text) {
    text += line_length(text);
    return *text ? text + 1 : text;
}

/* The first line of two texts that differs, and the section (a line that is not indented) that it is in. */
static mct_status fail_difference(const mct_journal *journal, const char *theirs, const char *ours) {
    const char *section = "";
    int section_length;

    while (*theirs && *ours && line_length(theirs) == line_length(ours) &&
           memcmp(theirs, ours, line_length(ours)) == 0) {
        if (*ours != ' ') section = ours;
        theirs = next_line(theirs);
        ours = next_line(ours);
    }
    section_length = *ours == ' ' ? (int)line_length(section) : 0;
    theirs += strspn(theirs, " ");
    ours += strspn(ours, " ");
    return mct_fail(journal->context, MCT_FORMAT,
                    "%.300s: the journal of another run, %.*s%s\"%.*s\" there, \"%.*s\" here; delete it to begin anew",
                    journal->path, section_length, section, section_length ? " " : "", (int)line_length(theirs), theirs,
                    (int)line_length(ours), ours);
}

/* The head of the file into *text, owned by the caller; *first: where the next record begins.  NULL: it is torn. */
static mct_status read_head(mct_journal *journal, off_t size, char **text, off_t *first) {
    char magic[MCT_JOURNAL_MAGIC];
    const size_t there = size < MCT_JOURNAL_MAGIC ? (size_t)size : MCT_JOURNAL_MAGIC;
    mct_record record;

    *text = NULL;
    if (!mct_journal_read(journal, magic, there, 0)) {
        return mct_fail(journal->context, MCT_FILE, "%.300s: cannot be read: %s", journal->path, strerror(errno));
    }
    if (memcmp(magic, mct_journal_magic, there) != 0) {
        return mct_fail(journal->context, MCT_FORMAT, "%.300s: not a journal of this version of apmct", journal->path);
    }
    if (!mct_journal_record(journal, MCT_JOURNAL_MAGIC, size, &record) || record.kind != MCT_RECORD_HEAD ||
        record.length > HEAD_MAX) {
        return MCT_OK;
    }
    *text = calloc(1, record.length + 1);
    if (!*text) return mct_fail(journal->context, MCT_MEMORY, "%.300s: not enough memory", journal->path);
    *first = MCT_JOURNAL_MAGIC + (off_t)sizeof record + (off_t)record.length;
    if (mct_journal_bytes(journal, MCT_JOURNAL_MAGIC, &record, *text)) return MCT_OK;
    free(*text);
    *text = NULL;
    return MCT_OK;
}

mct_status mct_journal_peek(mct_context *context, const char *result, char **head) {
    MCT_NEED(context, result, head);
    mct_journal *journal = calloc(1, sizeof *journal);
    struct stat info;
    off_t first;
    char target[PATH_MAX];
    mct_status status;

    *head = NULL;
    if (!journal) return mct_fail(context, MCT_MEMORY, "not enough memory for a journal");
    MCT_TRY_CLEANUP(mct_file_resolve(context, result, target));
    snprintf(journal->path, sizeof journal->path, "%s.journal", target);
    journal->file = open(journal->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (journal->file >= 0) {
        if (fstat(journal->file, &info) == 0 && mct_file_is_own(&info)) {
            status = read_head(journal, info.st_size, head, &first);
            if (status != MCT_MEMORY) status = MCT_OK; /* opening it will tell */
        }
        close(journal->file);
    }
cleanup:
    free(journal);
    return status;
}

/* ---- all ---------------------------------------------------------------------------------------------------- */

static bool is_checkpoint_whole(const mct_journal *journal, const mct_checkpoint *checkpoint, uint32_t checksum) {
    enum { PIECE = 1 << 15 };
    char piece[PIECE]; /* not from the heap: a checkpoint must not be given up because memory has run out */
    uint32_t now = 0;
    bool done = true;

    for (size_t at = 0; at < checkpoint->size && done; at += PIECE) {
        const size_t size = checkpoint->size - at < PIECE ? checkpoint->size - at : PIECE;

        done = mct_journal_read(journal, piece, size, checkpoint->start + (off_t)at);
        now = mct_checksum(piece, size, now);
    }
    return done && now == checksum;
}

/* From record to record until one is not whole; the last two checkpoints, as the last one may be torn inside. */
static mct_status find_checkpoint(mct_journal *journal, off_t size) {
    const size_t length = (journal->row_length + 1) * sizeof(double);
    mct_checkpoint found[2] = {{0}, {0}};
    uint32_t checksum[2] = {0, 0};
    double *row = malloc(length), last_time = (double)NAN;
    size_t rows = 0;
    mct_record record;

    if (!row) return mct_fail(journal->context, MCT_MEMORY, "%.300s: not enough memory", journal->path);
    for (off_t at = journal->first; mct_journal_record(journal, at, size, &record);
         at += (off_t)sizeof record + (off_t)record.length) {
        if (record.kind == MCT_RECORD_ROW) {
            if (record.length != length || !mct_journal_bytes(journal, at, &record, row)) break;
            last_time = row[0];
            rows++;
        } else if (record.kind == MCT_RECORD_CHECKPOINT) {
            found[0] = found[1];
            checksum[0] = checksum[1];
            found[1] = (mct_checkpoint){at + (off_t)sizeof record, record.length, rows, last_time};
            checksum[1] = record.checksum;
        } else {
            break;
        }
    }
    free(row);
    for (int i = 1; i >= 0; i--) {
        if (found[i].start == 0 || !is_checkpoint_whole(journal, &found[i], checksum[i])) continue;
        journal->checkpoint = found[i];
        break;
    }
    return MCT_OK;
}

mct_status mct_journal_scan(mct_journal *journal, const char *head, bool *is_new) {
    struct stat info;
    char *theirs;
    mct_status status;

    *is_new = false;
    if (fstat(journal->file, &info) != 0) {
        return mct_fail(journal->context, MCT_FILE, "%.300s: cannot be read: %s", journal->path, strerror(errno));
    }
    MCT_TRY(read_head(journal, info.st_size, &theirs, &journal->first));
    if (!theirs && info.st_size > MCT_JOURNAL_MAGIC + (off_t)sizeof(mct_record) + (off_t)strlen(head)) {
        return mct_fail(journal->context, MCT_FORMAT, "%.300s: damaged at its beginning; delete it to begin anew",
                        journal->path);
    }
    if (!theirs) { /* killed in its first moment */
        *is_new = true;
        return MCT_OK;
    }
    status = strcmp(theirs, head) == 0 ? MCT_OK : fail_difference(journal, theirs, head);
    free(theirs);
    MCT_TRY(status);
    MCT_TRY(find_checkpoint(journal, info.st_size));
    journal->rows = journal->checkpoint.rows;
    journal->last_time = journal->checkpoint.start ? journal->checkpoint.last_time : (double)NAN;
    journal->end =
        journal->checkpoint.start ? journal->checkpoint.start + (off_t)journal->checkpoint.size : journal->first;
    journal->safe = journal->end;
    if (ftruncate(journal->file, journal->end) == 0) return MCT_OK;
    return mct_fail(journal->context, MCT_FILE, "%.300s: cannot be written: %s", journal->path, strerror(errno));
}
