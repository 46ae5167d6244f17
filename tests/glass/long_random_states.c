/* long_random_states.c: critical point and state of random mixtures with unequal diffusivities, up to where the
 * equations leave their domain.
 *
 *     long_random_states [--sample] [--states N] [--seed N] [--threads N] [--runs N] [--file FILE]
 *
 * m = 1 ... 4 species, activities log-uniform in 1 ... 20, diffusivities in 0.1 ... 10, packing fractions in 0.2 ...
 * 0.74, fractions uniform on the simplex; or the configurations of FILE, a JSON list of objects with a text `config`.
 *
 * Every mixture has a critical point, which plain iteration (long double, naive matrices) finds between fluid and
 * glass, or no glass up to the limit of the branch, or is unphysical: then plain iteration at the packing fraction
 * named does not melt, or leaves the domain before it does.  An iteration that does not converge is allowed to 2 in
 * 100, above close packing. States that are told glass or fluid without a warning are followed in time (--runs: so
 * many): they end as they were told. The last lines are a table of outcomes by m. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apmct/apmct.h"
#include "config/config_value.h"
#include "reference/long_support.h"

enum { SPECIES_MAX = 4, PLAIN_STEPS_MAX = 20000, MELTING_STEPS = 400 };

/* Relative: at 1e-4 from a fold plain iteration takes some thousand steps. */
static const double bracket = 1e-4;
static const double close_packing = 0.74;
/* Of f: sound active states overshoot by 0.02 at most on their way. */
static const double far_outside = 0.1;
/* Of f: the plateau of a run with n = 32, D = 3 against F. */
static const double plateau_error = 1e-4;

typedef enum outcome { FOUND, NO_GLASS, UNPHYSICAL, NOT_CONVERGED, OUTCOMES } outcome;
static const char *const outcome_names[] = {"critical point", "no glass up to 0.98", "unphysical", "not converged"};

typedef struct program {
    bool sample;
    size_t states, runs;
    int threads;
    uint64_t seed;
    const char *file;
    mct_context *context;
    const mct_mixture *mixture;                              /* of the present state */
    unsigned failures, warnings, told[3], outside, followed; /* told: glass, fluid, unphysical */
    unsigned table[OUTCOMES][SPECIES_MAX + 1];
} program;

static void complain(program *p, size_t number, const char *what, double value) {
    printf("  state %zu: %s (%.8g)\n", number, what, value);
    for (size_t mu = 0; mu < p->mixture->species_count; mu++) {
        const mct_species *s = &p->mixture->species[mu];
        printf("    fraction %.17g activity %.17g diffusivity %.17g\n", s->fraction, s->activity, s->diffusivity);
    }
    p->failures++;
}

static void hear(void *user, mct_message_kind kind, const char *text) {
    program *p = user;
    (void)text;
    p->warnings += kind == MCT_MESSAGE_WARNING;
}

/* ---- plain iteration ---------------------------------------------------------------------------------------- */

/* How far any f of F is outside of [0, 1]. */
static double outside_of(const long_point *point, const long double *F) {
    double outside = 0.0;
    for (size_t mu = 0; mu < point->m; mu++) {
        for (size_t q = 0; q < point->N; q++) {
            const size_t i = mu * (point->m + 1) * point->N + q;
            const double f = (double)(F[i] / point->state->S[i]);
            outside = fmax(outside, fmax(-f, f - 1.0));
        }
    }
    return outside;
}

static long_point point_at(program *p, const mct_mixture *mixture, double packing_fraction) {
    const mct_grid grid = mct_grid_default();
    mct_mixture moved = *mixture;
    moved.packing_fraction = packing_fraction;
    return long_point_create(p->context, &grid, &moved);
}

static reference_phase phase_at(program *p, const mct_mixture *mixture, double packing_fraction, unsigned long steps) {
    long_point point = point_at(p, mixture, packing_fraction);
    long double *F = reference_array(point.count), change;
    const reference_phase phase = long_point_iterate(&point, 1e-9L, steps, F, &change);
    free(F);
    long_point_destroy(&point);
    return phase;
}

