/* sweep_journal.c: journals of a sweep: one per process, so that none waits for another; the first process takes over what
 * the others left, when a run is resumed and when all have come to their end. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apmct/version.h"
#include "base/need.h"
#include "base/text.h"
#include "run/sweep_internal.h"

enum { PROCESSES_MAX = 10000, PATH_LENGTH = 4200 };

mct_status mct_sweep_take_row(void *user, double number, const double *row) {
    mct_sweep *sweep = user;
    if (number < 0) return mct_sweep_take_warning(sweep, number, row);
    const size_t point = (size_t)number;

    if (!(number >= 0) || point >= sweep->points) {
        return mct_fail(sweep->context, MCT_FORMAT, "the journal has a point %g of %zu", number, sweep->points);
    }
    memcpy(sweep->rows + point * sweep->row_length, row, sweep->row_length * sizeof *row);
    if (!sweep->done[point]) {
        sweep->finished++;
        sweep->failed += row[MCT_SWEEP_STATUS] > 0;
    }
    sweep->done[point] = true;
    return MCT_OK;
}

/* The name that a process's journal is beside. */
static void journal_name(const mct_sweep *sweep, size_t process, char name[PATH_LENGTH]) {
    if (process == 0) {
        snprintf(name, PATH_LENGTH, "%s", sweep->options.journal);
    } else {
        snprintf(name, PATH_LENGTH, "%s.%zu", sweep->options.journal, process);
    }
}

static bool is_there(const mct_sweep *sweep, size_t process) {
    char name[PATH_LENGTH], path[PATH_LENGTH + 16];

    journal_name(sweep, process, name);
    snprintf(path, sizeof path, "%s.journal", name);
    return access(path, F_OK) == 0;
}

static mct_status open_journal(const mct_sweep *sweep, size_t process, bool resume, mct_journal **journal) {
    mct_text text = {0};
    char name[PATH_LENGTH], *config = NULL, *head;
    mct_status status;

    MCT_TRY(mct_config_to_yaml(sweep->context, sweep->config, true, &config));
    mct_text_add(&text, "program_version: %s\nnumbers: %zu\n%s", mct_version(), sweep->row_length, config);
    free(config);
    head = mct_text_take(&text);
    if (!head) return mct_fail(sweep->context, MCT_MEMORY, "not enough memory for the head of the journal");
    journal_name(sweep, process, name);
    status = mct_journal_open(sweep->context, name, resume, head, sweep->row_length, journal);
    free(head);
    return status;
}

/* Rows on their way from another process's journal into ours. */
static mct_status copy_row(void *user, double number, const double *row) {
    mct_sweep *sweep = user;

    MCT_TRY(mct_sweep_take_row(sweep, number, row));
    return mct_journal_append(sweep->journal, number, row);
}

mct_status mct_sweep_gather(mct_sweep *sweep) {
    MCT_NEED(NULL, sweep);
    for (size_t process = 1; sweep->journal && process < PROCESSES_MAX; process++) {
        mct_journal *journal;
        mct_status status;

        if (!is_there(sweep, process)) continue;
        MCT_TRY(open_journal(sweep, process, true, &journal));
        status = mct_journal_visit(journal, copy_row, sweep);
        if (status == MCT_OK) status = mct_journal_checkpoint(sweep->journal, "", 1);
        if (status == MCT_OK) {
            mct_journal_remove(journal);
        } else {
            mct_journal_close(journal);
        }
        MCT_TRY(status);
    }
    mct_sweep_sort_warnings(sweep);
    return MCT_OK;
}

mct_status mct_sweep_open_journal(mct_sweep *sweep) {
    const mct_sweep_options *options = &sweep->options;
    mct_status status = MCT_OK;

    if (options->journal && options->process == 0) {
        status = open_journal(sweep, 0, options->resume, &sweep->journal);
        if (status == MCT_OK && options->resume) {
            status = mct_journal_visit(sweep->journal, mct_sweep_take_row, sweep);
            if (status == MCT_OK) status = mct_sweep_gather(sweep);
        }
    }
    if (options->share && options->resume) options->share(options->user, sweep->done, sweep->points, &status);
    if (options->journal && options->process > 0 && status == MCT_OK) {
        status = open_journal(sweep, options->process, false, &sweep->journal);
    }
    return status;
}

void mct_sweep_remove_journal(mct_sweep *sweep) {
    mct_journal_remove(sweep->journal);
    sweep->journal = NULL;
}
