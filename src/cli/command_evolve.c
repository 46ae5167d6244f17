/* command_evolve.c: apmct evolve. */
#include <math.h>
#include <stdlib.h>

#include "cli/evolve.h"

static const double call_seconds = 0.2; /* that one call of the solver should take */

/* ---- before the run ----------------------------------------------------------------------------------------- */

static mct_status check_request(cli *run) {
    const mct_config *config = run->config;

    if (config->output.file[0])
        return run->resume || run->dry_run ? MCT_OK : mct_journal_check(run->context, config->output.file);
    if (run->resume) {
        return mct_fail(run->context, MCT_USAGE, "apmct evolve: --resume needs -o FILE, beside which the journal is");
    }
    return MCT_OK;
}

/* The mixture with its tagged particles as species of fraction 0, and what it takes to follow them. */
static mct_status prepare_species(cli *run, cli_evolve_run *found) {
    const mct_config *config = run->config;
    const size_t m = config->mixture.species_count, tagged = config->tagged_count;
    mct_mixture all;

    found->species = calloc(m + tagged, sizeof *found->species);
    found->displaced = calloc(tagged + 1, sizeof *found->displaced);
    if (!found->species || !found->displaced) return mct_fail(run->context, MCT_MEMORY, "not enough memory");
    all = mct_mixture_with_tagged(&config->mixture, tagged, config->tagged, found->species);
    for (size_t s = 0; s < tagged; s++) found->displaced[s] = m + s;
    found->options.displaced = found->displaced;
    found->options.displaced_count = tagged;
    MCT_TRY(mct_statics_create(run->context, &config->grid, all.species_count, &found->statics));
    return mct_statics_compute(run->context, &config->structure, &config->grid, &all, found->statics);
}

static mct_status prepare(cli *run, cli_evolve_run *found) {
    const mct_config *config = run->config;
    const size_t all = config->mixture.species_count + config->tagged_count, N = config->grid.points;

    found->options = mct_evolution_options_default();
    found->options.fits = true;
    found->options.solver = config->solver;
    found->options.time = config->time;
    found->observed = mct_grid_nearest(&config->grid, config->output.wave_number);
    found->result.tagged = config->tagged_count;
    found->result.displacement = calloc(config->tagged_count + 1, sizeof(double));
    found->result.long_time = calloc(N, all * all * sizeof(double));
    found->stored = calloc(N, sizeof *found->stored);
    for (int level = 0; level < MCT_RELAXATION_LEVELS; level++) {
        found->result.relaxation_time[level] = calloc(N, all * sizeof(double));
        if (!found->result.relaxation_time[level]) return mct_fail(run->context, MCT_MEMORY, "not enough memory");
    }
    if (!found->result.displacement || !found->result.long_time || !found->stored) {
        return mct_fail(run->context, MCT_MEMORY, "not enough memory");
    }
    found->stored_count = mct_output_points(&config->output, &config->grid, found->stored);
    return prepare_species(run, found);
}

/* ---- the run ------------------------------------------------------------------------------------------------ */

static mct_status advance(cli *run, cli_evolve_run *found) {
    const unsigned long most = mct_evolution_block_steps(found->evolution);
    unsigned long steps = 1;
    size_t running = 1;

    found->advance_start = found->last_checkpoint = cli_clock();
    found->advance_steps = mct_evolution_look(found->evolution, 0).steps;
    while (running > 0) {
        const double start = cli_clock();

        MCT_TRY(mct_evolution_advance(found->evolution, steps, &running));
        if (cli_clock() - start < call_seconds / 2 && steps < most) steps *= 2;
        if (cli_clock() - start > call_seconds && steps > 1) steps /= 2;
        cli_evolve_progress(run, found);
        if (running > 0 && found->journal && cli_clock() - found->last_checkpoint >= run->config->checkpoint.interval) {
            MCT_TRY(cli_evolve_checkpoint(run, found));
        }
    }
    MCT_TRY(mct_evolution_check(found->evolution));
    return found->recorder ? mct_recorder_finish(found->recorder, found->evolution) : MCT_OK;
}

