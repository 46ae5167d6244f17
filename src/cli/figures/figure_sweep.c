/* figure_sweep.c: what a sweep gave: curves phi_c against one key for each value of the others, and maps over two keys. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "cli/figures/figures.h"

/* The table of a file, and which of its keys is the axis. */
typedef struct sweep_file {
    const mct_result *result;
    mct_sweep_table *table;
    size_t x;
} sweep_file;

static double value_at(const mct_sweep_table *table, size_t point, size_t key) {
    double number = (double)NAN;

    return mct_number_parse(mct_sweep_table_value(table, point, key), &number) ? number : (double)NAN;
}

static bool is_numeric(const mct_sweep_table *table, size_t key) {
    return isfinite(value_at(table, 0, key));
}

/* An activity where there is one, else the key that varies fastest. */
static size_t axis_key(const mct_sweep_table *table) {
    static const char end[] = ".activity";
    size_t found = mct_sweep_table_keys(table) - 1;

    for (size_t key = 0; key < mct_sweep_table_keys(table); key++) {
        const char *name = mct_sweep_table_key(table, key);
        const size_t length = strlen(name);

        if (length > strlen(end) && strcmp(name + length - strlen(end), end) == 0) found = key;
    }
    return found;
}

static mct_status open_file(const cli_drawing *drawing, const mct_result *result, sweep_file *file) {
    file->result = result;
    MCT_TRY(mct_sweep_table_create(drawing->run->context, result->config, &file->table));
    file->x = axis_key(file->table);
    return MCT_OK;
}

/* ---- curves ------------------------------------------------------------------------------------------------- */

/* Whether two points differ at most in the key of the axis. */
static bool is_same_curve(const sweep_file *file, size_t one, size_t other) {
    for (size_t key = 0; key < mct_sweep_table_keys(file->table); key++) {
        if (key == file->x) continue;
        if (strcmp(mct_sweep_table_value(file->table, one, key), mct_sweep_table_value(file->table, other, key)) != 0)
            return false;
    }
    return true;
}

static bool is_first(const sweep_file *file, size_t point) {
    for (size_t other = 0; other < point; other++) {
        if (is_same_curve(file, point, other)) return false;
    }
    return true;
}

/* Points of the curve that begins with `first`, as $curve<index>. */
static void put_curve(FILE *script, const sweep_file *file, size_t first, size_t index) {
    const mct_dataset *phi = mct_result_dataset(file->result, "points/packing_fraction_critical");

    fprintf(script, "$curve%zu << END\n", index);
    for (size_t point = first; point < phi->shape[0]; point++) {
        if (!is_same_curve(file, first, point)) continue;
        if (isfinite(phi->data[point])) {
            fprintf(script, "%.10g %.10g\n", value_at(file->table, point, file->x), phi->data[point]);
        } else {
            fputc('\n', script); /* a gap */
        }
    }
    fputs("END\n", script);
}

static void put_curve_label(const cli_drawing *drawing, size_t f, const sweep_file *file, size_t first) {
    bool any = false;

    if (drawing->count > 1) {
        fputs(drawing->labels[f], drawing->script);
        any = true;
    }
    for (size_t key = 0; key < mct_sweep_table_keys(file->table); key++) {
        if (key == file->x) continue;
        if (any) fputs(", ", drawing->script);
        cli_put_symbol(drawing->script, file->result, mct_sweep_table_key(file->table, key));
        fputs(" = ", drawing->script);
        cli_put_label(drawing->script, mct_sweep_table_value(file->table, first, key));
        any = true;
    }
    if (!any) fputs("{/:Italic φ}_c", drawing->script);
}

static void put_axes(const cli_drawing *drawing, const sweep_file *file, size_t y, const char *y_label) {
    char *x_text = cli_symbol(file->result, mct_sweep_table_key(file->table, file->x));
    char *y_text = y_label ? NULL : cli_symbol(file->result, mct_sweep_table_key(file->table, y));

    cli_put_axes(drawing->script, x_text ? x_text : "", y_label ? y_label : y_text ? y_text : "");
    free(x_text);
    free(y_text);
}

/* All curves of all files, the data first. */
static void put_curves(const cli_drawing *drawing, const sweep_file *files) {
    size_t count = 0, index = 0;
    char colour[CLI_COLOUR_LENGTH];

    for (size_t f = 0; f < drawing->count; f++) {
        for (size_t point = 0; point < mct_sweep_table_points(files[f].table); point++) {
            if (is_first(&files[f], point)) put_curve(drawing->script, &files[f], point, count++);
        }
    }
    for (size_t f = 0; f < drawing->count; f++) {
        for (size_t point = 0; point < mct_sweep_table_points(files[f].table); point++) {
            if (!is_first(&files[f], point)) continue;
            fprintf(drawing->script, "%s $curve%zu using 1:2 with lines linewidth 1.8 linecolor rgb '%s' title \"",
                    index == 0 ? "plot" : ", \\\n ", index, cli_colour(index, count, CLI_COLOURS, colour));
            put_curve_label(drawing, f, &files[f], point);
            fputs("\"", drawing->script);
            index++;
        }
    }
    fputs("\n", drawing->script);
}

