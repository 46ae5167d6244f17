/* main.c: apmct, the command. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/cli.h"

const cli_command cli_commands[] = {
    {.name = "statics",
     .operands = "[CONFIG]",
     .operands_max = 1,
     .summary = "structure factors S(k) and direct correlation functions c(k)",
     .description = "Computes the structure factors of one state point. Without -o only a summary is printed; with\n"
                    "--json everything is, with -o FILE it goes to an HDF5 file.\n",
     .run = cli_statics},
    {.name = "glass",
     .operands = "[CONFIG]",
     .operands_max = 1,
     .summary = "nonergodicity parameters at one state point",
     .description = "Solves F = S - (W S^-1 + M[F] W^-1)^-1 W for its largest solution: glass or fluid, and\n"
                    "f_mu(k) = F_mumu / S_mumu.\n",
     .run = cli_glass},
    {.name = "critical",
     .operands = "[CONFIG]",
     .operands_max = 1,
     .summary = "critical packing fraction, or critical activities at fixed packing fraction",
     .description =
         "Finds the glass transition as the fold of the branch of glass states, with its exponent parameter\n"
         "and eigenvectors: the critical packing fraction of a mixture, or, with\n"
         "--set critical.of=mixture.species.I.activity, all activities of species I within critical.range\n"
         "(default [1, 10]) at which the packing fraction is critical.\n",
     .run = cli_critical},
    {.name = "evolve",
     .operands = "[CONFIG]",
     .operands_max = 1,
     .summary = "correlators in time, relaxation times, plateaus",
     .description =
         "Follows the correlators Phi(q,t) from t = 0 until they have decayed, no longer change, or time.until.\n"
         "With -o FILE, what is finished is kept in FILE.journal until FILE is complete: a run that was cut off\n"
         "goes on with --resume and loses at most checkpoint.interval of its work.  time.accuracy chooses steps,\n"
         "order and tolerance by itself and reports the error that it estimates.\n",
     .has_resume = true,
     .run = cli_evolve},
    {.name = "sweep",
     .operands = "[CONFIG]",
     .operands_max = 1,
     .summary = "glass, critical or evolve over lists and ranges of parameters",
     .description =
         "Computes sweep.command at every point of a table: the product of the keys of sweep.over and of those of\n"
         "sweep.zip, which go together.  Points that fail are recorded and do not stop the others.  With -o FILE, "
         "what\n"
         "is finished is kept in FILE.journal until FILE is complete: a run that was cut off goes on with --resume.\n"
         "--json prints one object per line and point.\n",
     .has_resume = true,
     .run = cli_sweep},
    {.name = "plot",
     .operands = "FILE...",
     .operands_max = (size_t)-1,
     .summary = "figures from result files (PDF, PNG, SVG)",
     .description = "Draws result files with gnuplot. Several files give several curves, named by what differs.\n"
                    "Without --figure all that the files support; without -o it lists them.\n",
     .has_figure = true,
     .run = cli_plot},
    {.name = "info",
     .operands = "[FILE]",
     .operands_max = 1,
     .summary = "build and backends; or what a result file holds",
     .description = "Tells what this program is and runs on, or with FILE what a result file holds.\n",
     .run = cli_info},
    {.name = NULL},
};

double cli_clock(void) {
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

mct_status cli_explained(cli *run, mct_status status) {
    mct_status explained;

    if (status == MCT_OK) return MCT_OK;
    explained = mct_config_explain(run->context, run->config);
    return explained == MCT_OK ? status : explained; /* a failure without a text is one nevertheless */
}

mct_status cli_configure(cli *run, const char *file) {
    const char *resolved;

    cli_bound_spinning_before(run, file);
    if (file && file[0]) MCT_TRY(mct_config_load(run->context, run->config, file));
    for (size_t i = 0; i < run->setting_count; i++) {
        MCT_TRY(mct_config_set(run->context, run->config, run->settings[i]));
    }
    if (run->backend) {
        MCT_TRY(mct_config_set_value(run->context, run->config, "--backend", "solver.backend", run->backend));
    }
    if (run->kernel) {
        MCT_TRY(mct_config_set_value(run->context, run->config, "--kernel", "solver.kernel", run->kernel));
    }
    if (run->output && !run->command->has_figure) {
        MCT_TRY(mct_config_set_value(run->context, run->config, "-o", "output.file", run->output));
    }
    cli_bound_spinning(run, file); /* before anything is told */
    MCT_TRY(mct_config_check(run->context, run->config));
    run->configured = true;
    MCT_TRY(cli_explained(
        run, mct_backend_resolve(run->context, run->config->solver.backend, run->config->grid.points, &resolved)));
    run->backend_used = resolved;
    if (run->config->output.file[0]) {
        MCT_TRY(mct_archive_check_writable(run->context, run->config->output.file));
    }
    return MCT_OK;
}

static mct_status run_command(cli *run, int argc, char **argv) {
    MCT_TRY(mct_config_create(run->context, &run->config));
    MCT_TRY(cli_parse_arguments(run, argc, argv));
    if (run->help) {
        cli_print_help(run);
        return MCT_OK;
    }
    if (run->version) {
        printf("apmct %s\n", mct_version());
        return MCT_OK;
    }
    return run->command->run(run);
}

/* Whether all of stdout arrived: a full disk or closed pipe must not look like success. */
static mct_status flush_output(cli *run) {
    const bool failed_before = ferror(stdout); /* errno is of long ago */

    if (fflush(stdout) == 0 && !failed_before) return MCT_OK;
    return mct_fail(run->context, MCT_FILE, "standard output: cannot be written: %s",
                    failed_before ? "is the disk full, or nobody reads it?" : strerror(errno));
}

/* A stream that the caller has closed stays one that cannot be used: the next file opened would take its place, and a
 * summary would go into a result. */
static void occupy_streams(void) {
    static const int refused[] = {O_WRONLY, O_RDONLY, O_RDONLY};

    for (int stream = 0; stream < 3; stream++) {
        if (fcntl(stream, F_GETFD) < 0 && errno == EBADF) (void)!open("/dev/null", refused[stream]);
    }
}

static void destroy(cli *run) {
    free(run->result.text.data);
    free(run->warnings.data);
    free(run->operands);
    free(run->settings);
    mct_config_destroy(run->config);
    mct_context_destroy(run->context);
}

int main(int argc, char **argv) {
    cli run = {0};
    mct_status status, flushed;

    occupy_streams();
    run.arguments = argv;
    status = mct_context_create(&run.context);
    if (status != MCT_OK) {
        fprintf(stderr, "apmct: %s\n", mct_status_sentence(status));
        return mct_status_exit(status);
    }
    cli_take_signals(run.context);
    mct_context_set_messages(run.context, cli_message, &run);
    status = run_command(&run, argc, argv);
    cli_end_progress();
    if (run.json && !run.help && !run.version && !(run.lines && status == MCT_OK))
        status = cli_print_json(&run, status);
    if (status != MCT_OK) {
        fprintf(stderr, "apmct: %s%s\n", cli_error(&run, status),
                status == MCT_INTERRUPTED && !run.kept ? " (nothing was written)" : "");
    }
    flushed = flush_output(&run);
    if (flushed != MCT_OK) {
        fprintf(stderr, "apmct: %s\n", mct_context_error(run.context));
        if (status == MCT_OK) status = flushed;
    }
    destroy(&run);
    /* what HDF5 does when a process exits is not made for a lack of memory: it recurses, or prints its own insides */
    if (status == MCT_MEMORY) _exit(mct_status_exit(status));
    return mct_status_exit(status);
}
