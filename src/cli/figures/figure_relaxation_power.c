/* figure_relaxation_power.c: relaxation times at the observed wave number against the distance from the transition,
 * |eps| = |phi - phi_c|/phi_c, with the power law |eps|^-gamma.
 *
 * phi_c and gamma come from a critical file of the same mixture; without one the axis is the packing fraction.  Files
 * that agree in all but the packing fraction make a curve. */
#include <math.h>
#include <stdlib.h>

#include "cli/figures/figures.h"

static const char *const varied[] = {"mixture.packing_fraction"};

typedef struct member {
    const mct_result *result;
    double packing_fraction, at; /* at: on the axis */
    size_t group, index;
} member;

static double observed(const mct_result *result, size_t species) {
    const mct_dataset *tau = mct_result_dataset(result, "relaxation_time_tenth");
    const size_t row = mct_grid_nearest(&result->config->grid, result->config->output.wave_number);

    return tau ? tau->data[row * tau->shape[1] + species] : (double)NAN;
}

static bool has_time(const mct_result *result) {
    for (size_t mu = 0; mu < result->config->mixture.species_count; mu++) {
        if (isfinite(observed(result, mu))) return true;
    }
    return false;
}

static bool is_critical(const mct_result *result) {
    return cli_packing_fraction_is_critical(result) && mct_result_dataset(result, "gamma");
}

bool cli_has_relaxation_power(const mct_result *result) {
    return has_time(result) || is_critical(result);
}

bool cli_is_relaxation_power(mct_result *const *results, size_t count) {
    size_t different = 0;
    double first = NAN;

    for (size_t i = 0; i < count; i++) {
        if (!has_time(results[i])) continue;
        if (isnan(first)) first = cli_packing_fraction(results[i]);
        different += cli_packing_fraction(results[i]) != first;
    }
    return different > 0;
}

/* By group, place on the axis, and as given. */
static int compare(const void *a, const void *b) {
    const member *one = a, *other = b;

    if (one->group != other->group) return one->group < other->group ? -1 : 1;
    if (one->at != other->at) return one->at < other->at ? -1 : 1;
    return one->index < other->index ? -1 : 1;
}

/* The critical file of a group, NULL if there is none. */
static const mct_result *critical_of(const member *members, size_t count, size_t group) {
    for (size_t i = 0; i < count; i++) {
        if (members[i].group == group && is_critical(members[i].result)) return members[i].result;
    }
    return NULL;
}

/* Whether every curve has its critical file; then the axis is |eps|. */
static bool set_places(member *members, size_t count) {
    bool all = true;

    for (size_t i = 0; i < count; i++) {
        if (has_time(members[i].result)) all = all && critical_of(members, count, members[i].group);
    }
    for (size_t i = 0; i < count; i++) {
        const mct_result *critical = critical_of(members, count, members[i].group);

        members[i].at = members[i].packing_fraction;
        if (!all || !critical) continue;
        members[i].at = fabs(members[i].packing_fraction / cli_packing_fraction(critical) - 1);
    }
    return all;
}

/* ---- the script --------------------------------------------------------------------------------------------- */

/* members[count] of one group as $curve<index>, and the line of the power law through the point nearest phi_c. */
static void put_group_data(FILE *script, const member *members, size_t count, size_t index, bool is_distance,
                           const mct_result *critical) {
    const size_t m = members[0].result->config->mixture.species_count;
    const member *nearest = NULL, *farthest = NULL;

    fprintf(script, "$curve%zu << END\n", index);
    for (size_t i = 0; i < count; i++) {
        if (!has_time(members[i].result)) continue;
        if (!nearest) nearest = &members[i];
        farthest = &members[i];
        fprintf(script, "%.10g", members[i].at);
        for (size_t mu = 0; mu < m; mu++) fprintf(script, " %.10g", observed(members[i].result, mu));
        fputc('\n', script);
    }
    fprintf(script, "END\n$power%zu << END\n", index);
    if (is_distance && critical && nearest) {
        const double gamma = mct_result_dataset(critical, "gamma")->data[0];

        for (const member *at = nearest;; at = farthest) {
            fprintf(script, "%.10g", at->at);
            for (size_t mu = 0; mu < m; mu++) {
                fprintf(script, " %.10g", observed(nearest->result, mu) * pow(at->at / nearest->at, -gamma));
            }
            fputc('\n', script);
            if (at == farthest) break;
        }
    }
    fputs("END\n", script);
}