/* Whether the first steps of plain iteration leave [0, 1] by more than a stray rounding of the scheme. */
static bool leaves_domain(program *p, const mct_mixture *mixture, double packing_fraction) {
    long_point point = point_at(p, mixture, packing_fraction);
    long double *F = reference_array(point.count), *next = reference_array(point.count);
    double outside = 0.0;
    for (size_t i = 0; i < point.count; i++) F[i] = point.state->S[i];
    for (int step = 0; step < MELTING_STEPS && !(outside > far_outside); step++) {
        long_point_map(&point, F, next);
        memcpy(F, next, point.count * sizeof *F);
        outside = fmax(outside, outside_of(&point, F));
    }
    free(F), free(next);
    long_point_destroy(&point);
    return outside > far_outside;
}

static void check_bracket(program *p, size_t number, const mct_mixture *mixture, double critical) {
    const double below = critical * (1.0 - bracket);
    const reference_phase phase = phase_at(p, mixture, below, PLAIN_STEPS_MAX);
    /* where it leaves the domain plain iteration may go about for ever in the place of melting */
    if (phase == REFERENCE_GLASS || (phase == REFERENCE_UNDECIDED && !leaves_domain(p, mixture, below))) {
        complain(p, number, "no fluid by plain iteration below phi_c", critical);
    }
    const double above = critical * (1.0 + bracket);
    if (phase_at(p, mixture, above, PLAIN_STEPS_MAX) == REFERENCE_GLASS) return;
    /* the same; then a warning has said so */
    if (p->warnings == 0 || !leaves_domain(p, mixture, above)) {
        complain(p, number, "no glass by plain iteration above phi_c", critical);
    }
}

/* At the packing fraction that the message names plain iteration leaves the domain, or ends out of it. */
static void check_unphysical(program *p, size_t number, const mct_mixture *mixture, const char *message) {
    const char *at = strstr(message, "packing fraction ");
    const double phi = at ? strtod(at + strlen("packing fraction "), NULL) : (double)NAN;
    if (!(phi > 0.0)) {
        complain(p, number, "the message names no packing fraction", phi);
    } else if (phase_at(p, mixture, phi, MELTING_STEPS) == REFERENCE_FLUID && !leaves_domain(p, mixture, phi)) {
        complain(p, number, "told unphysical, but plain iteration melts within the domain", phi);
    }
}

/* ---- one state ---------------------------------------------------------------------------------------------- */

static void check_critical(program *p, size_t number, const mct_mixture *mixture) {
    const mct_grid grid = mct_grid_default();
    const mct_glass_options options = mct_glass_options_default();
    const size_t m = mixture->species_count;
    mct_critical_point *point = NULL;
    outcome found = FOUND;
    if (mct_critical_point_create(p->context, &grid, m, &point) != MCT_OK) exit(EXIT_FAILURE);
    mct_context_clear(p->context);
    p->warnings = 0;
    const mct_status status = mct_critical_packing_fraction(p->context, &options, &grid, mixture, NULL, point);
    char message[600];
    snprintf(message, sizeof message, "%s%s", mct_context_error(p->context), point->message);
    const double lambda = point->exponents.exponent_parameter;
    if (status == MCT_OK && point->found) {
        check_bracket(p, number, mixture, point->packing_fraction);
        if (isnan(lambda) ? p->warnings == 0 : !(lambda > 0.5 - 1e-6 && lambda < 1.0)) {
            complain(p, number, "exponent parameter", lambda);
        }
    } else if (status == MCT_OK) {
        found = NO_GLASS;
        if (phase_at(p, mixture, 0.97, MELTING_STEPS) != REFERENCE_FLUID) {
            complain(p, number, "told to have no glass, but does not melt at 0.97", 0.97);
        }
    } else if (status == MCT_UNPHYSICAL) {
        found = UNPHYSICAL;
        check_unphysical(p, number, mixture, message);
    } else {
        found = NOT_CONVERGED;
        if (status != MCT_NOT_CONVERGED) complain(p, number, message, (double)status);
        /* the branch ends above close packing */
        if (phase_at(p, mixture, close_packing, MELTING_STEPS) != REFERENCE_FLUID) {
            complain(p, number, "not converged, with a glass below close packing", close_packing);
        }
    }
    p->table[found][m]++;
    printf("%4zu  %zu  %-20s %.9f  %.5f  %5lu  %.200s\n", number, m, outcome_names[found], point->packing_fraction,
           lambda, point->evaluations, message);
    mct_critical_point_destroy(point);
}

