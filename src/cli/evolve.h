/* evolve.h: one run of apmct evolve; internal to command_evolve.c and evolve_report.c. */
#ifndef MCT_CLI_EVOLVE_H
#define MCT_CLI_EVOLVE_H

#include "cli.h"

/* Owned by cli_evolve. */
typedef struct cli_evolve_run {
    mct_evolution_options options; /* with the steps, order and tolerance that time.accuracy led to */
    mct_species *species;          /* [m + tagged]: the mixture's and, after them, the tagged particles */
    size_t *displaced;             /* [tagged]: which of them these are */
    mct_statics *statics;          /* of all */
    size_t observed;               /* grid point */
    size_t stored_count, *stored;  /* grid points of the result file */
    mct_accuracy *accuracy;        /* NULL: not asked for */
    mct_evolution *evolution;
    mct_journal *journal;   /* NULL: nothing is stored */
    mct_recorder *recorder; /* NULL: nothing is stored */
    mct_evolution_result result;
    double resumed_at;           /* NaN: from the beginning */
    double advance_start;        /* clock when this process began to advance */
    unsigned long advance_steps; /* steps that it found */
    double last_checkpoint;      /* clock */
} cli_evolve_run;

/* Progress line, summary and JSON keys: evolve_report.c. */
void cli_evolve_progress(const cli *run, const cli_evolve_run *found);
void cli_evolve_summary(const cli *run, const cli_evolve_run *found);
/* The numbers; arrays only of a run that came to its end. */
void cli_evolve_json(cli *run, const cli_evolve_run *found, bool done);
/* --dry-run, as text or JSON. */
void cli_evolve_cost(cli *run, const cli_evolve_run *found, const mct_evolution_cost *cost);

#endif
