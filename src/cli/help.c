/* help.c: --help; the list of keys comes from the option table. */
#include <stdlib.h>
#include <string.h>

#include "cli/figures/figures.h"

static const char general[] = "Options:\n"
                              "  --set KEY=VALUE     set one key of the configuration (repeatable; keys below)\n"
                              "  --backend NAME      auto, cpu, cuda, cuda-host (those of this build: apmct info)\n"
                              "  --kernel NAME       auto, direct, factorized, fourier\n"
                              "  --threads N         number of threads (default: all processors)\n"
                              "  -o, --output FILE   write the result there\n"
                              "  --json              one JSON object on standard output\n"
                              "  --quiet             no summary, no progress, no warnings\n"
                              "  --help              this text\n";

static const char statuses[] =
    "Exit status: 0 done; 1 the numerics failed or memory ran out; 2 bad command line or configuration;\n"
    "3 files; 4 backend or device.\n";

static const char resuming[] = "  --resume            go on with the run whose journal lies beside FILE\n"
                               "  --dry-run           steps, memory and time that a run would take; nothing is run\n";

static void print_row(const char *prefix, const mct_option *row) {
    char key[128], range[512];

    snprintf(key, sizeof key, "%s%s", prefix, row->key);
    mct_option_range(row, range, sizeof range);
    printf("  %s\n      %s%s%s%s\n      %s%s%s\n", key, row->help, row->unit[0] ? ", in " : "", row->unit, "", range,
           row->preset && row->preset[0] ? "; default " : "", row->preset ? row->preset : "");
}

static void print_keys(void) {
    size_t count;
    const mct_option *rows = mct_config_options(&count);

    printf("Keys of the configuration (YAML: one section per first word) and of --set:\n");
    for (size_t i = 0; i < count; i++) {
        if (rows[i].type != MCT_OPTION_UNAVAILABLE) print_row("", &rows[i]);
    }
    rows = mct_species_options(&count);
    for (size_t i = 0; i < count; i++) print_row("mixture.species.I.", &rows[i]);
    rows = mct_tagged_options(&count);
    for (size_t i = 0; i < count; i++) print_row("tagged.I.", &rows[i]);
    printf("  sweep: {command, over, zip}\n"
           "      of apmct sweep; over and zip are maps KEY: [VALUE, ...] or KEY: {from, to, points, scale: linear | "
           "log}\n"
           "I = 0, 1, ...; the index after the last appends a species.\n");
}

static void print_figures(void) {
    printf("  --figure NAME       one of");
    for (const cli_figure *figure = cli_figures; figure->name; figure++) {
        printf("\n                        %-22s from %s", figure->name, figure->source);
    }
    printf("\n");
}

void cli_print_help(const cli *run) {
    const cli_command *command = run->command;

    if (!command) {
        printf("apmct %s: mode-coupling theory of active-passive mixtures\n\nUsage: apmct COMMAND [OPTION]... "
               "[FILE]...\n\n"
               "Commands:\n",
               mct_version());
        for (command = cli_commands; command->name; command++) printf("  %-9s %s\n", command->name, command->summary);
        printf("\n%s  --version           the version\n\n%s\napmct COMMAND --help says more.\n", general, statuses);
        return;
    }
    printf("Usage: apmct %s [OPTION]... %s\n\n%s\n%s", command->name, command->operands, command->description, general);
    if (command->has_resume) fputs(resuming, stdout);
    if (command->has_figure) print_figures();
    printf("\n%s\n", statuses);
    if (strcmp(command->operands, "[CONFIG]") == 0) print_keys();
}