static void take_result(cli *run, cli_evolve_run *found) {
    found->result.point = mct_evolution_look(found->evolution, 0);
    run->evaluations = found->result.point.evaluations + found->transition_evaluations;
    if (found->accuracy) run->evaluations += mct_accuracy_evaluations(found->accuracy);
    mct_evolution_last(found->evolution, 0, found->result.long_time);
    if (found->result.tagged > 0) mct_evolution_displacement(found->evolution, 0, found->result.displacement);
    for (int level = 0; level < MCT_RELAXATION_LEVELS; level++) {
        mct_evolution_relaxation(found->evolution, 0, (mct_relaxation_level)level,
                                 found->result.relaxation_time[level]);
    }
}

static void discard(cli_evolve_run *found, bool keep_journal) {
    mct_recorder_destroy(found->recorder);
    mct_evolution_destroy(found->evolution);
    if (keep_journal) {
        mct_journal_close(found->journal);
    } else {
        mct_journal_remove(found->journal);
    }
    found->recorder = NULL;
    found->evolution = NULL;
    found->journal = NULL;
}

/* One run with found->options.time; `last`: not refined any more. */
static mct_status attempt(cli *run, cli_evolve_run *found, bool last, bool *again) {
    bool refined = false;
    mct_status status;

    *again = false;
    MCT_TRY(mct_evolution_create(run->context, &found->options, &run->config->grid, 1,
                                 (const mct_statics *const *)&found->statics, &found->evolution));
    run->backend_used = mct_evolution_backend_name(found->evolution);
    run->kernel_used = mct_kernel_algorithm_name(mct_evolution_kernel_used(found->evolution));
    MCT_TRY(cli_evolve_follow(run, found));
    if (run->config->output.file[0]) {
        if (found->accuracy && run->resume && !last) MCT_TRY(cli_evolve_is_refined(run, found, &refined));
        if (!refined) MCT_TRY(cli_evolve_open_journal(run, found));
    }
    status = advance(run, found);
    take_result(run, found);
    if (status != MCT_OK) return cli_evolve_stopped(run, found, status);
    if (!found->accuracy) return MCT_OK;
    found->result.estimated_error = mct_accuracy_estimate(found->accuracy, found->evolution);
    *again = refined || (!last && found->result.estimated_error > run->config->time.accuracy);
    return MCT_OK;
}

/* A plateau is compared with the static F, which costs little beside the run; where that fails it is left out. */
static mct_status check_plateau(cli *run, cli_evolve_run *found) {
    const mct_config *config = run->config;
    mct_glass_options options = mct_glass_options_default();
    unsigned long evaluations = 0;
    mct_status status;

    if (found->result.point.state != MCT_EVOLUTION_PLATEAU) return MCT_OK;
    options.solver = config->solver;
    options.structure = config->structure;
    status = mct_plateau_deviation(run->context, &options, &config->grid, &config->mixture, found->statics->species,
                                   found->result.long_time, &found->result.plateau_deviation, &evaluations);
    run->evaluations += evaluations;
    if (status == MCT_OK || status == MCT_INTERRUPTED) return status;
    mct_tell(run->context, MCT_MESSAGE_WARNING, "the plateau could not be compared with the static F: %.300s",
             mct_context_error(run->context));
    return MCT_OK;
}

static mct_status compute(cli *run, cli_evolve_run *found) {
    const mct_config *config = run->config;
    bool again;

    MCT_TRY(cli_evolve_find_transition(run, found));
    if (!(config->time.accuracy > 0)) return attempt(run, found, true, &again);
    MCT_TRY(mct_accuracy_create(run->context, &found->options, &config->grid, found->statics, found->observed,
                                &found->accuracy));
    found->options.time = *mct_accuracy_time(found->accuracy);
    MCT_TRY(attempt(run, found, false, &again));
    if (again) {
        mct_accuracy_refine(found->accuracy, found->evolution);
        found->options.time = *mct_accuracy_time(found->accuracy);
        discard(found, false);
        MCT_TRY(attempt(run, found, true, &again));
    }
    if (found->result.estimated_error > config->time.accuracy) {
        mct_tell(run->context, MCT_MESSAGE_WARNING,
                 "time.accuracy = %g was not reached: the estimated relative error is %.2g", config->time.accuracy,
                 found->result.estimated_error);
    }
    return MCT_OK;
}

/* ---- after the run ------------------------------------------------------------------------------------------ */

