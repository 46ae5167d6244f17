/* arguments.c: the command line. */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/cli.h"

enum {
    OPTION_SET = 256,
    OPTION_BACKEND,
    OPTION_KERNEL,
    OPTION_THREADS,
    OPTION_JSON,
    OPTION_QUIET,
    OPTION_FIGURE,
    OPTION_RESUME,
    OPTION_DRY_RUN,
    OPTION_VERSION,
    THREADS_MAX = 4096
};

static const struct option options[] = {
    {"set", required_argument, NULL, OPTION_SET},
    {"backend", required_argument, NULL, OPTION_BACKEND},
    {"kernel", required_argument, NULL, OPTION_KERNEL},
    {"threads", required_argument, NULL, OPTION_THREADS},
    {"output", required_argument, NULL, 'o'},
    {"json", no_argument, NULL, OPTION_JSON},
    {"quiet", no_argument, NULL, OPTION_QUIET},
    {"figure", required_argument, NULL, OPTION_FIGURE},
    {"resume", no_argument, NULL, OPTION_RESUME},
    {"dry-run", no_argument, NULL, OPTION_DRY_RUN},
    {"help", no_argument, NULL, 'h'},
    {"version", no_argument, NULL, OPTION_VERSION},
    {NULL, 0, NULL, 0},
};

/* ---- the nearest word --------------------------------------------------------------------------------------- */

typedef struct guess {
    const char *word, *nearest; /* NULL: nothing is near */
    size_t distance;
} guess;

static void consider(guess *of, const char *candidate) {
    const size_t now = mct_text_distance(of->word, candidate);

    if (!mct_text_is_near(of->word, now) || (of->nearest && now >= of->distance)) return;
    of->nearest = candidate;
    of->distance = now;
}

static mct_status unknown_command(cli *run, const char *word) {
    guess of = {.word = word};

    for (const cli_command *command = cli_commands; command->name; command++) consider(&of, command->name);
    return mct_fail(run->context, MCT_USAGE, "%.100s: unknown command%s%s (see apmct --help)", word,
                    of.nearest ? "; the nearest one is " : "", of.nearest ? of.nearest : "");
}

static mct_status unknown_option(cli *run, const char *word) {
    guess of = {.word = word + strspn(word, "-")};

    for (const struct option *row = options; row->name; row++) consider(&of, row->name);
    return mct_fail(run->context, MCT_USAGE, "%.100s: unknown option%s%s (see apmct --help)", word,
                    of.nearest ? "; the nearest one is --" : "", of.nearest ? of.nearest : "");
}

/* ---- parts -------------------------------------------------------------------------------------------------- */

static mct_status set_threads(cli *run, const char *text) {
    char *end;
    const long threads = strtol(text, &end, 10);

    if (text[0] < '0' || text[0] > '9' || *end != '\0' || threads < 1 || threads > THREADS_MAX) {
        return mct_fail(run->context, MCT_USAGE, "--threads %.80s: must be a whole number 1 ... %d", text, THREADS_MAX);
    }
    mct_context_set_threads(run->context, (int)threads);
    return MCT_OK;
}

static mct_status set_command(cli *run, const char *word) {
    for (const cli_command *command = cli_commands; command->name; command++) {
        if (strcmp(command->name, word) == 0) {
            run->command = command;
            return MCT_OK;
        }
    }
    return unknown_command(run, word);
}

static mct_status take_option(cli *run, int option, char **argv) {
    switch (option) {
    case OPTION_SET: run->settings[run->setting_count++] = optarg; return MCT_OK;
    case OPTION_BACKEND: run->backend = optarg; return MCT_OK;
    case OPTION_KERNEL: run->kernel = optarg; return MCT_OK;
    case OPTION_THREADS: return set_threads(run, optarg);
    case OPTION_FIGURE: run->figure = optarg; return MCT_OK;
    case OPTION_RESUME: run->resume = true; return MCT_OK;
    case OPTION_DRY_RUN: run->dry_run = true; return MCT_OK;
    case OPTION_JSON: run->json = true; return MCT_OK;
    case OPTION_QUIET: run->quiet = true; return MCT_OK;
    case OPTION_VERSION: run->version = true; return MCT_OK;
    case 'o': run->output = optarg; return MCT_OK;
    case 'h': run->help = true; return MCT_OK;
    case ':': return mct_fail(run->context, MCT_USAGE, "%.100s: needs a value", argv[optind - 1]);
    default: break;
    }
    if (optopt && optopt < 256) {
        const char letter[] = {'-', (char)optopt, '\0'};

        return unknown_option(run, letter);
    }
    if (optopt) return mct_fail(run->context, MCT_USAGE, "%.100s: takes no value", argv[optind - 1]);
    return unknown_option(run, argv[optind - 1]);
}

/* --json shapes the message about everything else, wherever it stands. */
static bool wants_json(int argc, char **argv) {
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (strcmp(argv[i], "--json") == 0) return true;
    }
    return false;
}

/* ---- all ---------------------------------------------------------------------------------------------------- */

mct_status cli_parse_arguments(cli *run, int argc, char **argv) {
    int option;

    run->json = wants_json(argc, argv);
    run->operands = calloc((size_t)argc + 1, sizeof *run->operands);
    run->settings = calloc((size_t)argc + 1, sizeof *run->settings);
    if (!run->operands || !run->settings) return mct_fail(run->context, MCT_MEMORY, "not enough memory");
    opterr = 0;
    while ((option = getopt_long(argc, argv, ":ho:", options, NULL)) != -1) MCT_TRY(take_option(run, option, argv));
    if (optind < argc && strcmp(argv[optind], "help") == 0) {
        run->help = true;
        optind++;
    }
    if (optind < argc) MCT_TRY(set_command(run, argv[optind++]));
    while (optind < argc) run->operands[run->operand_count++] = argv[optind++];
    if (run->help || run->version) return MCT_OK;
    if (!run->command) {
        return mct_fail(run->context, MCT_USAGE, "no command: say apmct COMMAND (see apmct --help)");
    }
    if (run->operand_count > run->command->operands_max) {
        return mct_fail(run->context, MCT_USAGE, "apmct %s: %.200s: one file too many, it takes %s", run->command->name,
                        run->operands[run->command->operands_max], run->command->operands);
    }
    if (run->figure && !run->command->has_figure) {
        return mct_fail(run->context, MCT_USAGE, "apmct %s: --figure belongs to apmct plot", run->command->name);
    }
    if ((run->resume || run->dry_run) && !run->command->has_resume) {
        return mct_fail(run->context, MCT_USAGE, "apmct %s: --%s belongs to apmct evolve", run->command->name,
                        run->resume ? "resume" : "dry-run");
    }
    if (run->output && run->output[0] == '\0') {
        return mct_fail(run->context, MCT_USAGE, "-o: needs the name of a file");
    }
    return MCT_OK;
}
