/* evolve_fits.c: what apmct evolve fits to its correlators, and says about it. */
#include <math.h>
#include <stdlib.h>

#include "cli/evolve.h"

static const double near = 0.05; /* |eps| up to which a transition is of interest */
enum { EVALUATIONS_MAX = 2000 }; /* for a search that nobody has asked for */

/* ---- before the run ------------------------------------------------------------------------------------------ */

mct_status cli_evolve_find_transition(cli *run, cli_evolve_run *found) {
    const mct_config *config = run->config;
    mct_glass_options options = mct_glass_options_default();
    mct_critical_point *critical = NULL;
    mct_status status;

    options.solver = config->solver;
    options.structure = config->structure;
    options.evaluations_max = EVALUATIONS_MAX;
    MCT_TRY(mct_critical_point_create(run->context, &config->grid, config->mixture.species_count, &critical));
    mct_context_set_messages(run->context, NULL, NULL); /* what it warns of is not what was asked for */
    status = mct_critical_packing_fraction(run->context, &options, &config->grid, &config->mixture, NULL, critical);
    mct_context_set_messages(run->context, cli_message, run);
    found->transition_evaluations = critical->evaluations;
    if (status == MCT_OK && critical->found &&
        fabs(config->mixture.packing_fraction / critical->packing_fraction - 1) <= near) {
        found->critical = critical;
        return MCT_OK;
    }
    if (status != MCT_OK) {
        snprintf(found->transition_note, sizeof found->transition_note, "%s", mct_context_error(run->context));
    }
    mct_critical_point_destroy(critical);
    return status == MCT_INTERRUPTED || status == MCT_MEMORY ? status : MCT_OK;
}

mct_status cli_evolve_follow(const cli *run, cli_evolve_run *found) {
    if (!found->critical) return MCT_OK;
    return mct_evolution_project(found->evolution, 0, run->config->mixture.species_count, found->critical->left);
}

/* ---- after the run ------------------------------------------------------------------------------------------- */

mct_status cli_evolve_fit(cli *run, cli_evolve_run *found) {
    const double *time, *value;
    const size_t all = found->statics->species, N = found->statics->points;

    free(found->kohlrausch);
    free(found->g_time);
    found->kohlrausch = calloc(all * N, sizeof *found->kohlrausch);
    found->g_count = mct_evolution_projection(found->evolution, 0, &time, &value);
    found->g_time = calloc(2 * found->g_count + 1, sizeof *found->g_time);
    if (!found->kohlrausch || !found->g_time) return mct_fail(run->context, MCT_MEMORY, "not enough memory for fits");
    mct_evolution_kohlrausch(found->evolution, 0, found->kohlrausch);
    if (!found->critical) return MCT_OK;
    found->beta =
        mct_evolution_beta_relaxation(found->evolution, 0, found->critical, run->config->mixture.packing_fraction,
                                      found->g_time, found->g_time + found->g_count);
    return MCT_OK;
}

mct_status cli_evolve_put_fits(const cli *run, const cli_evolve_run *found, mct_archive *archive) {
    MCT_TRY(mct_archive_put_kohlrausch(run->context, archive, run->config->tagged_count, found->kohlrausch));
    if (!found->critical || found->g_count == 0) return MCT_OK;
    return mct_archive_put_beta_relaxation(run->context, archive, found->critical,
                                           run->config->mixture.packing_fraction, &found->beta, found->g_count,
                                           found->g_time, found->g_time + found->g_count);
}

void cli_evolve_discard_fits(cli_evolve_run *found) {
    mct_critical_point_destroy(found->critical);
    free(found->kohlrausch);
    free(found->g_time);
}

/* ---- summary ------------------------------------------------------------------------------------------------- */

static void print_kohlrausch(const char *of, const char *what, const mct_kohlrausch *fit) {
    char name[MCT_NAME_LENGTH + 16];

    if (isnan(fit->exponent)) return;
    snprintf(name, sizeof name, "%s%s", of, what);
    printf("%-20s %10.6g %10.6g %16.9g %16.2g %6.3f ... %.3f\n", name, fit->amplitude, fit->exponent, fit->time,
           fit->deviation, fit->top, fit->bottom);
}

static void print_decays(const cli *run, const cli_evolve_run *found) {
    const mct_config *config = run->config;
    const size_t m = config->mixture.species_count, N = found->statics->points;
    bool any = false;

    for (size_t mu = 0; mu < m + config->tagged_count; mu++) {
        any = any || isfinite(found->kohlrausch[mu * N + found->observed].exponent);
    }
    if (!any) return;
    printf("%-20s %10s %10s %16s %16s %16s\n", "final decay", "A", "beta", "tau", "rms deviation", "fitted between");
    for (size_t mu = 0; mu < m + config->tagged_count; mu++) {
        print_kohlrausch(mu < m ? config->mixture.species[mu].name : config->tagged[mu - m].name,
                         mu < m ? "" : ", tagged", &found->kohlrausch[mu * N + found->observed]);
    }
    printf("(A exp(-(t/tau)^beta) for Phi/S at k = %g /d)\n\n", found->statics->wave_number[found->observed]);
}

static void print_exponent(const char *name, double fitted, double error, double expected, const char *end) {
    printf("%s = ", name);
    if (isnan(fitted)) {
        printf("(not fitted)");
    } else {
        printf("%.4f +- %.1g", fitted, error);
    }
    printf(" for %.4f%s", expected, end);
}

void cli_evolve_print_fits(const cli *run, const cli_evolve_run *found) {
    const mct_critical_point *critical = found->critical;
    const mct_beta_relaxation *beta = &found->beta;

    print_decays(run, found);
    if (found->transition_note[0]) printf("transition         not found: %s\n", found->transition_note);
    if (!critical) return;
    printf("transition         phi_c = %.10g, eps = %.6g, lambda_MCT = %.6g\n", critical->packing_fraction,
           run->config->mixture.packing_fraction / critical->packing_fraction - 1,
           critical->exponents.exponent_parameter);
    if (isnan(beta->a) && isnan(beta->b)) return; /* too far for a plateau of its own */
    if (isfinite(beta->crossing)) printf("plateau            crossed at t = %.6g\n", beta->crossing);
    printf("exponents          ");
    print_exponent("a", beta->a, beta->a_error, critical->exponents.a, ", ");
    print_exponent("b", beta->b, beta->b_error, critical->exponents.b, " of lambda_MCT\n");
}
