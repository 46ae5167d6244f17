/* figure_density.c: f_mu at the observed wave number against the packing fraction: states of glass and critical points.
 *
 * Files that agree in all but the packing fraction make a curve.  At a critical point f jumps from 0: a dotted line. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/figures/figures.h"

static const char *const varied[] = {"mixture.packing_fraction"};

typedef struct member {
    const mct_result *result;
    double packing_fraction;
    size_t group, index;
} member;

static size_t observed_point(const mct_result *result) {
    return mct_grid_nearest(&result->config->grid, result->config->output.wave_number);
}

static double observed(const mct_result *result, size_t species) {
    const size_t row = observed_point(result);

    return cli_element(result, "nonergodicity", row, species, species) /
           cli_element(result, "structure_factor", row, species, species);
}

static bool is_fluid(const mct_result *result) {
    return strcmp(result->state, "fluid") == 0;
}

bool cli_has_density(const mct_result *result) {
    return cli_has_nonergodicity(result) && !mct_result_dataset(result, "activity_critical");
}

bool cli_is_density(mct_result *const *results, size_t count) {
    for (size_t i = 1; i < count; i++) {
        if (cli_packing_fraction(results[i]) != cli_packing_fraction(results[0])) return true;
    }
    return false;
}

/* By group, packing fraction, and as given. */
static int compare(const void *a, const void *b) {
    const member *one = a, *other = b;

    if (one->group != other->group) return one->group < other->group ? -1 : 1;
    if (one->packing_fraction != other->packing_fraction) {
        return one->packing_fraction < other->packing_fraction ? -1 : 1;
    }
    return one->index < other->index ? -1 : 1;
}

/* members[count] of one group as $curve<index>, columns phi, f of each species; broken where fluid becomes glass. */
static void put_curve(FILE *script, const member *members, size_t count, size_t index) {
    const size_t m = members[0].result->config->mixture.species_count;

    fprintf(script, "$curve%zu << END\n", index);
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && is_fluid(members[i - 1].result) && !is_fluid(members[i].result)) fputc('\n', script);
        fprintf(script, "%.10g", members[i].packing_fraction);
        for (size_t mu = 0; mu < m; mu++) fprintf(script, " %.10g", observed(members[i].result, mu));
        fputc('\n', script);
    }
    fprintf(script, "END\n$jump%zu << END\n", index);
    for (size_t i = 0; i < count; i++) {
        double most = 0;

        if (!cli_packing_fraction_is_critical(members[i].result)) continue;
        for (size_t mu = 0; mu < m; mu++) most = fmax(most, observed(members[i].result, mu));
        fprintf(script, "%.10g 0\n%.10g %.10g\n\n", members[i].packing_fraction, members[i].packing_fraction, most);
    }
    fputs("END\n", script);
}

/* f(k = 7.4), or in words where files look at different wave numbers. */
static void put_axes(const cli_drawing *drawing) {
    char label[160] = "{/:Italic f}_{/:Italic μ} at the observed wave number";
    double first = 0;
    bool same = true;

    for (size_t i = 0; i < drawing->count; i++) {
        const mct_result *result = drawing->results[i];
        const double here = mct_grid_wave_number(&result->config->grid, observed_point(result));

        if (i == 0) first = here;
        same = same && fabs(here - first) < 1e-9 * first;
    }
    if (same) snprintf(label, sizeof label, "{/:Italic f}_{/:Italic μ}({/:Italic k} = %.4g/{/:Italic d})", first);
    cli_put_axes(drawing->script, "packing fraction {/:Italic φ}", label);
    fputs("set yrange [0:1]\n", drawing->script);
}

static void put_legend(const cli_drawing *drawing, const mct_mixture *mixture) {
    for (size_t mu = 0; mu < mixture->species_count; mu++) {
        fprintf(drawing->script, ", \\\n  NaN with lines linewidth 1.8 dashtype %s linecolor rgb '#808080' title \"",
                cli_dash_of_species(drawing->results, drawing->count, mu));
        cli_put_label(drawing->script, mixture->species[mu].name);
        fputs("\"", drawing->script);
    }
}

/* The curves of group `index` of `groups`. */
static void put_group(const cli_drawing *drawing, const mct_result *result, const char *label, size_t index,
                      size_t groups) {
    FILE *script = drawing->script;
    char colour[CLI_COLOUR_LENGTH];

    cli_colour(index, groups, CLI_COLOURS, colour);
    fprintf(script, "%s $jump%zu using 1:2 with lines linewidth 1.2 dashtype (2,4) linecolor rgb '%s' notitle",
            index == 0 ? "plot" : ", \\\n ", index, colour);
    for (size_t mu = 0; mu < result->config->mixture.species_count; mu++) {
        fprintf(script, ", \\\n  $curve%zu using 1:%zu with lines linewidth 1.8 dashtype %s linecolor rgb '%s' notitle",
                index, mu + 2, cli_dash_of_species(drawing->results, drawing->count, mu), colour);
    }
    if (groups > 1) {
        fprintf(script, ", \\\n  NaN with lines linewidth 1.8 linecolor rgb '%s' title \"%s\"", colour, label);
    }
}

static void put_groups(const cli_drawing *drawing, const member *members, char *const *labels) {
    const mct_mixture *most = &members[0].result->config->mixture;
    size_t groups = 0, index = 0;

    for (size_t i = 0, end; i < drawing->count; i = end, groups++) {
        for (end = i + 1; end < drawing->count && members[end].group == members[i].group;) end++;
        put_curve(drawing->script, members + i, end - i, groups);
    }
    for (size_t i = 0; i < drawing->count; i++) {
        const mct_mixture *mixture = &members[i].result->config->mixture;

        if (mixture->species_count > most->species_count) most = mixture;
        if (i > 0 && members[i].group == members[i - 1].group) continue;
        put_group(drawing, members[i].result, labels[members[i].group], index++, groups);
    }
    put_legend(drawing, most);
    fputs("\n", drawing->script);
}

mct_status cli_draw_density(const cli_drawing *drawing) {
    const size_t count = drawing->count;
    member *members = calloc(count, sizeof *members);
    size_t *group = calloc(count, sizeof *group);
    char **labels = calloc(count, sizeof *labels);
    mct_status status;

    if (!members || !group || !labels) {
        status = mct_fail(drawing->run->context, MCT_MEMORY, "not enough memory for the figure");
        goto cleanup;
    }
    MCT_TRY_CLEANUP(cli_group_results(drawing->run, drawing->results, count, varied, 1, group, labels));
    for (size_t i = 0; i < count; i++) {
        members[i] = (member){drawing->results[i], cli_packing_fraction(drawing->results[i]), group[i], i};
    }
    qsort(members, count, sizeof *members, compare);
    put_axes(drawing);
    put_groups(drawing, members, labels);
cleanup:
    for (size_t i = 0; i < count && labels; i++) free(labels[i]);
    free(labels);
    free(group);
    free(members);
    return status;
}
