/* figure_critical_line.c: the critical packing fraction against the activity of one species.
 *
 * Files with a traced line are drawn as its cubics, with the packing fractions asked for, the roots and, shaded, the
 * activities between them at which the mixture is fluid; files with one critical point each are points, joined where nothing else draws the line.  Files that agree in all but the activity
 * and packing fraction make a curve. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/figures/figures.h"

static const char point_size[] = "0.75";

enum { PER_INTERVAL = 20, KEY_LENGTH = 64, LEVELS_MAX = 32 };

/* One file. */
typedef struct member {
    const mct_result *result;
    size_t group, index;
    bool is_line;
    double activity; /* of a point */
} member;

static bool is_line(const mct_result *result) {
    return mct_result_dataset(result, "line/activity");
}

bool cli_has_critical_line(const mct_result *result) {
    return is_line(result) || cli_packing_fraction_is_critical(result);
}

bool cli_is_critical_line(mct_result *const *results, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (is_line(results[i])) return true;
    }
    return count > 1;
}

/* Packing fractions that a line was asked about, into levels[LEVELS_MAX]; their number. */
static size_t levels_of(const mct_result *result, double levels[LEVELS_MAX]) {
    mct_sweep_trace trace;
    size_t count = 0;

    if (mct_sweep_trace_read(NULL, result->config, &trace) != MCT_OK) {
        levels[0] = result->config->mixture.packing_fraction;
        return 1;
    }
    while (count < trace.level_count && count < LEVELS_MAX) {
        levels[count] = trace.levels[count];
        count++;
    }
    mct_sweep_trace_clear(&trace);
    return count;
}

/* Where a line takes these packing fractions: activities, and which packing fractions; NULL: nowhere. */
static const mct_dataset *roots_of(const mct_result *result, const mct_dataset **levels) {
    const mct_dataset *window = mct_result_dataset(result, "window/activity");

    *levels = mct_result_dataset(result, "window/packing_fraction");
    return window ? window : mct_result_dataset(result, "activity_critical");
}

/* The species of the traced lines, else the first whose activity differs, else the first that is active. */
static size_t varied_species(mct_result *const *results, size_t count) {
    static const char prefix[] = "mixture.species.";
    const mct_mixture *first = &results[0]->config->mixture;

    for (size_t i = 0; i < count; i++) {
        mct_sweep_trace trace;

        if (!is_line(results[i])) continue;
        if (mct_sweep_trace_read(NULL, results[i]->config, &trace) == MCT_OK) {
            const size_t species = trace.species;

            mct_sweep_trace_clear(&trace);
            return species;
        }
        return strtoul(results[i]->config->critical.of + strlen(prefix), NULL, 10);
    }
    for (size_t mu = 0; mu < first->species_count; mu++) {
        for (size_t i = 1; i < count; i++) {
            const mct_mixture *mixture = &results[i]->config->mixture;

            if (mu < mixture->species_count && mixture->species[mu].activity != first->species[mu].activity) return mu;
        }
    }
    for (size_t mu = 0; mu < first->species_count; mu++) {
        if (first->species[mu].activity > 1) return mu;
    }
    return 0;
}

/* By group, lines before points, activity, and as given. */
static int compare(const void *a, const void *b) {
    const member *one = a, *other = b;

    if (one->group != other->group) return one->group < other->group ? -1 : 1;
    if (one->is_line != other->is_line) return one->is_line ? -1 : 1;
    if (!one->is_line && one->activity != other->activity) return one->activity < other->activity ? -1 : 1;
    return one->index < other->index ? -1 : 1;
}

/* ---- data --------------------------------------------------------------------------------------------------- */

/* The cubics of a line as $line<index>, its roots as $roots<index>. */
static void put_line(FILE *script, const mct_result *result, size_t index) {
    const mct_dataset *activity = mct_result_dataset(result, "line/activity");
    const mct_dataset *levels, *roots = roots_of(result, &levels);
    const mct_critical_line line = {
        .count = activity->shape[0],
        .activity = activity->data,
        .packing_fraction = mct_result_dataset(result, "line/packing_fraction_critical")->data,
        .slope = mct_result_dataset(result, "line/slope")->data,
    };

    fprintf(script, "$line%zu << END\n", index);
    for (size_t i = 0; i + 1 < line.count; i++) {
        for (int j = 0; j < PER_INTERVAL; j++) {
            const double at = line.activity[i] + (line.activity[i + 1] - line.activity[i]) * j / PER_INTERVAL;

            fprintf(script, "%.10g %.10g\n", at, mct_critical_line_packing_fraction(&line, at));
        }
    }
    fprintf(script, "%.10g %.10g\nEND\n", line.activity[line.count - 1], line.packing_fraction[line.count - 1]);
    if (!roots) return;
    fprintf(script, "$roots%zu << END\n", index);
    for (size_t i = 0; i < roots->shape[0]; i++) {
        fprintf(script, "%.10g %.10g\n", roots->data[i],
                levels ? levels->data[i] : result->config->mixture.packing_fraction);
    }
    fputs("END\n", script);
}

/* The points among members[count] of one group as $points<index>. */
static void put_points(FILE *script, const member *members, size_t count, size_t index) {
    fprintf(script, "$points%zu << END\n", index);
    for (size_t i = 0; i < count; i++) {
        if (members[i].is_line) continue;
        fprintf(script, "%.10g %.10g\n", members[i].activity, cli_packing_fraction(members[i].result));
    }
    fputs("END\n", script);
}

/* ---- curves ------------------------------------------------------------------------------------------------- */

static bool is_told(const member *members, size_t count, double level) {
    double levels[LEVELS_MAX];

    for (size_t i = 0; i < count; i++) {
        const size_t known = members[i].is_line ? levels_of(members[i].result, levels) : 0;

        for (size_t j = 0; j < known; j++) {
            if (levels[j] >= level && levels[j] <= level) return true;
        }
    }
    return false;
}

