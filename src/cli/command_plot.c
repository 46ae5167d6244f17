/* command_plot.c: apmct plot. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "cli/figures/figures.h"

static const cli_format formats[] = {
    {".pdf", "pdfcairo enhanced color font 'Sans,11' size 15cm,9cm", "%%EOF"},
    {".png", "pngcairo enhanced color font 'Sans,12' size 1200,720 fontscale 1.4 linewidth 1.6 background rgb 'white'",
     "IEND"},
    {".svg", "svg enhanced font 'Sans,13' size 900,540 background rgb 'white'", "</svg>"},
};

/* The format that a name asks for; *suffix points into the name. */
static mct_status find_format(cli *run, const char *output, const cli_format **format, const char **suffix) {
    const char *slash = strrchr(output, '/'), *const name = slash ? slash + 1 : output;
    const char *dot = strrchr(name, '.');

    if (dot == name) return mct_fail(run->context, MCT_USAGE, "-o %.300s: a name must stand before the suffix", output);
    for (size_t i = 0; dot && i < sizeof formats / sizeof formats[0]; i++) {
        if (strcasecmp(dot, formats[i].suffix) != 0) continue;
        *format = &formats[i];
        *suffix = dot;
        return MCT_OK;
    }
    return mct_fail(run->context, MCT_USAGE, "-o %.300s: must end in .pdf, .png or .svg", output);
}

/* The first file that lacks what the figure needs, NULL if all have it. */
static const mct_result *lacking(const cli_figure *figure, mct_result *const *results, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (!figure->supports(results[i])) return results[i];
    }
    return NULL;
}

/* Whether a figure belongs to all that the files support. */
static bool is_supported(const cli_figure *figure, mct_result *const *results, size_t count) {
    return !lacking(figure, results, count) && (!figure->is_worthwhile || figure->is_worthwhile(results, count));
}

static mct_status find_figure(cli *run, const char *name, const cli_figure **found) {
    char names[512] = "";

    for (*found = cli_figures; (*found)->name; ++*found) {
        const size_t length = strlen(names);

        if (strcmp((*found)->name, name) == 0) return MCT_OK;
        snprintf(names + length, sizeof names - length, "%s%s", length > 0 ? ", " : "", (*found)->name);
    }
    return mct_fail(run->context, MCT_USAGE, "--figure %.100s: must be one of %s", name, names);
}

/* One figure into `output`. */
static mct_status draw(cli *run, const cli_figure *figure, mct_result *const *results, const char *const *labels,
                       const cli_format *format, const char *output) {
    char *script = NULL;
    size_t length;
    FILE *stream = open_memstream(&script, &length);
    mct_status status;

    if (!stream) return mct_fail(run->context, MCT_MEMORY, "not enough memory for the figure");
    status = figure->draw(&(cli_drawing){run, stream, results, labels, run->operand_count});
    if (fclose(stream) != 0 && status == MCT_OK) {
        status = mct_fail(run->context, MCT_MEMORY, "not enough memory for the figure");
    }
    if (status == MCT_OK) status = cli_gnuplot(run, script, format, output);
    free(script);
    if (status == MCT_OK && !run->json && !run->quiet) printf("%-22s %s\n", figure->name, output);
    return status;
}

static void report(cli *run, const char *figure, const char *output) {
    cli_json_open(&run->result, NULL, "{}");
    cli_json_text(&run->result, "figure", figure);
    cli_json_text(&run->result, "file", output);
    cli_json_close(&run->result);
    if (!output && !run->json && !run->quiet) printf("%-22s can be drawn: add -o FILE.pdf\n", figure);
}