static void put_curves(const cli_drawing *drawing, const mct_result *result, const char *label, size_t index,
                       size_t groups, const mct_result *critical) {
    FILE *script = drawing->script;
    char colour[CLI_COLOUR_LENGTH];

    cli_colour(index, groups, CLI_COLOURS, colour);
    for (size_t mu = 0; mu < result->config->mixture.species_count; mu++) {
        fprintf(script, "%s $curve%zu using 1:%zu with points pointtype %d pointsize 1 linecolor rgb '%s' ",
                index + mu == 0 ? "plot" : ", \\\n ", index, mu + 2, mu == 0 ? 7 : 6, colour);
        fputs("title \"", script);
        cli_put_label(script, result->config->mixture.species[mu].name);
        fprintf(script, "%s%s\"", label[0] ? ",  " : "", label);
        if (!critical) continue;
        fprintf(script, ", \\\n  $power%zu using 1:%zu with lines linewidth 1.2 dashtype %s linecolor rgb '%s' ", index,
                mu + 2, cli_dash_of_species(drawing->results, drawing->count, mu), colour);
        if (mu == 0) {
            fprintf(script, "title '|{/:Italic ε}|^{–{/:Italic γ}}, {/:Italic γ} = %.4f'",
                    mct_result_dataset(critical, "gamma")->data[0]);
        } else {
            fputs("notitle", script);
        }
    }
}

static void put_axes(const cli_drawing *drawing, const member *members, bool is_distance) {
    double least = INFINITY, most = 0, low = INFINITY, high = 0;

    for (size_t i = 0; i < drawing->count; i++) {
        if (!has_time(members[i].result)) continue;
        least = fmin(least, members[i].at);
        most = fmax(most, members[i].at);
        for (size_t mu = 0; mu < members[i].result->config->mixture.species_count; mu++) {
            const double tau = observed(members[i].result, mu);

            if (!isfinite(tau)) continue;
            low = fmin(low, tau);
            high = fmax(high, tau);
        }
    }
    cli_put_axes(drawing->script,
                 is_distance ? "distance |{/:Italic ε}| = |{/:Italic φ} – {/:Italic φ}_c| / {/:Italic φ}_c"
                             : "packing fraction {/:Italic φ}",
                 "relaxation time {/:Italic τ}_{0.1}  [{/:Italic d}^2/{/:Italic D}_0]");
    if (is_distance) cli_put_log_axis(drawing->script, 'x', least, most);
    cli_put_log_axis(drawing->script, 'y', low, high);
}

mct_status cli_draw_relaxation_power(const cli_drawing *drawing) {
    const size_t count = drawing->count;
    member *members = calloc(count, sizeof *members);
    size_t *group = calloc(count, sizeof *group), groups = 0, index = 0, end;
    char **labels = calloc(count, sizeof *labels);
    bool is_distance;
    mct_status status;

    if (!members || !group || !labels) {
        status = mct_fail(drawing->run->context, MCT_MEMORY, "not enough memory for the figure");
        goto cleanup;
    }
    MCT_TRY_CLEANUP(cli_group_results(drawing->run, drawing->results, count, varied, 1, group, labels));
    for (size_t i = 0; i < count; i++) {
        members[i] = (member){drawing->results[i], cli_packing_fraction(drawing->results[i]), 0, group[i], i};
    }
    is_distance = set_places(members, count);
    qsort(members, count, sizeof *members, compare);
    put_axes(drawing, members, is_distance);
    for (size_t i = 0; i < count; i = end, groups++) {
        for (end = i + 1; end < count && members[end].group == members[i].group;) end++;
        put_group_data(drawing->script, members + i, end - i, groups, is_distance,
                       critical_of(members, count, members[i].group));
    }
    for (size_t i = 0; i < count; i = end, index++) {
        for (end = i + 1; end < count && members[end].group == members[i].group;) end++;
        put_curves(drawing, members[i].result, labels[members[i].group], index, groups,
                   is_distance ? critical_of(members, count, members[i].group) : NULL);
    }
    fputs("\n", drawing->script);
cleanup:
    for (size_t i = 0; i < count && labels; i++) free(labels[i]);
    free(labels);
    free(group);
    free(members);
    return status;
}
