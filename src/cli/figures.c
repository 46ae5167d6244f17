/* figures.c: gnuplot scripts of the figures. */
#include "figures.h"

#include <math.h>
#include <string.h>

/* Okabe and Ito's colours, told apart by colour-blind readers; their yellow is too light for lines. */
static const char *const colours[] = {"#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000"};

/* Solid, dashed, then patterns that stay apart in grey. */
static const char *const dashes[] = {"1", "(14,6)", "(4,4)", "(18,5,4,5)", "(30,6)"};

enum { COLOURS = sizeof colours / sizeof colours[0], DASHES = sizeof dashes / sizeof dashes[0], PAIRS_MAX = 3 };

enum { COLOUR_LENGTH = 8 };

/* Of more curves than there are colours: evenly along viridis, whose yellow end is left out. */
static const unsigned char viridis[][3] = {{0x44, 0x01, 0x54}, {0x48, 0x28, 0x78}, {0x3E, 0x4A, 0x89},
                                           {0x31, 0x68, 0x8E}, {0x26, 0x82, 0x8E}, {0x1F, 0x9E, 0x89},
                                           {0x35, 0xB7, 0x79}, {0x6D, 0xCD, 0x59}, {0xB4, 0xDE, 0x2C}};

static const double wave_number_shown = 40; /* 1/d; beyond, nothing happens */

/* ---- pieces ------------------------------------------------------------------------------------------------- */

/* The colour of curve `index` of `count`, of which `fixed` may have colours of their own, into text. */
static const char *colour_of(size_t index, size_t count, size_t fixed, char text[COLOUR_LENGTH]) {
    const size_t last = sizeof viridis / sizeof viridis[0] - 1;
    const double at = count > 1 ? (double)(index * last) / (double)(count - 1) : 0;
    const size_t below = at < (double)last ? (size_t)at : last - 1;
    int rgb[3];

    if (count <= fixed) {
        snprintf(text, COLOUR_LENGTH, "%s", colours[index]);
        return text;
    }
    for (size_t i = 0; i < 3; i++) {
        const double low = viridis[below][i], high = viridis[below + 1][i];

        rgb[i] = (int)lround(low + (high - low) * (at - (double)below)) & 0xFF;
    }
    snprintf(text, COLOUR_LENGTH, "#%02X%02X%02X", (unsigned)rgb[0], (unsigned)rgb[1], (unsigned)rgb[2]);
    return text;
}

static double cut_off(mct_result *const *results, size_t count) {
    double most = 0;

    for (size_t i = 0; i < count; i++) {
        const mct_grid *grid = &results[i]->config->grid;

        most = fmax(most, (double)grid->points * grid->spacing);
    }
    return fmin(most, wave_number_shown);
}

static void axes(FILE *script, mct_result *const *results, size_t count, const char *y_label) {
    fprintf(script,
            "set encoding utf8\n"
            "set border linewidth 0.8\n"
            "set tics out nomirror scale 0.8\n"
            "set mxtics 2\nset mytics 2\n"
            "set grid xtics ytics linetype 1 linewidth 0.4 linecolor rgb '#E4E4E4'\n"
            "set key outside right top Left reverse samplen 2.4 spacing 1.25\n"
            "set xlabel 'wave number {/:Italic k}  [1/{/:Italic d}]'\n"
            "set ylabel '%s'\n"
            "set xrange [0:%.10g]\n",
            y_label, cut_off(results, count));
}

/* value(result, column, row) for every grid point as an inline data block with the wave number first. */
typedef double (*column_function)(const mct_result *result, size_t column, size_t row);

static void data_block(FILE *script, const mct_result *result, size_t index, size_t columns, column_function value) {
    const mct_dataset *wave_number = mct_result_dataset(result, "wave_number");

    fprintf(script, "$data%zu << END\n", index);
    for (size_t i = 0; i < wave_number->shape[0]; i++) {
        if (i > 0 && wave_number->data[i - 1] > wave_number_shown) break;
        fprintf(script, "%.10g", wave_number->data[i]);
        for (size_t column = 0; column < columns; column++) fprintf(script, " %.10g", value(result, column, i));
        fputc('\n', script);
    }
    fputs("END\n", script);
}

static double element(const mct_result *result, const char *name, size_t row, size_t mu, size_t nu) {
    const mct_dataset *dataset = mct_result_dataset(result, name);
    const size_t m = dataset->shape[1];

    return dataset->data[(row * m + mu) * m + nu];
}

/* ---- structure factor --------------------------------------------------------------------------------------- */

