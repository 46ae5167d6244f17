/* evolve_journal.c: the journal of a run in time: what it begins with, checkpoints, and how a run goes on from them. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/evolve.h"

/* What must be the same for a run to go on.  Caller frees. */
static mct_status make_head(cli *run, const cli_evolve_run *found, const mct_time_options *time, char **head) {
    mct_text text = {0};
    char *config = NULL;

    MCT_TRY(mct_config_to_yaml(run->context, run->config, true, &config));
    mct_text_add(&text, "program_version: %s\nkernel: %s\nbackend: %s\n", mct_version(), run->kernel_used,
                 run->backend_used);
    if (found->accuracy) {
        mct_text_add(&text, "chosen: {steps_per_block: %zu, order: %d, tolerance: %.17g}\n", time->steps_per_block,
                     time->order, time->tolerance);
    }
    mct_text_add(&text, "%s", config);
    free(config);
    *head = mct_text_take(&text);
    return *head ? MCT_OK : mct_fail(run->context, MCT_MEMORY, "not enough memory for the head of the journal");
}

static mct_status restore(cli *run, cli_evolve_run *found) {
    const size_t size = mct_journal_state_size(found->journal);
    void *state;
    mct_status status;

    if (size == 0) {
        mct_tell(run->context, MCT_MESSAGE_WARNING, "no checkpoint to go on from: the run starts at the beginning");
        return MCT_OK;
    }
    state = malloc(size);
    if (!state) return mct_fail(run->context, MCT_MEMORY, "not enough memory for the checkpoint");
    status = mct_journal_state(found->journal, state);
    if (status == MCT_OK) status = mct_evolution_restore(found->evolution, state, size);
    if (status == MCT_OK) found->resumed_at = mct_evolution_look(found->evolution, 0).time;
    free(state);
    return status;
}

mct_status cli_evolve_is_refined(cli *run, const cli_evolve_run *found, bool *refined) {
    const mct_time_options time = mct_accuracy_refined(found->accuracy);
    char *theirs = NULL, *head = NULL;
    mct_status status;

    *refined = false;
    MCT_TRY_CLEANUP(mct_journal_peek(run->context, run->config->output.file, &theirs));
    MCT_TRY_CLEANUP(make_head(run, found, &time, &head));
    *refined = theirs && strcmp(theirs, head) == 0;
cleanup:
    free(theirs);
    free(head);
    return status;
}

mct_status cli_evolve_open_journal(cli *run, cli_evolve_run *found) {
    const mct_config *config = run->config;
    const size_t m = config->mixture.species_count, tagged = config->tagged_count;
    char *head = NULL;
    mct_status status;

    MCT_TRY(make_head(run, found, &found->options.time, &head));
    status = mct_journal_open(run->context, config->output.file, run->resume, head,
                              mct_output_row_length(&config->output, &config->grid, m, tagged), &found->journal);
    free(head);
    MCT_TRY(status);
    MCT_TRY(
        mct_recorder_create(run->context, &config->output, &config->grid, m, tagged, found->journal, &found->recorder));
    mct_evolution_set_sink(found->evolution, mct_recorder_sink, found->recorder);
    if (tagged > 0) {
        mct_evolution_set_displacement_sink(found->evolution, mct_recorder_displacement_sink, found->recorder);
    }
    return run->resume ? restore(run, found) : MCT_OK;
}

mct_status cli_evolve_checkpoint(cli *run, cli_evolve_run *found) {
    const size_t size = mct_evolution_state_size(found->evolution);
    void *state = malloc(size);
    mct_status status;

    if (!state) return mct_fail(run->context, MCT_MEMORY, "not enough memory for a checkpoint");
    mct_evolution_save(found->evolution, state);
    status = mct_journal_checkpoint(found->journal, state, size);
    free(state);
    found->last_checkpoint = cli_clock();
    return status;
}

mct_status cli_evolve_stopped(cli *run, cli_evolve_run *found, mct_status why) {
    char text[1400];
    bool kept;

    if (!found->journal) return why;
    snprintf(text, sizeof text, "%s", mct_context_error(run->context));
    kept = cli_evolve_checkpoint(run, found) == MCT_OK || mct_journal_state_size(found->journal) > 0;
    if (!kept) {
        mct_journal_remove(found->journal); /* nothing in it */
        found->journal = NULL;
        return mct_fail(run->context, why, "%s", text);
    }
    run->kept = true;
    return mct_fail(run->context, why, "%s; the checkpoint is in %.300s: %s", text, mct_journal_path(found->journal),
                    why == MCT_NOT_CONVERGED || why == MCT_NON_FINITE
                        ? "the run cannot go on with these options; delete it to begin anew with others"
                        : "the same command with --resume goes on");
}
