/* evolve.h: one run of apmct evolve; internal to command_evolve.c and evolve_*.c. */
#ifndef MCT_CLI_EVOLVE_H
#define MCT_CLI_EVOLVE_H

#include "cli/cli.h"

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
    mct_critical_point *critical; /* NULL: none near */
    char transition_note[320];    /* why none is known; "" */
    unsigned long transition_evaluations;
    mct_kohlrausch *kohlrausch; /* [m + tagged][N] */
    mct_beta_relaxation beta;   /* where there is a critical point */
    size_t g_count;
    double *g_time;              /* [2][g_count]: times and g */
    double resumed_at;           /* NaN: from the beginning */
    double advance_start;        /* clock when this process began to advance */
    unsigned long advance_steps; /* steps that it found */
    double last_checkpoint;      /* clock */
} cli_evolve_run;

/* The journal: evolve_journal.c.  A new one, or with --resume the one that is there, from whose checkpoint the run goes on. */
mct_status cli_evolve_open_journal(cli *run, cli_evolve_run *found);
/* Whether the journal that is there is of the run that time.accuracy would refine to. */
mct_status cli_evolve_is_refined(cli *run, const cli_evolve_run *found, bool *refined);
mct_status cli_evolve_checkpoint(cli *run, cli_evolve_run *found);
/* The failure that stopped the run, with what has become of the journal. */
mct_status cli_evolve_stopped(cli *run, cli_evolve_run *found, mct_status why);

/* Progress line, summary and JSON keys: evolve_report.c. */
void cli_evolve_progress(const cli *run, const cli_evolve_run *found);
void cli_evolve_summary(const cli *run, const cli_evolve_run *found);
/* The numbers; arrays only of a run that came to its end. */
void cli_evolve_json(cli *run, const cli_evolve_run *found, bool done);
/* --dry-run, as text or JSON. */
void cli_evolve_cost(cli *run, const cli_evolve_run *found, const mct_evolution_cost *cost);

/* Fits: evolve_fits.c.  The critical point of this composition, where the state is near it; one that cannot be found is
 * left out with a note.  Errors: MCT_INTERRUPTED, MCT_MEMORY. */
mct_status cli_evolve_find_transition(cli *run, cli_evolve_run *found);
/* Before the first step: the run keeps what the fits need. */
mct_status cli_evolve_follow(const cli *run, cli_evolve_run *found);
mct_status cli_evolve_fit(cli *run, cli_evolve_run *found);
mct_status cli_evolve_put_fits(const cli *run, const cli_evolve_run *found, mct_archive *archive);
void cli_evolve_print_fits(const cli *run, const cli_evolve_run *found);
void cli_evolve_discard_fits(cli_evolve_run *found);

#endif
