/* figure_parts.c: what figures have in common: colours, axes, data, curves of species; the state of a file. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/figures/figures.h"

/* Okabe and Ito's colours, told apart by colour-blind readers; their yellow is too light for lines. */
static const char *const colours[CLI_COLOURS] = {"#0072B2", "#D55E00", "#009E73", "#CC79A7",
                                                 "#E69F00", "#56B4E9", "#000000"};

/* Solid, dashed, then patterns that stay apart in grey. */
const char *const cli_dashes[CLI_DASHES] = {"1", "(14,6)", "(4,4)", "(18,5,4,5)", "(30,6)"};

/* Of more curves than there are colours: evenly along viridis, whose yellow end is left out. */
static const unsigned char viridis[][3] = {{0x44, 0x01, 0x54}, {0x48, 0x28, 0x78}, {0x3E, 0x4A, 0x89},
                                           {0x31, 0x68, 0x8E}, {0x26, 0x82, 0x8E}, {0x1F, 0x9E, 0x89},
                                           {0x35, 0xB7, 0x79}, {0x6D, 0xCD, 0x59}, {0xB4, 0xDE, 0x2C}};

static const double wave_number_shown = 40; /* 1/d; beyond, nothing happens */

/* ---- style and data ----------------------------------------------------------------------------------------- */