/* All figures that the files support: fig.pdf becomes fig-structure-factor.pdf ... where there is more than one. */
static mct_status draw_all(cli *run, mct_result *const *results, const char *const *labels) {
    const cli_format *format = NULL;
    const char *suffix = NULL;
    size_t supported = 0;

    cli_json_open(&run->result, "figures", "[]"); /* closed with the object, also after a failure */
    if (run->output) MCT_TRY(find_format(run, run->output, &format, &suffix));
    for (const cli_figure *figure = cli_figures; figure->name; figure++) {
        supported += is_supported(figure, results, run->operand_count);
    }
    if (supported == 0) {
        return mct_fail(run->context, MCT_FORMAT, "%.300s: no figure can be drawn from these files", results[0]->path);
    }
    for (const cli_figure *figure = cli_figures; figure->name; figure++) {
        char *name = NULL;
        mct_status status;

        if (!is_supported(figure, results, run->operand_count)) continue;
        if (run->output) {
            const int base = (int)(supported > 1 ? suffix - run->output : (long)strlen(run->output));

            name = malloc(strlen(run->output) + strlen(figure->name) + 2);
            if (!name) return mct_fail(run->context, MCT_MEMORY, "not enough memory");
            sprintf(name, "%.*s%s%s%s", base, run->output, supported > 1 ? "-" : "", supported > 1 ? figure->name : "",
                    supported > 1 ? suffix : "");
            status = draw(run, figure, results, labels, format, name);
            if (status != MCT_OK) {
                free(name);
                return status;
            }
        }
        report(run, figure->name, name);
        free(name);
    }
    return MCT_OK;
}

static mct_status draw_one(cli *run, mct_result *const *results, const char *const *labels) {
    const cli_format *format = NULL;
    const char *suffix = NULL;
    const cli_figure *figure;
    const mct_result *bad;

    MCT_TRY(find_figure(run, run->figure, &figure));
    bad = lacking(figure, results, run->operand_count);
    if (bad) {
        return mct_fail(run->context, MCT_FORMAT, "%.300s: a result of apmct %s; figure %s needs one of %s", bad->path,
                        bad->command, figure->name, figure->source);
    }
    if (run->output) {
        MCT_TRY(find_format(run, run->output, &format, &suffix));
        MCT_TRY(draw(run, figure, results, labels, format, run->output));
    }
    cli_json_open(&run->result, "figures", "[]");
    report(run, figure->name, run->output);
    return MCT_OK;
}

/* What can be said before any file is read. */
static mct_status check_request(cli *run) {
    const cli_format *format;
    const char *suffix;
    const cli_figure *figure;

    if (run->operand_count == 0) {
        return mct_fail(run->context, MCT_USAGE, "apmct plot: no file: say apmct plot FILE... -o FIGURE.pdf");
    }
    if (run->figure) MCT_TRY(find_figure(run, run->figure, &figure));
    if (run->output && mct_text_has_control(run->output)) {
        return mct_fail(run->context, MCT_USAGE, "-o %.300s: must be a name without control characters", run->output);
    }
    if (run->output) MCT_TRY(find_format(run, run->output, &format, &suffix));
    return MCT_OK;
}

mct_status cli_plot(cli *run) {
    const size_t count = run->operand_count;
    mct_result **results = NULL;
    char **labels = NULL;
    mct_status status;

    MCT_TRY(check_request(run));
    MCT_TRY(cli_configure(run, NULL));
    results = calloc(count, sizeof *results);
    labels = calloc(count, sizeof *labels);
    if (!results || !labels) {
        status = mct_fail(run->context, MCT_MEMORY, "not enough memory");
        goto cleanup;
    }
    for (size_t i = 0; i < count; i++) MCT_TRY_CLEANUP(cli_load_result(run, run->operands[i], true, &results[i]));
    MCT_TRY_CLEANUP(cli_label_results(run, results, count, labels));
    status = run->figure ? draw_one(run, results, (const char *const *)labels)
                         : draw_all(run, results, (const char *const *)labels);
cleanup:
    for (size_t i = 0; i < count && labels; i++) free(labels[i]);
    for (size_t i = 0; i < count && results; i++) mct_result_destroy(results[i]);
    free(labels);
    free(results);
    return status;
}
