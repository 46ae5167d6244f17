/* figures.h: gnuplot scripts of the figures; internal to apmct plot. */
#ifndef MCT_CLI_FIGURES_H
#define MCT_CLI_FIGURES_H

#include "cli/cli.h"

/* One figure being drawn. */
typedef struct cli_drawing {
    cli *run;
    FILE *script;
    mct_result *const *results; /* [count] */
    const char *const *labels;  /* [count], for a string of gnuplot's: cli_put_label */
    size_t count;
} cli_drawing;

typedef struct cli_figure {
    const char *name;
    const char *source; /* what makes such files */
    bool (*supports)(const mct_result *result);
    /* Whether it is worth drawing unasked; NULL: always. */
    bool (*is_worthwhile)(mct_result *const *results, size_t count);
    /* Data, axes and curves into drawing->script.  Errors: MCT_MEMORY. */
    mct_status (*draw)(const cli_drawing *drawing);
} cli_figure;

extern const cli_figure cli_figures[]; /* ended by a row without name */

/* One file each: figure_*.c. */
bool cli_has_structure_factor(const mct_result *result);
mct_status cli_draw_structure_factor(const cli_drawing *drawing);

bool cli_has_nonergodicity(const mct_result *result);
mct_status cli_draw_nonergodicity(const cli_drawing *drawing);

bool cli_has_eigenvectors(const mct_result *result);
mct_status cli_draw_eigenvectors(const cli_drawing *drawing);

bool cli_has_critical_line(const mct_result *result);
bool cli_is_critical_line(mct_result *const *results, size_t count);
mct_status cli_draw_critical_line(const cli_drawing *drawing);

bool cli_has_density(const mct_result *result);
bool cli_is_density(mct_result *const *results, size_t count);
mct_status cli_draw_density(const cli_drawing *drawing);

bool cli_has_correlator(const mct_result *result);
mct_status cli_draw_correlator(const cli_drawing *drawing);

bool cli_has_tagged_correlator(const mct_result *result);
mct_status cli_draw_tagged_correlator(const cli_drawing *drawing);
bool cli_has_displacement(const mct_result *result);
mct_status cli_draw_displacement(const cli_drawing *drawing);

bool cli_has_relaxation(const mct_result *result);
mct_status cli_draw_relaxation(const cli_drawing *drawing);

bool cli_has_relaxation_power(const mct_result *result);
bool cli_is_relaxation_power(mct_result *const *results, size_t count);
mct_status cli_draw_relaxation_power(const cli_drawing *drawing);

bool cli_has_phase_diagram(const mct_result *result);
mct_status cli_draw_phase_diagram(const cli_drawing *drawing);
bool cli_has_map(const mct_result *result);
bool cli_is_map(mct_result *const *results, size_t count);
mct_status cli_draw_map(const cli_drawing *drawing);

/* ---- pieces: figure_parts.c --------------------------------------------------------------------------------- */

enum { CLI_COLOURS = 7, CLI_DASHES = 5, CLI_COLOUR_LENGTH = 8 };

extern const char *const cli_dashes[CLI_DASHES]; /* of gnuplot; solid, dashed, then ones that stay apart in grey */

/* The colour of curve `index` of `count`, of which `fixed` (at most CLI_COLOURS) may have colours of their own. */
const char *cli_colour(size_t index, size_t count, size_t fixed, char text[CLI_COLOUR_LENGTH]);

/* The style all figures share, with these labels of the axes. */
void cli_put_axes(FILE *script, const char *x_label, const char *y_label);

/* Axis 'x' or 'y' logarithmic over [least, most], with decades as labels, not more than fit. */
void cli_put_log_axis(FILE *script, char axis, double least, double most);

/* The same against the wave number, up to where nothing happens any more. */
void cli_put_wave_number_axes(const cli_drawing *drawing, const char *y_label);