static double total(const mct_result *result, size_t column, size_t row) {
    const mct_mixture *mixture = &result->config->mixture;
    double sum = 0;

    (void)column;
    for (size_t mu = 0; mu < mixture->species_count; mu++) {
        for (size_t nu = 0; nu < mixture->species_count; nu++) {
            sum += sqrt(mixture->species[mu].fraction * mixture->species[nu].fraction) *
                   element(result, "structure_factor", row, mu, nu);
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
    return element(result, "structure_factor", row, mu, nu);
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
    char colour[COLOUR_LENGTH];

    for (size_t column = 1; column < columns; column++) count += first_like(result, column) == column;
    data_block(script, result, 0, columns, pair);
    fprintf(script, "plot $data0 using 1:2 with lines linewidth 1.8 linecolor rgb '#000000' title 'all particles'");
    for (size_t column = 1; column < columns; column++) {
        size_t mu, nu;

        if (first_like(result, column) < column) continue;
        pair_of(m, column, &mu, &nu);
        fprintf(script, ", \\\n  $data0 using 1:%zu with lines linewidth 1.8 dashtype %s linecolor rgb '%s' title '",
                column + 2, dashes[mu == nu ? 0 : 1], colour_of(curves++, count, COLOURS - 1, colour));
        put_pair(script, mixture, column);
        for (size_t other = column + 1; other < columns; other++) {
            if (!same_column(result, column, result, other)) continue;
            fputs(", ", script);
            put_pair(script, mixture, other);
        }
        fputs("'", script);
    }
    fputs("\n", script);
}

static void draw_structure_factor(FILE *script, mct_result *const *results, const char *const *labels, size_t count) {
    bool all_same = true;
    char colour[COLOUR_LENGTH];

    axes(script, results, count, "structure factor {/:Italic S}({/:Italic k})");
    fputs("set yrange [*<0:*]\n", script);
    for (size_t i = 1; i < count; i++) all_same = all_same && same_column(results[0], 0, results[i], 0);
    if (all_same) {
        draw_one_structure_factor(script, results[0]);
        return;
    }
    for (size_t i = 0; i < count; i++) data_block(script, results[i], i, 1, total);
    for (size_t i = 0; i < count; i++) {
        size_t first = 0;

        while (first < i && !same_column(results[first], 0, results[i], 0)) first++;
        if (first < i) continue;
        fprintf(script, "%s $data%zu using 1:2 with lines linewidth 1.8 linecolor rgb '%s' title '%s'",
                i == 0 ? "plot" : ", \\\n ", i, colour_of(i, count, COLOURS, colour), labels[i]);
    }
    fputs("\n", script);
}

/* ---- nonergodicity parameters ------------------------------------------------------------------------------- */

static double normalised(const mct_result *result, size_t column, size_t row) {
    return element(result, "nonergodicity", row, column, column) /
           element(result, "structure_factor", row, column, column);
}

static bool is_active(mct_result *const *results, size_t count, size_t species) {
    for (size_t i = 0; i < count; i++) {
        const mct_mixture *mixture = &results[i]->config->mixture;

        if (species < mixture->species_count && mixture->species[species].activity > 1) return true;
    }
    return false;
}

/* The first passive species is solid, the first one that is active in any file dashed, further ones dotted. */
static const char *dash_of(mct_result *const *results, size_t count, size_t species) {
    const bool active = is_active(results, count, species);
    size_t before = 0;

    for (size_t i = 0; i < species; i++) before += is_active(results, count, i) == active;
    if (before == 0) return dashes[active ? 1 : 0];
    return dashes[before + 1 < DASHES ? before + 1 : DASHES - 1];
}

/* How several files share one legend: a colour for each file and, in grey, a dash for each species. */
static void draw_nonergodicity(FILE *script, mct_result *const *results, const char *const *labels, size_t count) {
    const char *separator = "plot";
    char colour[COLOUR_LENGTH];
    size_t most = 0; /* the file with most species names them */

    axes(script, results, count, "{/:Italic f}_{/:Italic μ}({/:Italic k}) = {/:Italic F}_{μμ} / {/:Italic S}_{μμ}");
    fputs("set yrange [0:1]\n", script);
    for (size_t i = 0; i < count; i++) {
        const size_t m = results[i]->config->mixture.species_count;

        data_block(script, results[i], i, m, normalised);
        if (m > results[most]->config->mixture.species_count) most = i;
    }
    for (size_t i = 0; i < count; i++) {
        const mct_mixture *mixture = &results[i]->config->mixture;

        for (size_t mu = 0; mu < mixture->species_count; mu++) {
            if (count == 1) {
                colour_of(mu, mixture->species_count, COLOURS, colour);
            } else {
                colour_of(i, count, COLOURS, colour);
            }
            fprintf(script, "%s $data%zu using 1:%zu with lines linewidth 1.8 dashtype %s linecolor rgb '%s' ",
                    separator, i, mu + 2, dash_of(results, count, mu), colour);
            if (count == 1) {
                fputs("title '", script);
                cli_put_label(script, mixture->species[mu].name);
                fprintf(script, "  ({/:Italic λ} = %.6g)'", mixture->species[mu].activity);
            } else {
                fputs("notitle", script);
            }
            separator = ", \\\n ";
        }
        if (count > 1) {
            fprintf(script, "%s NaN with lines linewidth 1.8 linecolor rgb '%s' title '%s%s'", separator,
                    colour_of(i, count, COLOURS, colour), labels[i],
                    strcmp(results[i]->state, "fluid") == 0 ? "  (fluid)" : "");
        }
    }
    for (size_t mu = 0; count > 1 && mu < results[most]->config->mixture.species_count; mu++) {
        const mct_mixture *mixture = &results[most]->config->mixture;

        fprintf(script, "%s NaN with lines linewidth 1.8 dashtype %s linecolor rgb '#808080' title '", separator,
                dash_of(results, count, mu));
        cli_put_label(script, mixture->species[mu].name);
        fputs("'", script);
    }
    fputs("\n", script);
}

const cli_figure cli_figures[] = {
    {"structure-factor", "structure_factor", "apmct statics or glass", draw_structure_factor},
    {"nonergodicity", "nonergodicity", "apmct glass", draw_nonergodicity},
    {NULL, NULL, NULL, NULL},
};
