/* sweep_internal.h: a unit of work of a sweep, and what the commands put into its rows. */
#ifndef MCT_SWEEP_INTERNAL_H
#define MCT_SWEEP_INTERNAL_H

#include "apmct/sweep.h"
#include "backend/backend.h"
#include "base/text.h"

enum {
    MCT_SWEEP_STATUS = 0, /* the first numbers of a row: status, kernel evaluations, */
    MCT_SWEEP_EVALUATIONS = 1,
    MCT_SWEEP_NUMBERS = 2, /* ... then the columns, then a text */
    MCT_SWEEP_TEXT = MCT_TABLE_ERROR_LENGTH,
    MCT_SWEEP_ROOTS = 8 /* critical activities kept of a point */
};

/* One thread's means to compute units. */
typedef struct mct_sweep_worker {
    mct_context *context;
    mct_config *config; /* takes the values of a point */
    mct_sweep *sweep;
    size_t point; /* whose warnings are heard; SIZE_MAX: of several points */
} mct_sweep_worker;

/* One row per command.  `columns`: rows of the table, widths and offsets to be filled in; `compute`: the points of a unit into
 * rows[count][row_length], all columns NaN before; a point's failure goes into its row.  Errors: what stops everything. */
typedef struct mct_sweep_method {
    const char *name;
    size_t unit, device_unit; /* points, at most: of a thread of the host, of a device, which computes them at once */
    size_t (*columns)(const mct_config *config, bool matrices, mct_table_column *columns);
    mct_status (*compute)(mct_sweep_worker *worker, const size_t *points, size_t count, double *rows);
} mct_sweep_method;

enum { MCT_SWEEP_COLUMNS_MAX = 16 };

typedef struct mct_sweep_warning {
    size_t point;
    char *text; /* owned */
} mct_sweep_warning;

extern const mct_sweep_method mct_sweep_glass, mct_sweep_critical, mct_sweep_evolve;

struct mct_sweep {
    mct_context *context;
    const mct_config *config;
    mct_sweep_options options;
    mct_sweep_table *table;
    mct_sweep_command command;
    const mct_sweep_method *method;
    size_t points, units, unit; /* unit: points of one, at most */
    const mct_backend *backend; /* a device gets batches, from one thread */
    size_t column_count, row_length;
    mct_table_column columns[MCT_SWEEP_COLUMNS_MAX];
    bool same_grid; /* and solver: only the mixture varies, points of a unit may be a batch */
    double *rows;   /* [points][row_length] */
    bool *done;     /* [points] */
    mct_journal *journal;
    size_t next; /* unit, without options.claim */
    size_t finished, failed;
    double began, last_checkpoint; /* s, clock */
    size_t began_finished;
    mct_sweep_warning *warnings; /* [warning_count]: as they come; by point, each once, when the run is over */
    size_t warning_count, warning_room, warnings_journaled;
    mct_text warning_read; /* from the journal, so far */
    bool warning_lost;     /* memory ran out */
};

/* A finished row, as a mct_journal_visitor. */
mct_status mct_sweep_take_row(void *sweep, double point, const double *row);

/* sweep_warnings.c.  A mct_message_function for the context of a worker, the `user`. */
void mct_sweep_hear(void *worker, mct_message_kind kind, const char *text);
/* New ones into the journal.  Errors: MCT_FILE, MCT_MEMORY. */
mct_status mct_sweep_keep_warnings(mct_sweep *sweep);
/* From a row of the journal at `number` < 0.  Errors: MCT_FORMAT, MCT_MEMORY. */
mct_status mct_sweep_take_warning(mct_sweep *sweep, double number, const double *row);
/* By point, each text once. */
void mct_sweep_sort_warnings(mct_sweep *sweep);
/* To the caller's context: each kind once, with the number of its points.  Errors: MCT_MEMORY (one was lost). */
mct_status mct_sweep_tell_warnings(mct_sweep *sweep);
void mct_sweep_free_warnings(mct_sweep *sweep);

/* This process's journal: a new one, or, resumed, with what all processes of the run that was cut off have left; the other
 * processes learn what is done.  Nothing without options.journal.  Errors: as mct_journal_open. */
mct_status mct_sweep_open_journal(mct_sweep *sweep);

/* Where column `name` of a row is. */
double *mct_sweep_at(const mct_sweep *sweep, double *row, const char *name);

/* The worker's configuration at a point.  A failure is the point's. */
mct_status mct_sweep_place(mct_sweep_worker *worker, size_t point);

/* Records how a point ended; true where `status` must stop everything. */
bool mct_sweep_record(const mct_sweep_worker *worker, double *row, mct_status status, unsigned long evaluations);

/* F [m*m][N] of one point into a matrix column, [q][mu][nu], and f_mumu at the observed wave number and its integral over
 * the wave number into columns of [m], where the row has them. */
void mct_sweep_put_matrix(const mct_sweep_worker *worker, double *row, const char *name, const double *F);
mct_status mct_sweep_put_observed(mct_sweep_worker *worker, double *row, const mct_mixture *mixture, const double *F,
                                  const char *value, const char *area);

#endif
