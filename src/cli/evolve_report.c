/* evolve_report.c: what apmct evolve says. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/evolve.h"

enum { TOLD_FROM = 64 }; /* steps after which their pace says something: the start is slow */

/* Phi_mm/S_mm of row phi[m*m][N] at the observed wave number. */
static double observed_value(const cli_evolve_run *found, const double *phi, size_t mu) {
    return mct_nonergodicity_normalised(found->statics, phi, mu, found->observed);
}

static double per_step(const mct_evolution_point *point) {
    return point->steps > 0 ? (double)point->evaluations / (double)point->steps : 0;
}

static void format_seconds(double seconds, char *text, size_t size) {
    if (seconds < 100) {
        snprintf(text, size, "%.2g s", seconds);
    } else if (seconds < 6000) {
        snprintf(text, size, "%.0f min", seconds / 60);
    } else {
        snprintf(text, size, "%.1f h", seconds / 3600);
    }
}

/* ---- progress ----------------------------------------------------------------------------------------------- */

/* At the pace of the last steps until time.until; a point that decays before is faster. */
static double seconds_left(const cli *run, const cli_evolve_run *found, const mct_evolution_point *point) {
    const double seconds = cli_clock() - found->advance_start;
    const double steps = (double)(point->steps - found->advance_steps);
    const double left = log2(run->config->time.until / point->time) * 0.5 * (double)found->options.time.steps_per_block;

    return steps >= TOLD_FROM ? fmax(left, 0) * seconds / steps : (double)NAN;
}

void cli_evolve_progress(const cli *run, const cli_evolve_run *found) {
    const mct_evolution_point point = mct_evolution_look(found->evolution, 0);
    const double start = mct_evolution_start_time(&found->options.time, found->statics);
    char values[128] = "", left[32] = "";
    const double seconds = seconds_left(run, found, &point);

    mct_evolution_last(found->evolution, 0, found->result.long_time);
    for (size_t mu = 0; mu < found->statics->species && mu < 4; mu++) {
        const size_t length = strlen(values);

        snprintf(values + length, sizeof values - length, "%s%.4f", mu > 0 ? ", " : "",
                 observed_value(found, found->result.long_time, mu));
    }
    if (isfinite(seconds)) format_seconds(seconds, left, sizeof left);
    mct_tell(run->context, MCT_MESSAGE_PROGRESS,
             "t = %.3g, %.1f of %.1f decades, %lu steps, %.2f evaluations per step, Phi/S(%g) = %s%s%s%s", point.time,
             fmax(0, log10(point.time / start)), fmax(0, log10(run->config->time.until / start)), point.steps,
             per_step(&point), found->statics->wave_number[found->observed], values, left[0] ? ", at most " : "", left,
             left[0] ? " left" : "");
}

/* ---- summary ------------------------------------------------------------------------------------------------ */

/* Relaxation times and the end of species mu of what evolved, of the mixture or tagged. */
static void print_times(const cli_evolve_run *found, size_t mu) {
    for (size_t level = 0; level < MCT_RELAXATION_LEVELS; level++) {
        const double tau = found->result.relaxation_time[level][mu * found->statics->points + found->observed];

        if (isnan(tau)) {
            printf(" %16s", "never");
        } else {
            printf(" %16.9g", tau);
        }
    }
    printf(" %14.6g", observed_value(found, found->result.long_time, mu));
}

static void print_species(const cli *run, const cli_evolve_run *found) {
    const mct_mixture *mixture = &run->config->mixture;

    printf("\n%-20s %10s %10s %16s %16s %14s\n", "species", "fraction", "activity", "tau(1/e)", "tau(0.1)",
           "Phi/S at end");
    for (size_t mu = 0; mu < mixture->species_count; mu++) {
        printf("%-20s %10.6g %10.6g", mixture->species[mu].name, mixture->species[mu].fraction,
               mixture->species[mu].activity);
        print_times(found, mu);
        putchar('\n');
    }
    printf("(at k = %g /d, times in d^2/D0)\n\n", found->statics->wave_number[found->observed]);
}

/* Of a decayed state the slope of the displacement at the end, of a plateau the cage. */
static void print_tagged(const cli *run, const cli_evolve_run *found) {
    const mct_config *config = run->config;
    const mct_evolution_point *point = &found->result.point;
    const bool caged = point->state == MCT_EVOLUTION_PLATEAU;

    if (config->tagged_count == 0) return;
    printf("%-20s %10s %10s %16s %16s %14s %14s\n", "tagged particle", "D/D0", "activity", "tau(1/e)", "tau(0.1)",
           "phi^s at end", caged ? "r_s" : "dr2/(6 t)");
    for (size_t s = 0; s < config->tagged_count; s++) {
        const double dr2 = found->result.displacement[s];

        printf("%-20s %10.6g %10.6g", config->tagged[s].name, config->tagged[s].diffusivity,
               config->tagged[s].activity);
        print_times(found, config->mixture.species_count + s);
        printf(" %14.6g\n", caged ? sqrt(dr2 / 6) : dr2 / (6 * point->time));
    }
    printf(caged ? "(r_s: localisation length, d)\n\n" : "(dr2/(6 t): of the last time, D0)\n\n");
}