/* The packing fractions that line `at` was asked about, each once of all lines, where the mixture is fluid at them, and the
 * roots. */
static void put_levels(FILE *script, const member *members, size_t at, size_t *drawn) {
    const mct_result *result = members[at].result;
    const mct_dataset *unused;
    double levels[LEVELS_MAX];
    const size_t count = levels_of(result, levels);

    for (size_t i = 0; i < count; i++) {
        fprintf(script,
                ", \\\n  $line%zu using 1:2:(%.10g) with filledcurves above fillstyle transparent solid 0.1 noborder "
                "fillcolor rgb '#0072B2' notitle",
                members[at].index, levels[i]);
        if (is_told(members, at, levels[i])) continue;
        fprintf(
            script,
            ", \\\n  %.10g with lines linewidth 1.2 dashtype %s linecolor rgb '#808080' title '{/:Italic φ} = %.6g'",
            levels[i], cli_dashes[1 + (*drawn)++ % (CLI_DASHES - 1)], levels[i]);
    }
    if (roots_of(result, &unused)) {
        fprintf(script,
                ", \\\n  $roots%zu using 1:2 with points pointtype 7 pointsize %s linecolor rgb '#000000' notitle",
                members[at].index, point_size);
    }
}

/* The curves of members[from ... to-1], group `index` of `groups`. */
static void put_group(FILE *script, const member *members, size_t from, size_t to, const char *label, size_t index,
                      size_t groups) {
    const char *separator = index == 0 ? "plot" : ", \\\n ";
    char colour[CLI_COLOUR_LENGTH];

    cli_colour(index, groups, CLI_COLOURS, colour);
    for (size_t i = from; i < to; i++) {
        if (!members[i].is_line) {
            fprintf(script,
                    "%s $points%zu using 1:2 with %s linewidth 1.2 pointtype 7 pointsize %s linecolor rgb '%s' ",
                    separator, index, members[from].is_line ? "points" : "linespoints", point_size, colour);
        } else {
            fprintf(script, "%s $line%zu using 1:2 with lines linewidth 1.8 linecolor rgb '%s' ", separator,
                    members[i].index, colour);
        }
        if (i == from) {
            fprintf(script, "title \"%s\"", label[0] ? label : "{/:Italic φ}_c");
        } else {
            fputs("notitle", script);
        }
        separator = ", \\\n ";
        if (!members[i].is_line) break; /* all points are one curve */
    }
}

static void put_groups(FILE *script, const member *members, size_t count, char *const *labels) {
    size_t groups = 0, index = 0, levels = 0, end;

    for (size_t i = 0; i < count; i = end, groups++) {
        for (end = i + 1; end < count && members[end].group == members[i].group;) end++;
        put_points(script, members + i, end - i, groups);
    }
    for (size_t i = 0; i < count; i++) {
        if (members[i].is_line) put_line(script, members[i].result, members[i].index);
    }
    for (size_t i = 0; i < count; i = end, index++) {
        for (end = i + 1; end < count && members[end].group == members[i].group;) end++;
        put_group(script, members, i, end, labels[members[i].group], index, groups);
    }
    for (size_t i = 0; i < count; i++) {
        if (members[i].is_line) put_levels(script, members, i, &levels);
    }
    fputs("\n", script);
}

/* The axis says whose activity it is. */
static mct_status put_axes(const cli_drawing *drawing, size_t species) {
    const mct_mixture *mixture = &drawing->results[0]->config->mixture;
    char *label = NULL;
    size_t length;
    FILE *stream = open_memstream(&label, &length);

    if (!stream) return mct_fail(drawing->run->context, MCT_MEMORY, "not enough memory for the figure");
    fputs("activity {/:Italic λ}", stream);
    if (species < mixture->species_count) {
        fputs("_{", stream);
        cli_put_label(stream, mixture->species[species].name);
        fputs("}", stream);
    }
    if (fclose(stream) != 0) return mct_fail(drawing->run->context, MCT_MEMORY, "not enough memory for the figure");
    cli_put_axes(drawing->script, label, "critical packing fraction {/:Italic φ}_c");
    free(label);
    return MCT_OK;
}

mct_status cli_draw_critical_line(const cli_drawing *drawing) {
    const size_t count = drawing->count, species = varied_species(drawing->results, count);
    char activity_key[KEY_LENGTH];
    const char *const varied[] = {"mixture.packing_fraction", activity_key};
    member *members = calloc(count, sizeof *members);
    size_t *group = calloc(count, sizeof *group);
    char **labels = calloc(count, sizeof *labels);
    mct_status status;

    snprintf(activity_key, sizeof activity_key, "mixture.species.%zu.activity", species);
    if (!members || !group || !labels) {
        status = mct_fail(drawing->run->context, MCT_MEMORY, "not enough memory for the figure");
        goto cleanup;
    }
    MCT_TRY_CLEANUP(cli_group_results(drawing->run, drawing->results, count, varied, 2, group, labels));
    for (size_t i = 0; i < count; i++) {
        const mct_result *result = drawing->results[i];

        members[i] = (member){.result = result, .group = group[i], .index = i, .is_line = is_line(result)};
        members[i].activity = species < result->config->mixture.species_count ? cli_activity(result, species) : 1;
    }
    qsort(members, count, sizeof *members, compare);
    MCT_TRY_CLEANUP(put_axes(drawing, species));
    put_groups(drawing->script, members, count, labels);
cleanup:
    for (size_t i = 0; i < count && labels; i++) free(labels[i]);
    free(labels);
    free(group);
    free(members);
    return status;
}
