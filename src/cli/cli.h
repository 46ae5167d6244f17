/* cli.h: the command: parse, call the library, report.  No numerics here. */
#ifndef MCT_CLI_H
#define MCT_CLI_H

#include <signal.h>
#include <stdio.h>

#include "apmct/apmct.h"
#include "cli/json.h"

typedef struct cli_command cli_command;

/* One run of the command.  Everything is owned by main. */
typedef struct cli {
    mct_context *context;
    mct_config *config;         /* resolved once cli_configure succeeded */
    const cli_command *command; /* NULL until it is known */

    /* what was typed */
    char **arguments;      /* argv */
    const char **operands; /* [operand_count]: configuration or result files */
    size_t operand_count;
    const char **settings; /* [setting_count]: KEY=VALUE of --set */
    size_t setting_count;
    const char *backend, *kernel, *output, *figure; /* NULL if not given */
    bool json, quiet, help, version, resume, dry_run;

    /* for the report */
    const char *backend_used; /* NULL if nothing ran */
    const char *kernel_used;
    double seconds; /* computing */
    unsigned long evaluations;
    bool configured;
    bool kept;         /* an interrupted run left something to go on from */
    bool lines;        /* JSON has gone out line by line; the object of the whole follows only after a failure */
    cli_json result;   /* the command's own keys */
    mct_text warnings; /* each ended by a zero byte */
} cli;

struct cli_command {
    const char *name;
    const char *operands; /* "[CONFIG]" */
    size_t operands_max;
    const char *summary;
    const char *description;
    bool has_figure;
    bool has_resume; /* and --dry-run */
    mct_status (*run)(cli *run);
};

extern const cli_command cli_commands[]; /* ended by a row without name */

mct_status cli_statics(cli *run);
mct_status cli_glass(cli *run);
mct_status cli_critical(cli *run);
mct_status cli_evolve(cli *run);
mct_status cli_sweep(cli *run);
mct_status cli_trace(cli *run); /* apmct sweep with sweep.trace: command_trace.c; configured */
/* --dry-run of both; sweep: NULL of a trace */
void cli_sweep_cost(cli *run, const mct_sweep *sweep, const mct_sweep_cost *cost);
mct_status cli_info(cli *run);
mct_status cli_plot(cli *run);

/* Fills `run` from the command line.  Errors: MCT_USAGE, MCT_MEMORY. */
mct_status cli_parse_arguments(cli *run, int argc, char **argv);

/* Help on everything, or on run->command. */
void cli_print_help(const cli *run);

/* Configuration: defaults < file (NULL: none) < --set < dedicated options; checked, the backend resolved, the output
 * file writable.  Errors: as mct_config_load and mct_config_check. */
mct_status cli_configure(cli *run, const char *file);

/* Loads this program again with an environment in which waiting threads do not spin for long, where that is of use:
 * before the configuration `file` is read if it can be read only once, else once run->config is known: threads.c. */
void cli_bound_spinning_before(const cli *run, const char *file);
void cli_bound_spinning(const cli *run, const char *file);

/* Signals: signals.c.  From now on they interrupt `context`. */
void cli_take_signals(mct_context *context);
/* From now on they wait until they are taken, be it by the program that is loaded again. */
void cli_hold_signals(sigset_t *before);

/* Seconds of a clock that never goes back. */
double cli_clock(void);

/* Warnings and progress of the library to stderr: messages.c. */
void cli_message(void *user, mct_message_kind kind, const char *text);
void cli_end_progress(void);

/* One object to stdout, in a line of its own; it is empty then.  Errors: MCT_MEMORY. */
mct_status cli_print_line(const cli *run, cli_json *object);
/* The whole object of a run to stdout: json.c.  Returns `status`, or MCT_MEMORY if that was MCT_OK. */
mct_status cli_print_json(const cli *run, mct_status status);

/* A result file, read in a process of its own, so that one that is damaged harms nobody: result_aside.c.  Without
 * `values` as by mct_result_load_shapes.  Meanwhile signals end the command at once.  Errors: as mct_result_load;
 * MCT_FORMAT where reading crashed, hung or took too much memory. */
mct_status cli_load_result(cli *run, const char *path, bool values, mct_result **result);

/* What reports have in common: report.c.  Text of the failure `status`, never empty. */
const char *cli_error(const cli *run, mct_status status);
/* And of summaries. */
void cli_print_mixture(const cli *run);                           /* packing fraction and model */
void cli_print_model(const cli *run, const mct_mixture *mixture); /* density (mixture not NULL), closure, grid */
void cli_print_computed(const cli *run);                          /* kernel, backend, threads, time */
void cli_print_written(const cli *run);

/* A format of figures. */
typedef struct cli_format {
    const char *suffix;   /* ".pdf" */
    const char *terminal; /* of gnuplot, with its options */
    const char *end;      /* what every complete file has in its last bytes: gnuplot does not notice a full disk */
} cli_format;

/* Runs gnuplot on `script`; the file `output` appears only when all went well: gnuplot.c. */
mct_status cli_gnuplot(cli *run, const char *script, const cli_format *format, const char *output);

/* Text of a failed library call, with the place that gave the key in front. */
mct_status cli_explained(cli *run, mct_status status);

#endif