/* The run in time ends where the static equation says. */
static void follow(program *p, size_t number, const mct_mixture *mixture, mct_state state, const double *F) {
    const mct_grid grid = mct_grid_default();
    const mct_structure_options structure = mct_structure_options_default();
    const size_t m = mixture->species_count, n = m * m * grid.points;
    mct_evolution_options options = mct_evolution_options_default();
    mct_statics *statics = NULL;
    mct_evolution *run = NULL;
    double *phi = long_checked(calloc(n, sizeof *phi)), error = 0.0;
    options.time.steps_per_block = 32;
    options.time.order = 3;
    options.time.until = 1e30;
    if (mct_statics_create(p->context, &grid, m, &statics) != MCT_OK ||
        mct_statics_compute(p->context, &structure, &grid, mixture, statics) != MCT_OK ||
        mct_evolution_create(p->context, &options, &grid, 1, &(const mct_statics *){statics}, &run) != MCT_OK) {
        exit(EXIT_FAILURE);
    }
    p->followed++;
    const mct_status status = mct_evolution_run(run);
    const mct_evolution_state end = mct_evolution_look(run, 0).state;
    if (status != MCT_OK || mct_evolution_check(run) != MCT_OK) {
        printf("  %s\n", mct_context_error(p->context));
        complain(p, number, state == MCT_GLASS ? "a glass that diverges in time" : "a fluid that diverges in time",
                 mixture->packing_fraction);
    } else if (end != (state == MCT_GLASS ? MCT_EVOLUTION_PLATEAU : MCT_EVOLUTION_DECAYED)) {
        complain(p, number, mct_evolution_state_name(end), mixture->packing_fraction);
    } else if (state == MCT_GLASS) {
        mct_evolution_last(run, 0, phi);
        for (size_t c = 0; c < m * m; c++) {
            for (size_t i = 0; i < grid.points; i++) {
                const double *const S = statics->structure_factor + i;
                const double size = sqrt(S[(c / m) * (m + 1) * grid.points] * S[(c % m) * (m + 1) * grid.points]);
                error = fmax(error, fabs(phi[c * grid.points + i] - F[c * grid.points + i]) / size);
            }
        }
        if (!(error < plateau_error)) complain(p, number, "the plateau is not F", error);
    }
    mct_evolution_destroy(run);
    mct_statics_destroy(statics);
    free(phi);
}

static void check_glass(program *p, size_t number, const mct_mixture *mixture) {
    const mct_grid grid = mct_grid_default();
    const mct_glass_options options = mct_glass_options_default();
    const size_t m = mixture->species_count, N = grid.points;
    mct_glass_result result = {.status = MCT_OK};
    double *F = long_checked(calloc(m * m * N, sizeof *F));
    mct_context_clear(p->context);
    p->warnings = 0;
    const mct_status status = mct_glass_solve(p->context, &options, &grid, 1, mixture, F, &result, NULL, NULL);
    if (status == MCT_UNPHYSICAL) {
        p->told[2]++;
        check_unphysical(p, number, mixture, result.message);
    } else if (status != MCT_OK) {
        complain(p, number, result.message, (double)status);
    } else {
        p->told[result.state == MCT_FLUID]++;
        p->outside += p->warnings > 0;
        if (p->warnings == 0 && p->followed < p->runs) follow(p, number, mixture, result.state, F);
    }
    free(F);
}

static void check_state(program *p, size_t number, const mct_mixture *mixture) {
    p->mixture = mixture;
    check_critical(p, number, mixture);
    check_glass(p, number, mixture);
    fflush(stdout);
}

/* ---- states ------------------------------------------------------------------------------------------------- */

static void random_state(program *p, size_t number) {
    mct_species species[SPECIES_MAX] = {{{0}, 0, 0, 0, 0}};
    const size_t m = 1 + support_random(&p->seed) % SPECIES_MAX;
    mct_mixture mixture = {support_uniform(&p->seed, 0.2, close_packing), m, species};
    double sum = 0.0, rest = 1.0;
    for (size_t mu = 0; mu < m; mu++) {
        snprintf(species[mu].name, sizeof species[mu].name, "s%zu", mu);
        species[mu].diameter = 1.0;
        species[mu].activity = exp(support_uniform(&p->seed, 0.0, log(20.0)));
        species[mu].diffusivity = exp(support_uniform(&p->seed, log(0.1), log(10.0)));
        species[mu].fraction = -log(support_uniform(&p->seed, 0.0, 1.0));
        sum += species[mu].fraction;
    }
    for (size_t mu = 0; mu + 1 < m; mu++) rest -= species[mu].fraction /= sum;
    species[m - 1].fraction = rest;
    check_state(p, number, &mixture);
}