const char *cli_colour(size_t index, size_t count, size_t fixed, char text[CLI_COLOUR_LENGTH]) {
    const size_t last = sizeof viridis / sizeof viridis[0] - 1;
    const double at = count > 1 ? (double)(index * last) / (double)(count - 1) : 0;
    const size_t below = at < (double)last ? (size_t)at : last - 1;
    int rgb[3];

    if (count <= fixed) {
        snprintf(text, CLI_COLOUR_LENGTH, "%s", colours[index]);
        return text;
    }
    for (size_t i = 0; i < 3; i++) {
        const double low = viridis[below][i], high = viridis[below + 1][i];

        rgb[i] = (int)lround(low + (high - low) * (at - (double)below)) & 0xFF;
    }
    snprintf(text, CLI_COLOUR_LENGTH, "#%02X%02X%02X", (unsigned)rgb[0], (unsigned)rgb[1], (unsigned)rgb[2]);
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

void cli_put_axes(FILE *script, const char *x_label, const char *y_label) {
    fprintf(script,
            "set encoding utf8\n"
            "set border linewidth 0.8\n"
            "set tics out nomirror scale 0.8\n"
            "set mxtics 2\nset mytics 2\n"
            "set grid xtics ytics linetype 1 linewidth 0.4 linecolor rgb '#E4E4E4'\n"
            "set key outside right top Left reverse samplen 2.4 spacing 1.25\n"
            "set xlabel \"%s\"\n"
            "set ylabel \"%s\"\n",
            x_label, y_label);
}

void cli_put_log_axis(FILE *script, char axis, double least, double most) {
    enum { LABELS_MAX = 10 };
    const double decades = most > least && least > 0 ? log10(most / least) : 1;
    const int each = (int)ceil(decades / LABELS_MAX);

    fprintf(script, "set logscale %c\nset format %c '10^{%%T}'\nset %ctics %.0e\nset m%ctics %d\n", axis, axis, axis,
            pow(10, each), axis, each == 1 ? 10 : each);
}

void cli_put_wave_number_axes(const cli_drawing *drawing, const char *y_label) {
    cli_put_axes(drawing->script, "wave number {/:Italic k}  [1/{/:Italic d}]", y_label);
    if (drawing->count == 1 && cli_packing_fraction_is_critical(drawing->results[0])) {
        fprintf(drawing->script, "set key title '{/:Italic φ}_c = %.6g' left\n",
                cli_packing_fraction(drawing->results[0]));
    }
    fprintf(drawing->script, "set xrange [0:%.10g]\n", cut_off(drawing->results, drawing->count));
}

void cli_put_data(FILE *script, const mct_result *result, size_t index, size_t columns, cli_column value) {
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

double cli_element(const mct_result *result, const char *name, size_t row, size_t mu, size_t nu) {
    const mct_dataset *dataset = mct_result_dataset(result, name);
    const size_t m = dataset->shape[1];

    return dataset->data[(row * m + mu) * m + nu];
}

/* ---- curves of species ------------------------------------------------------------------------------------- */

static bool is_active(mct_result *const *results, size_t count, size_t species) {
    for (size_t i = 0; i < count; i++) {
        const mct_mixture *mixture = &results[i]->config->mixture;

        if (species < mixture->species_count && cli_activity(results[i], species) > 1) return true;
    }
    return false;
}

const char *cli_dash_of_species(mct_result *const *results, size_t count, size_t species) {
    const bool active = is_active(results, count, species);
    size_t before = 0;

    for (size_t i = 0; i < species; i++) before += is_active(results, count, i) == active;
    if (before == 0) return cli_dashes[active ? 1 : 0];
    return cli_dashes[before + 1 < CLI_DASHES ? before + 1 : CLI_DASHES - 1];
}

static size_t species_count(const mct_result *result) {
    return result->config->mixture.species_count;
}

static void put_species_name(FILE *script, const mct_result *result, size_t species, bool alone) {
    cli_put_label(script, result->config->mixture.species[species].name);
    if (!alone) return;
    fprintf(script, "  ({/:Italic λ}%s = %.6g)", cli_activity_is_critical(result, species) ? "_c" : "",
            cli_activity(result, species));
}

const cli_family cli_species_family = {species_count, cli_dash_of_species, put_species_name};

/* How several files share one legend: a colour for each file and, in grey, a dash for each member. */
static void put_legend(const cli_drawing *drawing, const cli_family *family) {
    const mct_result *most = drawing->results[0]; /* the file with most members names them */
    FILE *script = drawing->script;
    char colour[CLI_COLOUR_LENGTH];

    for (size_t i = 0; i < drawing->count; i++) {
        const mct_result *result = drawing->results[i];

        if (family->count(result) > family->count(most)) most = result;
        fprintf(script, ", \\\n  NaN with lines linewidth 1.8 linecolor rgb '%s' title \"%s%s\"",
                cli_colour(i, drawing->count, CLI_COLOURS, colour), drawing->labels[i],
                strcmp(result->state, "fluid") == 0 ? "  (fluid)" : "");
    }
    for (size_t mu = 0; mu < family->count(most); mu++) {
        fprintf(script, ", \\\n  NaN with lines linewidth 1.8 dashtype %s linecolor rgb '#808080' title \"",
                family->dash(drawing->results, drawing->count, mu));
        family->put_name(script, most, mu, false);
        fputs("\"", script);
    }
}

void cli_put_curves(const cli_drawing *drawing, const cli_family *family, size_t first_column, bool legend) {
    const char *separator = "plot";
    char colour[CLI_COLOUR_LENGTH];

    for (size_t i = 0; i < drawing->count; i++) {
        const size_t m = family->count(drawing->results[i]);

        for (size_t mu = 0; mu < m; mu++) {
            if (drawing->count == 1) {
                cli_colour(mu, m, CLI_COLOURS, colour);
            } else {
                cli_colour(i, drawing->count, CLI_COLOURS, colour);
            }
            fprintf(drawing->script, "%s $data%zu using 1:%zu with lines linewidth 1.8 dashtype %s linecolor rgb '%s' ",
                    separator, i, first_column + mu, family->dash(drawing->results, drawing->count, mu), colour);
            if (legend && drawing->count == 1) {
                fputs("title \"", drawing->script);
                family->put_name(drawing->script, drawing->results[0], mu, true);
                fputs("\"", drawing->script);
            } else {
                fputs("notitle", drawing->script);
            }
            separator = ", \\\n ";
        }
    }
    if (legend && drawing->count > 1) put_legend(drawing, family);
    fputs("\n", drawing->script);
}

/* ---- the state that a file is about ------------------------------------------------------------------------- */

bool cli_packing_fraction_is_critical(const mct_result *result) {
    return mct_result_dataset(result, "packing_fraction_critical") && !mct_result_dataset(result, "activity_critical");
}

double cli_packing_fraction(const mct_result *result) {
    if (!cli_packing_fraction_is_critical(result)) return result->config->mixture.packing_fraction;
    return mct_result_dataset(result, "packing_fraction_critical")->data[0];
}

bool cli_activity_is_critical(const mct_result *result, size_t species) {
    static const char prefix[] = "mixture.species.";
    const char *of = result->config->critical.of;

    return mct_result_dataset(result, "activity_critical") && strncmp(of, prefix, strlen(prefix)) == 0 &&
           strtoul(of + strlen(prefix), NULL, 10) == species;
}

double cli_activity(const mct_result *result, size_t species) {
    if (!cli_activity_is_critical(result, species)) return result->config->mixture.species[species].activity;
    return mct_result_dataset(result, "activity_critical")->data[0];
}