/* An upper bound of the size of the result file: numbers, and what describes them. */
static size_t file_size(const cli *run, const cli_evolve_run *found) {
    const size_t m = run->config->mixture.species_count, N = run->config->grid.points;
    const size_t numbers = mct_journal_rows(found->journal) * (1 + mct_journal_row_length(found->journal)) +
                           N * (2 + 3 * m * m + 6 * m + 7 * found->result.tagged);

    return numbers * sizeof(double) + numbers / 8 + ((size_t)1 << 20);
}

/* The statics of a file are those of the mixture alone. */
static mct_status put_statics(cli *run, mct_archive *archive) {
    const mct_config *config = run->config;
    mct_statics *statics = NULL;
    mct_status status;

    MCT_TRY(mct_statics_create(run->context, &config->grid, config->mixture.species_count, &statics));
    status = mct_statics_compute(run->context, &config->structure, &config->grid, &config->mixture, statics);
    if (status == MCT_OK) status = mct_archive_put_statics(run->context, archive, statics);
    mct_statics_destroy(statics);
    return status;
}

static mct_status save(cli *run, cli_evolve_run *found) {
    const char *file = run->config->output.file;
    mct_archive *archive = NULL;
    mct_status status;

    if (!found->journal) return MCT_OK;
    MCT_TRY_CLEANUP(
        mct_archive_create_on_disk(run->context, "evolve", run->config, file, file_size(run, found), &archive));
    MCT_TRY_CLEANUP(put_statics(run, archive));
    MCT_TRY_CLEANUP(mct_archive_put_evolution(run->context, archive, &found->result, found->journal,
                                              found->stored_count, found->stored));
    MCT_TRY_CLEANUP(cli_evolve_put_fits(run, found, archive));
    MCT_TRY_CLEANUP(mct_archive_save(run->context, archive, file));
cleanup:
    mct_archive_destroy(archive);
    return status == MCT_OK ? MCT_OK : cli_evolve_stopped(run, found, status);
}

static mct_status dry_run(cli *run, cli_evolve_run *found) {
    mct_evolution_cost cost;

    MCT_TRY(mct_evolution_estimate_cost(run->context, &found->options, &run->config->grid, found->statics, &cost));
    cli_evolve_cost(run, found, &cost);
    return MCT_OK;
}

static void destroy(cli_evolve_run *found, bool done) {
    discard(found, !done);
    cli_evolve_discard_fits(found);
    mct_accuracy_destroy(found->accuracy);
    mct_statics_destroy(found->statics);
    for (int level = 0; level < MCT_RELAXATION_LEVELS; level++) free(found->result.relaxation_time[level]);
    free(found->result.long_time);
    free(found->result.displacement);
    free(found->stored);
    free(found->species);
    free(found->displaced);
}

mct_status cli_evolve(cli *run) {
    cli_evolve_run found = {.resumed_at = NAN, .result = {.estimated_error = NAN, .plateau_deviation = NAN}};
    mct_status status;
    double start;

    MCT_TRY(cli_configure(run, run->operand_count ? run->operands[0] : NULL));
    MCT_TRY(cli_explained(run, check_request(run)));
    start = cli_clock();
    status = mct_config_judge(run->context, run->config, &run->config->mixture);
    if (status == MCT_OK) status = prepare(run, &found);
    if (status == MCT_OK) status = run->dry_run ? dry_run(run, &found) : compute(run, &found);
    if (status == MCT_OK && !run->dry_run) {
        status = cli_evolve_fit(run, &found);
        if (status == MCT_OK) status = check_plateau(run, &found);
        if (status == MCT_INTERRUPTED) status = cli_evolve_stopped(run, &found, status);
    }
    run->seconds = cli_clock() - start;
    cli_end_progress();
    if (status != MCT_OK) {
        if (run->json && mct_status_exit(status) == 1 && run->kernel_used) cli_evolve_json(run, &found, false);
        if (status != MCT_INTERRUPTED) status = cli_explained(run, status);
    } else if (!run->dry_run) {
        status = save(run, &found);
        if (status == MCT_OK && run->json) cli_evolve_json(run, &found, true);
        if (status == MCT_OK && !run->json && !run->quiet) cli_evolve_summary(run, &found);
    }
    destroy(&found, status == MCT_OK);
    return status;
}