bool cli_has_phase_diagram(const mct_result *result) {
    const mct_dataset *phi = mct_result_dataset(result, "points/packing_fraction_critical");

    return phi && mct_result_dataset(result, "points/exponent_parameter") && phi->shape[0] > 1;
}

mct_status cli_draw_phase_diagram(const cli_drawing *drawing) {
    sweep_file *files = calloc(drawing->count, sizeof *files);
    mct_status status = MCT_OK;

    if (!files) return mct_fail(drawing->run->context, MCT_MEMORY, "not enough memory for the figure");
    for (size_t f = 0; f < drawing->count; f++) {
        MCT_TRY_CLEANUP(open_file(drawing, drawing->results[f], &files[f]));
    }
    put_axes(drawing, &files[0], 0, "critical packing fraction {/:Italic φ}_c");
    put_curves(drawing, files);
cleanup:
    for (size_t f = 0; f < drawing->count; f++) mct_sweep_table_destroy(files[f].table);
    free(files);
    return status;
}

/* ---- maps --------------------------------------------------------------------------------------------------- */

/* What is mapped: the first of these that the file has; of a vector over species the last one, the passive one where there
 * is a convention. */
static const struct {
    const char *name, *label;
    bool logarithmic;
} mapped[] = {
    {"points/relaxation_time_tenth", "{/:Italic τ}_{0.1} of the last species (white: never)", true},
    {"points/packing_fraction_critical", "critical packing fraction {/:Italic φ}_c", false},
    {"points/nonergodicity_observed", "{/:Italic f} of the last species at the observed {/:Italic k}", false}};

/* Seen alike by all, and in grey. */
static const char viridis[] =
    "0 '#440154', 1 '#482878', 2 '#3E4A89', 3 '#31688E', 4 '#26828E', 5 '#1F9E89', 6 '#35B779', "
    "7 '#6DCD59', 8 '#B4DE2C', 9 '#FDE725'";

static size_t what_is_mapped(const mct_result *result) {
    const size_t none = sizeof mapped / sizeof mapped[0];
    const bool is_glass = mct_result_dataset(result, "points/residual");

    for (size_t i = is_glass ? none - 1 : 0; i < none; i++) {
        if (mct_result_dataset(result, mapped[i].name)) return i;
    }
    return none;
}

bool cli_has_map(const mct_result *result) {
    mct_sweep_table *table;
    bool fits;

    if (what_is_mapped(result) == sizeof mapped / sizeof mapped[0]) return false;
    if (mct_sweep_table_create(NULL, result->config, &table) != MCT_OK) return false;
    fits = mct_sweep_table_keys(table) == 2 && is_numeric(table, 0) && is_numeric(table, 1) &&
           mct_sweep_table_points(table) > 3 &&
           strcmp(mct_sweep_table_value(table, 0, 0), mct_sweep_table_value(table, 1, 0)) == 0; /* not zipped */
    mct_sweep_table_destroy(table);
    return fits;
}

bool cli_is_map(mct_result *const *results, size_t count) {
    (void)results;
    return count == 1;
}

mct_status cli_draw_map(const cli_drawing *drawing) {
    const mct_result *result = drawing->results[0];
    const size_t which = what_is_mapped(result);
    const mct_dataset *values = mct_result_dataset(result, mapped[which].name);
    const size_t width = values->rank > 1 ? values->shape[1] : 1;
    sweep_file file;
    size_t y;

    if (drawing->count > 1) return mct_fail(drawing->run->context, MCT_USAGE, "--figure map: one file at a time");
    MCT_TRY(open_file(drawing, result, &file));
    y = 1 - file.x;
    put_axes(drawing, &file, y, NULL);
    fprintf(drawing->script,
            "unset grid\nset view map\nset palette defined (%s)\nset cblabel \"%s\" offset 2.5\nset pm3d corners2color "
            "mean\n"
            "%sset autoscale xfix\nset autoscale yfix\nunset key\n$map << END\n",
            viridis, mapped[which].label,
            mapped[which].logarithmic ? "set logscale cb\nset format cb '10^{%T}'\n" : "");
    for (size_t point = 0; point < values->shape[0];
         point++) { /* key 1 varies fastest: a block for each value of key 0 */
        const double value = values->data[point * width + width - 1];

        if (point > 0 &&
            strcmp(mct_sweep_table_value(file.table, point, 0), mct_sweep_table_value(file.table, point - 1, 0)) != 0) {
            fputc('\n', drawing->script);
        }
        fprintf(drawing->script, "%.10g %.10g ", value_at(file.table, point, file.x), value_at(file.table, point, y));
        fprintf(drawing->script, isfinite(value) ? "%.10g\n" : "NaN\n", value);
    }
    fputs("END\nsplot $map using 1:2:3 with pm3d\n", drawing->script);
    mct_sweep_table_destroy(file.table);
    return MCT_OK;
}