void cli_evolve_summary(const cli *run, const cli_evolve_run *found) {
    const mct_evolution_point *point = &found->result.point;
    const mct_time_options *time = &found->options.time;
    const double decades = log10(point->time / mct_evolution_start_time(time, found->statics));

    cli_print_mixture(run);
    switch (point->state) {
    case MCT_EVOLUTION_DECAYED:
        printf("state              decayed: every Phi/S below %g at t = %.6g\n", found->options.decayed, point->time);
        break;
    case MCT_EVOLUTION_PLATEAU:
        printf("state              plateau: Phi no longer changes, at t = %.6g\n", point->time);
        if (isfinite(found->result.plateau_deviation)) {
            printf("static F           differs by %.2g at most, in units of sqrt(S_mumu S_nunu)\n",
                   found->result.plateau_deviation);
        }
        break;
    default: printf("state              until: t = %.6g, largest Phi/S %.6g\n", point->time, point->largest); break;
    }
    print_species(run, found);
    print_tagged(run, found);
    cli_evolve_print_fits(run, found);
    if (isfinite(found->result.estimated_error)) {
        printf("accuracy           estimated relative error %.2g, wanted %g\n", found->result.estimated_error,
               run->config->time.accuracy);
    }
    printf("scheme             %s, order %d, %zu steps per block, tolerance %.3g\n", mct_time_scheme_name(time->scheme),
           time->scheme == MCT_TIME_MOMENTS ? 1 : time->order, time->steps_per_block, time->tolerance);
    printf("steps              %lu in %lu blocks, %.1f decades; %lu kernel evaluations, %.2f per step\n", point->steps,
           point->blocks, decades, point->evaluations, per_step(point));
    if (isfinite(found->resumed_at)) printf("resumed            at t = %.6g\n", found->resumed_at);
    if (found->journal && found->stored_count > 0) {
        printf("stored             %zu times, %zu wave numbers\n", mct_journal_rows(found->journal),
               found->stored_count);
    }
    cli_print_computed(run);
    cli_print_written(run);
}

/* ---- JSON --------------------------------------------------------------------------------------------------- */

/* [m] at the observed wave number. */
static void put_relaxation(cli *run, const cli_evolve_run *found, const char *key, mct_relaxation_level level) {
    const size_t N = found->statics->points;

    cli_json_open(&run->result, key, "[]");
    for (size_t mu = 0; mu < run->config->mixture.species_count; mu++) {
        cli_json_number(&run->result, NULL, found->result.relaxation_time[level][mu * N + found->observed]);
    }
    cli_json_close(&run->result);
}

void cli_evolve_json(cli *run, const cli_evolve_run *found, bool done) {
    const mct_evolution_point *point = &found->result.point;

    cli_json_text(&run->result, "state", mct_evolution_state_name(point->state));
    cli_json_number(&run->result, "steps", (double)point->steps);
    cli_json_number(&run->result, "blocks", (double)point->blocks);
    cli_json_number(&run->result, "time_end", point->time);
    cli_json_number(&run->result, "wave_number_observed", found->statics->wave_number[found->observed]);
    if (!done) return;
    put_relaxation(run, found, "relaxation_time", MCT_RELAXATION_E);
    put_relaxation(run, found, "relaxation_time_tenth", MCT_RELAXATION_TENTH);
    cli_json_matrix(&run->result, "long_time", found->result.long_time, found->statics->points,
                    run->config->mixture.species_count, found->statics->species);
    if (found->accuracy) cli_json_number(&run->result, "estimated_error", found->result.estimated_error);
}

/* ---- --dry-run ---------------------------------------------------------------------------------------------- */

void cli_evolve_cost(cli *run, const cli_evolve_run *found, const mct_evolution_cost *cost) {
    char seconds[32];

    if (run->json) {
        cli_json_number(&run->result, "start", cost->start);
        cli_json_number(&run->result, "decades", cost->decades);
        cli_json_number(&run->result, "steps_per_decade", cost->steps_per_decade);
        cli_json_number(&run->result, "steps", cost->steps);
        cli_json_number(&run->result, "memory", (double)cost->memory);
        cli_json_number(&run->result, "memory_checkpoint", (double)cost->memory_checkpoint);
        cli_json_number(&run->result, "seconds_per_evaluation", cost->evaluation);
        cli_json_number(&run->result, "seconds_estimated", cost->seconds);
        return;
    }
    if (run->quiet) return;
    format_seconds(cost->seconds, seconds, sizeof seconds);
    cli_print_mixture(run);
    printf("time               from %.3g to %.3g d^2/D0: %.1f decades\n", cost->start, run->config->time.until,
           cost->decades);
    printf("steps              %.0f per decade, at most %.0f\n", cost->steps_per_decade, cost->steps);
    printf("memory             %.4g MiB", (double)cost->memory / 0x1p20);
    if (run->config->output.file[0]) {
        printf(", at most %.4g MiB more while a checkpoint is written", (double)cost->memory_checkpoint / 0x1p20);
    }
    printf("\nestimated time     %s at most (%.3g s per kernel evaluation)\n", seconds, cost->evaluation);
    if (run->config->time.accuracy > 0) {
        printf("accuracy           for %zu steps per block; a wanted accuracy chooses its own\n",
               found->options.time.steps_per_block);
    }
    printf("(a dry run: nothing was computed or written)\n");
}
