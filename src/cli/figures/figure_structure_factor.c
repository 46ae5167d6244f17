/* figure_structure_factor.c: total and partial structure factors. */
#include <math.h>

#include "cli/figures/figures.h"

enum { PAIRS_MAX = 3 };

static double total(const mct_result *result, size_t column, size_t row) {
    const mct_mixture *mixture = &result->config->mixture;
    double sum = 0;

    (void)column;
    for (size_t mu = 0; mu < mixture->species_count; mu++) {
        for (size_t nu = 0; nu < mixture->species_count; nu++) {
            sum += sqrt(mixture->species[mu].fraction * mixture->species[nu].fraction) *
                   cli_element(result, "structure_factor", row, mu, nu);
        }
    }
    return sum;
}

/* Column c > 0 is the c-th pair mu <= nu, or the c-th species where there are too many pairs; column 0 the total. */
static void pair_of(size_t species, size_t column, size_t *mu, size_t *nu) {
    *mu = *nu = column - 1;
    if (species > PAIRS_MAX) return;
    for (*mu = 0, column--; column >= species - *mu; ++*mu) column -= species - *mu;
    *nu = *mu + column;
}

static double pair(const mct_result *result, size_t column, size_t row) {
    size_t mu, nu;

    if (column == 0) return total(result, column, row);
    pair_of(result->config->mixture.species_count, column, &mu, &nu);
    return cli_element(result, "structure_factor", row, mu, nu);
}

/* Whether two columns agree at all grid points: labelled species of one kind, or files that differ in dynamics. */
static bool same_column(const mct_result *one, size_t column, const mct_result *other, size_t other_column) {
    const size_t points = one->config->grid.points;

    if (points != other->config->grid.points || one->config->grid.spacing != other->config->grid.spacing) return false;
    for (size_t i = 0; i < points; i++) {
        if (fabs(pair(one, column, i) - pair(other, other_column, i)) > 1e-12) return false;
    }
    return true;
}

static void put_pair(FILE *script, const mct_mixture *mixture, size_t column) {
    size_t mu, nu;

    pair_of(mixture->species_count, column, &mu, &nu);
    cli_put_label(script, mixture->species[mu].name);
    fputs("–", script);
    cli_put_label(script, mixture->species[nu].name);
}

/* The first column > 0 that agrees with this one. */
static size_t first_like(const mct_result *result, size_t column) {
    size_t first = 1;

    while (first < column && !same_column(result, first, result, column)) first++;
    return first;
}

/* Total and partial structure factors; pairs that coincide share a curve. */
static void draw_one_structure_factor(FILE *script, const mct_result *result) {
    const mct_mixture *mixture = &result->config->mixture;
    const size_t m = mixture->species_count;
    const size_t columns = m == 1 ? 1 : m > PAIRS_MAX ? m + 1 : m * (m + 1) / 2 + 1;
    size_t curves = 0, count = 0;
    char colour[CLI_COLOUR_LENGTH];

    for (size_t column = 1; column < columns; column++) count += first_like(result, column) == column;
    cli_put_data(script, result, 0, columns, pair);
    fprintf(script, "plot $data0 using 1:2 with lines linewidth 1.8 linecolor rgb '#000000' title 'all particles'");
    for (size_t column = 1; column < columns; column++) {
        size_t mu, nu;

        if (first_like(result, column) < column) continue;
        pair_of(m, column, &mu, &nu);
        fprintf(script, ", \\\n  $data0 using 1:%zu with lines linewidth 1.8 dashtype %s linecolor rgb '%s' title \"",
                column + 2, cli_dashes[mu == nu ? 0 : 1], cli_colour(curves++, count, CLI_COLOURS - 1, colour));
        put_pair(script, mixture, column);
        for (size_t other = column + 1; other < columns; other++) {
            if (!same_column(result, column, result, other)) continue;
            fputs(", ", script);
            put_pair(script, mixture, other);
        }
        fputs("\"", script);
    }
    fputs("\n", script);
}

bool cli_has_structure_factor(const mct_result *result) {
    return mct_result_dataset(result, "structure_factor");
}

mct_status cli_draw_structure_factor(const cli_drawing *drawing) {
    mct_result *const *results = drawing->results;
    FILE *script = drawing->script;
    bool all_same = true;
    char colour[CLI_COLOUR_LENGTH];

    cli_put_wave_number_axes(drawing, "structure factor {/:Italic S}({/:Italic k})");
    fputs("set yrange [*<0:*]\n", script);
    for (size_t i = 1; i < drawing->count; i++) all_same = all_same && same_column(results[0], 0, results[i], 0);
    if (all_same) {
        draw_one_structure_factor(script, results[0]);
        return MCT_OK;
    }
    for (size_t i = 0; i < drawing->count; i++) cli_put_data(script, results[i], i, 1, total);
    for (size_t i = 0; i < drawing->count; i++) {
        size_t first = 0;

        while (first < i && !same_column(results[first], 0, results[i], 0)) first++;
        if (first < i) continue;
        fprintf(script, "%s $data%zu using 1:2 with lines linewidth 1.8 linecolor rgb '%s' title \"%s\"",
                i == 0 ? "plot" : ", \\\n ", i, cli_colour(i, drawing->count, CLI_COLOURS, colour), drawing->labels[i]);
    }
    fputs("\n", script);
    return MCT_OK;
}
