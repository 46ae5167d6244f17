/* figures.h: gnuplot scripts of the figures; internal to apmct plot. */
#ifndef MCT_CLI_FIGURES_H
#define MCT_CLI_FIGURES_H

#include "cli.h"

typedef struct cli_figure {
    const char *name;
    const char *dataset; /* that each file must have */
    const char *source;  /* the command that makes such a file */
    /* Data, axes and curves of results[count] with their labels[count] (gnuplot's enhanced text) into `script`. */
    void (*draw)(FILE *script, mct_result *const *results, const char *const *labels, size_t count);
} cli_figure;

extern const cli_figure cli_figures[]; /* ended by a row without name */

/* Any text as gnuplot's enhanced text in single quotes: a backslash before what it would act upon, '' for a quote. */
void cli_put_label(FILE *out, const char *text);

/* What tells these results apart ("phi = 0.524, lambda_a = 1.02"), as labels[count]; caller frees each with free().
 * Errors: MCT_MEMORY. */
mct_status cli_label_results(cli *run, mct_result *const *results, size_t count, char **labels);

#endif
