/* sweep.h: many state points: a table of parameters, and what each of its points gives.
 *
 * The table is the product of the keys of sweep.over and of those of sweep.zip, which go together; the key named last
 * varies fastest.  Points are computed in units, neighbours in the parameters next to each other: within a unit one critical
 * point starts from another, between units nothing is passed on.  Units are fixed by the table alone, so that results do
 * not depend on the number of threads or processes, on what was computed before an interruption, or on the order. */
#ifndef APMCT_SWEEP_H
#define APMCT_SWEEP_H

#include "apmct/config.h"
#include "apmct/journal.h"
#include "apmct/table.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- the table ---------------------------------------------------------------------------------------------- */

typedef struct mct_sweep_table mct_sweep_table;

/* From section `sweep` of a configuration that passed mct_config_check.  Errors: MCT_CONFIG (no table; more than
 * MCT_SWEEP_POINTS_MAX points, with their number), MCT_MEMORY.  Caller owns *table. */
mct_status mct_sweep_table_create(mct_context *context, const mct_config *config, mct_sweep_table **table);
void mct_sweep_table_destroy(mct_sweep_table *table);

size_t mct_sweep_table_points(const mct_sweep_table *table);
size_t mct_sweep_table_keys(const mct_sweep_table *table);
const char *mct_sweep_table_key(const mct_sweep_table *table, size_t key);
/* As in a configuration file. */
const char *mct_sweep_table_value(const mct_sweep_table *table, size_t point, size_t key);
/* The point that is computed as number `place`: neighbours differ in one key by one step. */
size_t mct_sweep_table_at(const mct_sweep_table *table, size_t place);
/* Whether `key` or any key below it ("mixture.") is varied. */
bool mct_sweep_table_varies(const mct_sweep_table *table, const char *prefix);

/* Gives `config` (a copy of the one of the table) the values of a point and checks it.  Errors: MCT_CONFIG. */
mct_status mct_sweep_table_apply(mct_context *context, const mct_sweep_table *table, size_t point, mct_config *config);

/* ---- what points give --------------------------------------------------------------------------------------- */

typedef enum mct_sweep_command { MCT_SWEEP_GLASS, MCT_SWEEP_CRITICAL, MCT_SWEEP_EVOLVE } mct_sweep_command;
const char *mct_sweep_command_name(mct_sweep_command command); /* "glass" | "critical" | "evolve" */

typedef struct mct_sweep mct_sweep;

typedef struct mct_sweep_options {
    bool matrices; /* keep what is [N][m][m], too: F of glass and critical, the last Phi of evolve (which is kept with
                            correlators, too); not where the grid varies */
    const char *journal; /* what is finished goes to the journal of this result file; NULL: nowhere */
    bool resume;         /* what that journal has is not computed again */
    /* Several processes at one sweep, called by one thread at a time: the next unit to be computed, each number once in all
     * of them, ascending; and, from the first process to all, what is done[count] already and how that went.  NULL: one
     * process. */
    size_t (*claim)(void *user);
    void (*share)(void *user, bool *done, size_t count, mct_status *status);
    void *user;
    size_t process; /* which one this is; the first, 0, gathers */
} mct_sweep_options;

/* Expands the table and checks every point.  The configuration is borrowed, as is what `options` points to.
 * Errors: MCT_CONFIG, MCT_MEMORY; of the journal: as mct_journal_open.  Caller owns *sweep. */
mct_status mct_sweep_create(mct_context *context, const mct_config *config, const mct_sweep_options *options,
                            mct_sweep **sweep);
void mct_sweep_destroy(mct_sweep *sweep);

/* All units that `claim` gives.  A point that fails is recorded and does not stop the others.
 * Errors: MCT_INTERRUPTED, MCT_MEMORY, MCT_FILE: the journal then has what was finished. */
mct_status mct_sweep_run(mct_sweep *sweep);

/* The first process, after all have run: takes over the other processes' journals and deletes them.
 * Errors: MCT_FILE, MCT_FORMAT. */
mct_status mct_sweep_gather(mct_sweep *sweep);
/* Deletes this process's journal, once the result file is there. */
void mct_sweep_remove_journal(mct_sweep *sweep);

mct_sweep_command mct_sweep_what(const mct_sweep *sweep);
const mct_sweep_table *mct_sweep_table_of(const mct_sweep *sweep);
const mct_table_column *mct_sweep_columns(const mct_sweep *sweep, size_t *count);
size_t mct_sweep_units(const mct_sweep *sweep);
const char *mct_sweep_backend_name(const mct_sweep *sweep);

/* The row of a point: mct_table_column of `columns` at their offsets; NULL: not computed. */
const double *mct_sweep_row(const mct_sweep *sweep, size_t point);
mct_status mct_sweep_status(const mct_sweep *sweep, size_t point);
const char *mct_sweep_error(const mct_sweep *sweep, size_t point, char text[MCT_TABLE_ERROR_LENGTH]); /* "" if none */
unsigned long mct_sweep_evaluations(const mct_sweep *sweep, size_t point);
/* Warning number 0, 1, ... of a point, after the run; NULL: there is none.  The caller's context is told each kind of
 * warning once, when the run ends. */
const char *mct_sweep_point_warning(const mct_sweep *sweep, size_t point, size_t number);
/* The same for a result file; the sweep must outlive the view.  Errors: MCT_ARGUMENT (points are missing). */
mct_status mct_sweep_view(const mct_sweep *sweep, mct_table *table);
/* Number of points computed, of which failed. */
size_t mct_sweep_done(const mct_sweep *sweep, size_t *failed);

/* Estimates, before anything runs: bytes of memory and of the result file, seconds with the context's threads. */
typedef struct mct_sweep_cost {
    size_t points, units, memory, file;
    double seconds;
} mct_sweep_cost;
mct_status mct_sweep_estimate(mct_sweep *sweep, mct_sweep_cost *cost);
/* The same of a trace, whose points are as many as the tolerance makes them. */
mct_status mct_sweep_trace_estimate(mct_context *context, const mct_config *config, const mct_sweep_trace *trace,
                                    mct_sweep_cost *cost);

#ifdef __cplusplus
}
#endif
#endif