static void states_of_file(program *p) {
    FILE *file = fopen(p->file, "r");
    char *text = NULL;
    size_t size = 0, number = 0;
    if (!file || getdelim(&text, &size, '\0', file) < 0) {
        fprintf(stderr, "%s: cannot be read\n", p->file);
        exit(2);
    }
    mct_value *list = NULL; /* JSON is YAML */
    if (mct_value_parse(p->context, p->file, true, text, strlen(text), &list) != MCT_OK || !list) {
        fprintf(stderr, "%s\n", mct_context_error(p->context));
        exit(2);
    }
    for (; number < list->count; number++) {
        const mct_value *yaml = mct_value_find(&list->items[number], "config");
        mct_config *config = NULL;
        if (!yaml || mct_config_create(p->context, &config) != MCT_OK ||
            mct_config_parse(p->context, config, p->file, yaml->text, strlen(yaml->text)) != MCT_OK ||
            mct_config_check(p->context, config) != MCT_OK) {
            fprintf(stderr, "%s: state %zu: %s\n", p->file, number, mct_context_error(p->context));
            exit(2);
        }
        check_state(p, number, &config->mixture);
        mct_config_destroy(config);
    }
    p->states = number;
    mct_value_destroy(list);
    free(text);
    fclose(file);
}

static bool parse(program *p, int argc, char **argv) {
    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "--sample"))
            p->sample = true;
        else if (!strcmp(argv[i], "--states") && i + 1 < argc)
            p->states = strtoul(argv[++i], NULL, 10);
        else if (!strcmp(argv[i], "--runs") && i + 1 < argc)
            p->runs = strtoul(argv[++i], NULL, 10);
        else if (!strcmp(argv[i], "--threads") && i + 1 < argc)
            p->threads = atoi(argv[++i]);
        else if (!strcmp(argv[i], "--seed") && i + 1 < argc)
            p->seed = strtoull(argv[++i], NULL, 10);
        else if (!strcmp(argv[i], "--file") && i + 1 < argc)
            p->file = argv[++i];
        else
            return false;
    }
    if (!p->states) p->states = p->sample ? 12 : 1000;
    if (!p->runs) p->runs = p->sample ? 6 : 100;
    return true;
}

static void print_table(const program *p) {
    printf("\n%-22s", "m");
    for (size_t m = 1; m <= SPECIES_MAX; m++) printf("%8zu", m);
    for (int o = 0; o < OUTCOMES; o++) {
        printf("\n%-22s", outcome_names[o]);
        for (size_t m = 1; m <= SPECIES_MAX; m++) printf("%8u", p->table[o][m]);
    }
    printf("\n%zu states: glass %u, fluid %u, of these with a warning %u, unphysical %u; followed in time: %u; %u "
           "failures\n",
           p->states, p->told[0], p->told[1], p->outside, p->told[2], p->followed, p->failures);
}

int main(int argc, char **argv) {
    program p = {.threads = 1, .seed = 19};
    unsigned open = 0;
    if (!parse(&p, argc, argv)) {
        fprintf(stderr, "usage: %s [--sample] [--states N] [--seed N] [--threads N] [--runs N] [--file FILE]\n",
                argv[0]);
        return 2;
    }
    p.context = support_context(p.threads);
    mct_context_set_messages(p.context, hear, &p);
    printf("   #  m  outcome              phi_c        lambda_MCT  (ev.)\n");
    if (p.file) states_of_file(&p);
    for (size_t number = 0; !p.file && number < p.states; number++) random_state(&p, number);
    for (size_t m = 1; m <= SPECIES_MAX; m++) open += p.table[NOT_CONVERGED][m];
    if ((double)open > 0.02 * (double)p.states) {
        printf("%u states without convergence\n", open);
        p.failures++;
    }
    if (p.followed == 0) {
        printf("no state was followed in time\n");
        p.failures++;
    }
    print_table(&p);
    mct_context_destroy(p.context);
    return p.failures ? EXIT_FAILURE : EXIT_SUCCESS;
}
