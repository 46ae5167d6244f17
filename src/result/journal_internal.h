/* journal_internal.h: records of a journal and the file that they are in; internal to journal*.c. */
#ifndef MCT_JOURNAL_INTERNAL_H
#define MCT_JOURNAL_INTERNAL_H

#include <limits.h>
#include <stdint.h>
#include <sys/types.h>

#include "apmct/journal.h"

typedef enum mct_record_kind { MCT_RECORD_HEAD = 1, MCT_RECORD_ROW, MCT_RECORD_CHECKPOINT } mct_record_kind;

/* Before the bytes of each record. */
typedef struct mct_record {
    uint32_t kind;
    uint32_t checksum; /* of the bytes */
    uint64_t length;   /* of the bytes */
    uint32_t reserved; /* 0 */
    uint32_t own;      /* checksum of the fields above */
} mct_record;

/* A checkpoint in the file. */
typedef struct mct_checkpoint {
    off_t start; /* of its bytes; 0: none */
    size_t size;
    size_t rows;      /* before it */
    double last_time; /* of those rows */
} mct_checkpoint;

struct mct_journal {
    mct_context *context;
    char path[PATH_MAX + 64];
    int file;
    size_t row_length, rows;
    double last_time;
    off_t first;               /* where the records after the head begin */
    off_t end;                 /* of what is in the file */
    off_t safe;                /* up to here all is whole: the end of the last checkpoint, or of the head */
    mct_checkpoint checkpoint; /* the last one */
    char *buffer;              /* [MCT_JOURNAL_BUFFER], rows that are not in the file yet */
    size_t buffered;
    bool failed; /* nothing more is written */
};

enum { MCT_JOURNAL_MAGIC = 16, MCT_JOURNAL_BUFFER = 1 << 20 };

extern const char mct_journal_magic[MCT_JOURNAL_MAGIC]; /* the first bytes of the file */

/* Bytes at an offset; false: not all are there, or errno. */
bool mct_journal_read(const mct_journal *journal, void *data, size_t size, off_t offset);

/* The record at `offset`, by its own checksum; false: none that is whole. */
bool mct_journal_record(const mct_journal *journal, off_t offset, off_t size, mct_record *record);

/* The bytes of a record agree with its checksum; data[record->length]: where they are read to. */
bool mct_journal_bytes(const mct_journal *journal, off_t offset, const mct_record *record, void *data);

/* Reads a journal that is there: compares its head and finds the last checkpoint; the journal is cut behind it.
 * *is_new: nothing whole is in it, as after a kill in its first moment.
 * Errors: MCT_FILE, MCT_FORMAT, MCT_MEMORY. */
mct_status mct_journal_scan(mct_journal *journal, const char *head, bool *is_new);

#endif
