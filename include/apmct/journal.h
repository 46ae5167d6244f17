/* journal.h: what a run in time has finished, kept beside its result file until that is written.
 *
 * FILE.journal is a sequence of records, each with its length and checksums: a head (the text that says what run this
 * is), rows (a time and the stored elements of the correlator, in order of time) and checkpoints (the state of the
 * solver).  A run that is killed leaves a torn record at the end at worst; opened again, the journal is cut behind its
 * last whole checkpoint, and the rows after it are computed again.
 *
 * One process at a time has a journal open (a lock).  Numbers are as they are in memory: same machine. */
#ifndef APMCT_JOURNAL_H
#define APMCT_JOURNAL_H

#include "apmct/config.h"
#include "apmct/evolution.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct mct_journal mct_journal;

/* The journal of the result file `result`.  head: what must be the same for a run to go on, lines of text; row_length:
 * numbers in a row (0: rows are not kept).
 * Not `resume`: a new one; MCT_FILE where there is one already (says how to go on) or another process has it.
 * `resume`: the one that is there, cut behind its last checkpoint; a new one where there is none.
 * Errors: MCT_FILE (also: a symbolic link, no plain file, a file of another user); MCT_FORMAT (of another run: says
 * what differs; no journal at all); MCT_MEMORY. */
mct_status mct_journal_open(mct_context *context, const char *result, bool resume, const char *head, size_t row_length,
                            mct_journal **journal);
/* MCT_FILE where `result` has a journal already (says how to go on, or that another process has it). */
mct_status mct_journal_check(mct_context *context, const char *result);

/* Closes it; the file stays. */
void mct_journal_close(mct_journal *journal);
/* Closes it and deletes the file. */
void mct_journal_remove(mct_journal *journal);

/* The head of the journal of `result` into *head, to be freed with free(), or NULL where there is none that can be read.
 * Errors: MCT_MEMORY. */
mct_status mct_journal_peek(mct_context *context, const char *result, char **head);

const char *mct_journal_path(const mct_journal *journal);
size_t mct_journal_rows(const mct_journal *journal);
size_t mct_journal_row_length(const mct_journal *journal);
double mct_journal_last_time(const mct_journal *journal); /* of the last row; NaN if there is none */

/* Appends a row [row_length]; it may stay in memory until the next checkpoint.  Errors: MCT_FILE; the journal then still
 * has its last checkpoint. */
mct_status mct_journal_append(mct_journal *journal, double time, const double *row);

/* Appends the state of the solver and waits until all of it is on disk.  Errors: as above. */
mct_status mct_journal_checkpoint(mct_journal *journal, const void *state, size_t size);

/* The checkpoint that a resumed journal ends with: its size, 0 if there is none, and its bytes into `state`.
 * Errors: MCT_FILE, MCT_FORMAT. */
size_t mct_journal_state_size(const mct_journal *journal);
mct_status mct_journal_state(mct_journal *journal, void *state);

/* Gives every row in order, borrowed for the call; stops at the first status that is not MCT_OK.
 * Errors: MCT_FILE, MCT_FORMAT (damaged), MCT_MEMORY, what `visit` returns. */
typedef mct_status (*mct_journal_visitor)(void *user, double time, const double *row);
mct_status mct_journal_visit(mct_journal *journal, mct_journal_visitor visit, void *user);

/* ---- what is stored of a correlator: recorder.c -------------------------------------------------------------- */

/* Grid points nearest to output.wave_numbers, ascending, each once, into points (NULL: not wanted; else room for N);
 * returns how many: all N where none are given, 0 where output.correlator is false. */
size_t mct_output_points(const mct_output_options *output, const mct_grid *grid, size_t *points);

/* Whether the row at `time` is stored after one at `last` (NaN: none): the first in each part of a decade; near t = 0 all. */
bool mct_output_keeps(const mct_output_options *output, double last, double time);

/* Numbers in a row of a run with `tagged` tagged particles; 0 where no rows are stored. */
size_t mct_output_row_length(const mct_output_options *output, const mct_grid *grid, size_t species, size_t tagged);

typedef struct mct_recorder mct_recorder;

/* Rows of point 0 of an evolution of species + tagged species (mct_mixture_with_tagged) into a journal of row_length
 * mct_output_row_length: Phi [q][mu][nu] of the stored points, phi^s [q][tagged], mean-squared displacements [tagged];
 * thinned to output.times_per_decade in log t; the first row, t = 0, the next one and the last one are kept.  The journal
 * is borrowed.  Errors: MCT_MEMORY. */
mct_status mct_recorder_create(mct_context *context, const mct_output_options *output, const mct_grid *grid,
                               size_t species, size_t tagged, mct_journal *journal, mct_recorder **recorder);
void mct_recorder_destroy(mct_recorder *recorder);

/* An mct_evolution_sink with the recorder as `user` and, where there are tagged particles, the sink of their
 * displacements, which completes a row. */
mct_status mct_recorder_sink(void *user, size_t point, double time, const double *phi);
mct_status mct_recorder_displacement_sink(void *user, size_t point, double time, const double *dr2);
/* The last row of point 0, where it is not there yet.  Errors: MCT_FILE. */
mct_status mct_recorder_finish(mct_recorder *recorder, const mct_evolution *evolution);

#ifdef __cplusplus
}
#endif
#endif