/* value(result, column, row) for every grid point as the inline data block $data<index>, the wave number first. */
typedef double (*cli_column)(const mct_result *result, size_t column, size_t row);
void cli_put_data(FILE *script, const mct_result *result, size_t index, size_t columns, cli_column value);

/* Element [row][mu][nu] of a matrix dataset. */
double cli_element(const mct_result *result, const char *name, size_t row, size_t mu, size_t nu);

/* The dash of a species: solid for the first passive one, dashed for the first one that is active in any file. */
const char *cli_dash_of_species(mct_result *const *results, size_t count, size_t species);

/* What the curves of a file belong to: its species, or its tagged particles. */
typedef struct cli_family {
    size_t (*count)(const mct_result *result);
    const char *(*dash)(mct_result *const *results, size_t count, size_t member);
    /* The name of a member in the legend; `alone`: of one file, with what it is. */
    void (*put_name)(FILE *script, const mct_result *result, size_t member, bool alone);
} cli_family;

extern const cli_family cli_species_family;

/* Curves of every member of every file from the data blocks, column `member + first_column`: of one file a colour per
 * member, of several a colour per file.  The legend only where asked for. */
void cli_put_curves(const cli_drawing *drawing, const cli_family *family, size_t first_column, bool legend);

/* ---- what decays in time: figure_decay.c -------------------------------------------------------------------- */

/* Where along /stored_wave_number wave number k is, or the one nearest to it. */
size_t cli_stored_point(const mct_result *result, double k);

/* Calls draw with every file once for each wave number that --set output.wave_numbers gives, or for the one that the file
 * observes; k: what is stored nearest.  Errors: MCT_MEMORY, those of draw. */
typedef mct_status (*cli_draw_at)(const cli_drawing *drawing, const double *k);
mct_status cli_draw_wave_numbers(const cli_drawing *drawing, cli_draw_at draw);

/* Axes, and the data blocks of value(result, k, row of /time, member) of every file, for cli_put_curves; `what` names the
 * quantity, gnuplot's enhanced text. */
typedef double (*cli_decay)(const mct_result *result, double k, size_t row, size_t member);
void cli_put_decays(const cli_drawing *drawing, const double *k, const cli_family *family, cli_decay value,
                    const char *what);

/* ---- the state that a file is about: figure_parts.c --------------------------------------------------------- */

/* Its packing fraction and activities: of the configuration, or critical ones found (of the first root). */
double cli_packing_fraction(const mct_result *result);
double cli_activity(const mct_result *result, size_t species);
bool cli_packing_fraction_is_critical(const mct_result *result);
/* Whether the activity of this species is what was varied to find the transition. */
bool cli_activity_is_critical(const mct_result *result, size_t species);

/* ---- labels: labels.c --------------------------------------------------------------------------------------- */

/* Any text as part of a string of gnuplot's in double quotes, whose enhanced text shows it as it is; U+FFFD for what
 * cannot be shown.  Every text from a file or the command line goes into a script by this function. */
void cli_put_label(FILE *out, const char *text);

/* The symbol of the theory for a key of the configuration, else the key itself, as cli_put_label writes it; into `out`,
 * or to be freed with free() (NULL: no memory). */
void cli_put_symbol(FILE *out, const mct_result *result, const char *key);
char *cli_symbol(const mct_result *result, const char *key);

/* What tells these results apart ("phi = 0.524, lambda_a = 1.02"), as labels[count]; caller frees each with free().
 * Errors: MCT_MEMORY. */
mct_status cli_label_results(cli *run, mct_result *const *results, size_t count, char **labels);

/* Results that agree in all but the keys varied[varied_count] form a group: group[i] is the index of the first result
 * like result i, and labels[group[i]] says what tells that group from others ("" if there is one only); other labels
 * are NULL; caller frees each.  Errors: MCT_MEMORY. */
mct_status cli_group_results(cli *run, mct_result *const *results, size_t count, const char *const *varied,
                             size_t varied_count, size_t *group, char **labels);

#endif
