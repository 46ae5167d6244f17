/* command_critical.c: apmct critical. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "cli/cli.h"

static const double activity_range[2] = {1, 10}; /* where critical.range is not given */

/* What one run computes; owned by cli_critical. */
typedef struct search {
    bool of_activity;
    size_t species;  /* whose activity */
    double range[2]; /* both 0: none given */
    mct_critical_point *point;
    mct_critical_line *line;
    const mct_critical_point *first; /* the critical point, or that of the first root; NULL: none */
    mct_mixture mixture;             /* at it; species owned */
    mct_statics *statics;            /* at it */
    size_t observed;                 /* grid point */
} search;

/* ---- the search --------------------------------------------------------------------------------------------- */

static void read_request(const mct_config *config, search *found) {
    static const char prefix[] = "mixture.species."; /* mct_config_check has read the rest */

    found->observed = mct_grid_nearest(&config->grid, config->output.wave_number);
    memcpy(found->range, config->critical.range, sizeof found->range);
    found->of_activity = strncmp(config->critical.of, prefix, strlen(prefix)) == 0;
    if (!found->of_activity) return;
    found->species = strtoul(config->critical.of + strlen(prefix), NULL, 10);
    if (!(found->range[1] > 0)) memcpy(found->range, activity_range, sizeof found->range);
}

static mct_status search_packing_fraction(cli *run, const mct_glass_options *options, search *found) {
    const mct_config *config = run->config;
    char lowest[MCT_NUMBER_LENGTH], highest[MCT_NUMBER_LENGTH];
    mct_status status;

    MCT_TRY(mct_critical_point_create(run->context, &config->grid, config->mixture.species_count, &found->point));
    status = mct_critical_packing_fraction(run->context, options, &config->grid, &config->mixture, NULL, found->point);
    run->evaluations = found->point->evaluations;
    run->kernel_used = mct_kernel_algorithm_name(found->point->kernel);
    MCT_TRY(status);
    if (!found->point->found) {
        mct_tell(run->context, MCT_MESSAGE_WARNING, "no critical packing fraction: %s", found->point->message);
        return MCT_OK;
    }
    if (found->range[1] > 0 &&
        (found->point->packing_fraction < found->range[0] || found->point->packing_fraction > found->range[1])) {
        mct_number_format(found->range[0], lowest, sizeof lowest);
        mct_number_format(found->range[1], highest, sizeof highest);
        mct_tell(run->context, MCT_MESSAGE_WARNING,
                 "the critical packing fraction %.12g lies outside of critical.range = [%s, %s]",
                 found->point->packing_fraction, lowest, highest);
        return MCT_OK;
    }
    found->first = found->point;
    return MCT_OK;
}

/* The lowest and highest phi_c of the line. */
static void line_extent(const mct_critical_line *line, double extent[2]) {
    enum { PER_INTERVAL = 20 };

    extent[0] = extent[1] = line->packing_fraction[0];
    for (size_t i = 0; i + 1 < line->count; i++) {
        const double step = (line->activity[i + 1] - line->activity[i]) / PER_INTERVAL;

        for (int j = 1; j <= PER_INTERVAL; j++) {
            const double activity = j < PER_INTERVAL ? line->activity[i] + j * step : line->activity[i + 1];
            const double phi = mct_critical_line_packing_fraction(line, activity);

            extent[0] = fmin(extent[0], phi);
            extent[1] = fmax(extent[1], phi);
        }
    }
}

static mct_status search_activity(cli *run, const mct_glass_options *options, search *found) {
    const mct_mixture *mixture = &run->config->mixture;
    mct_critical_line *line;
    char phi[MCT_NUMBER_LENGTH];
    double extent[2];

    MCT_TRY(
        mct_critical_activity(run->context, options, &run->config->grid, mixture, found->species, found->range, &line));
    found->line = line;
    run->evaluations = line->evaluations;
    run->kernel_used = mct_kernel_algorithm_name(line->kernel);
    if (line->root_count > 0) {
        found->first = line->root_point[0];
        return MCT_OK;
    }
    if (line->count == 0) {
        mct_tell(run->context, MCT_MESSAGE_WARNING,
                 "no critical packing fraction at any activity of %s from %.10g to %.10g",
                 mixture->species[found->species].name, found->range[0], found->range[1]);
        return MCT_OK;
    }
    line_extent(line, extent);
    mct_number_format(mixture->packing_fraction, phi, sizeof phi);
    mct_tell(run->context, MCT_MESSAGE_WARNING,
             "no activity of %s from %.10g to %.10g makes the packing fraction %s critical: phi_c runs from %.6g to "
             "%.6g there, the mixture is a %s throughout",
             mixture->species[found->species].name, found->range[0], found->range[1], phi, extent[0], extent[1],
             mct_state_name(mixture->packing_fraction > line->packing_fraction[0] ? MCT_GLASS : MCT_FLUID));
    return MCT_OK;
}

/* The mixture at the critical point, and its structure factors. */
static mct_status set_state(cli *run, search *found) {
    const mct_config *config = run->config;
    const size_t m = config->mixture.species_count;

    found->mixture = config->mixture;
    found->mixture.species = malloc(m * sizeof *found->mixture.species);
    if (!found->mixture.species) return mct_fail(run->context, MCT_MEMORY, "not enough memory");
    memcpy(found->mixture.species, config->mixture.species, m * sizeof *found->mixture.species);
    if (!found->first) return MCT_OK;
    if (found->of_activity) {
        found->mixture.species[found->species].activity = found->line->root[0];
    } else {
        found->mixture.packing_fraction = found->first->packing_fraction;
    }
    MCT_TRY(mct_statics_create(run->context, &config->grid, m, &found->statics));
    return mct_statics_compute(run->context, &config->structure, &config->grid, &found->mixture, found->statics);
}

static mct_status compute(cli *run, search *found) {
    mct_glass_options options = mct_glass_options_default();
    mct_status status, judged;

    options.solver = run->config->solver;
    options.structure = run->config->structure;
    status = found->of_activity ? search_activity(run, &options, found) : search_packing_fraction(run, &options, found);
    if (status == MCT_OK) status = set_state(run, found);
    /* where there is no critical point, the grid may be why */
    judged = mct_config_judge(run->context, run->config, found->statics ? &found->mixture : &run->config->mixture);
    return status == MCT_OK ? judged : status;
}

/* ---- the report --------------------------------------------------------------------------------------------- */

static void print_point(const search *found) {
    const mct_critical_point *point = found->first;
    const mct_exponents *exponents = &point->exponents;
    const double factor = mct_critical_amplitude(point);
    char heading[48];

    snprintf(heading, sizeof heading, "f_c(k = %g /d)", found->statics->wave_number[found->observed]);
    printf("\n%-20s %10s %12s %18s %18s %18s\n", "species", "fraction", "activity", heading, "(f-f_c)/sqrt(eps)",
           "d phi_c/d lambda");
    for (size_t mu = 0; mu < found->mixture.species_count; mu++) {
        const mct_species *species = &found->mixture.species[mu];
        const double amplitude = mct_nonergodicity_normalised(found->statics, point->right, mu, found->observed);
        char text[32] = "none";

        if (isfinite(factor)) snprintf(text, sizeof text, "%.8f", factor * amplitude);
        printf("%-20s %10.6g %12.9g %18.10f %18s %18.10f\n", species->name, species->fraction, species->activity,
               mct_nonergodicity_normalised(found->statics, point->nonergodicity, mu, found->observed), text,
               point->slope[mu]);
    }
    if (isfinite(exponents->exponent_parameter)) {
        printf("\nlambda_MCT         %.8f\n", exponents->exponent_parameter);
        printf("exponents          a = %.8f, b = %.8f, gamma = %.8f\n", exponents->a, exponents->b, exponents->gamma);
    } else {
        printf("\nlambda_MCT         none: outside [1/2, 1), no ordinary transition\n");
    }
    printf("separation         C = %.8f: sigma = C eps, eps = (phi - phi_c)/phi_c\n", point->separation);
}

static void print_roots(const cli *run, const search *found) {
    const mct_critical_line *line = found->line;
    const char *name = run->config->mixture.species[found->species].name;
    double extent[2];

    if (line->count == 0) return; /* told by a warning */
    line_extent(line, extent);
    printf("phi_c              from %.8g to %.8g for activities %.10g ... %.10g of %s (%zu points)\n", extent[0],
           extent[1], found->range[0], found->range[1], name, line->count);
    for (size_t i = 0; i < line->extremum_count; i++) {
        printf("phi_c turns over   at activity %.8g: %.10g\n", line->extremum[i],
               mct_critical_line_packing_fraction(line, line->extremum[i]));
    }
    if (line->root_count == 0) {
        printf("critical activity  none in this range\n");
        return;
    }
    printf("\n%-20s %-15s %15s %18s\n", "critical activity", "as it grows", "lambda_MCT", "d phi_c/d lambda");
    for (size_t i = 0; i < line->root_count; i++) {
        const mct_critical_point *point = line->root_point[i];
        const double slope = point->slope[found->species]; /* where phi_c rises past phi, the glass melts */

        printf("%-20.12g %-15s %15.8f %18.10f\n", line->root[i], slope > 0 ? "glass -> fluid" : "fluid -> glass",
               point->exponents.exponent_parameter, slope);
    }
    if (line->root_count > 1) printf("\nat the first of them\n");
}

static void print_summary(const cli *run, const search *found) {
    if (found->of_activity) {
        cli_print_mixture(run);
        print_roots(run, found);
    } else if (found->first) {
        printf("packing fraction   %.13g (critical)\n", found->first->packing_fraction);
        cli_print_model(run, &found->mixture);
    } else {
        printf("packing fraction   no critical one\n");
        cli_print_model(run, NULL);
    }
    if (found->first) print_point(found);
    printf("%skernel evaluations %lu\n", found->first ? "" : "\n", run->evaluations);
    cli_print_computed(run);
    cli_print_written(run);
}

/* Keys of the first critical point, null where there is none. */
static void fill_json(cli *run, const search *found) {
    const mct_exponents none = {NAN, NAN, NAN, NAN};
    const mct_exponents *exponents = found->first ? &found->first->exponents : &none;

    if (!found->of_activity) {
        cli_json_number(&run->result, "packing_fraction_critical", found->first ? found->first->packing_fraction : NAN);
    } else if (found->line) {
        cli_json_list(&run->result, "activity_critical", found->line->root, found->line->root_count);
    } else {
        cli_json_text(&run->result, "activity_critical", NULL);
    }
    cli_json_number(&run->result, "exponent_parameter", exponents->exponent_parameter);
    cli_json_number(&run->result, "a", exponents->a);
    cli_json_number(&run->result, "b", exponents->b);
    cli_json_number(&run->result, "gamma", exponents->gamma);
}

/* A file in which no critical point was found has the wave numbers and, of an activity, the line. */
static mct_status put_wave_numbers(cli *run, mct_archive *archive) {
    const mct_grid *grid = &run->config->grid;
    double *wave_number = malloc(grid->points * sizeof *wave_number);
    mct_status status;

    if (!wave_number) return mct_fail(run->context, MCT_MEMORY, "not enough memory");
    for (size_t i = 0; i < grid->points; i++) wave_number[i] = mct_grid_wave_number(grid, i);
    status = mct_archive_put_array(run->context, archive, "wave_number", 1, &grid->points, wave_number, "1/d",
                                   "wave number");
    free(wave_number);
    return status;
}

static mct_status save(cli *run, const search *found) {
    mct_archive *archive = NULL;
    mct_status status;

    if (!run->config->output.file[0]) return MCT_OK;
    MCT_TRY_CLEANUP(mct_archive_create(run->context, "critical", run->config, &archive));
    if (found->first) {
        MCT_TRY_CLEANUP(mct_archive_put_statics(run->context, archive, found->statics));
    } else {
        MCT_TRY_CLEANUP(put_wave_numbers(run, archive));
    }
    if (found->of_activity) {
        MCT_TRY_CLEANUP(mct_archive_put_critical_line(run->context, archive, found->line));
    } else if (found->first) {
        MCT_TRY_CLEANUP(mct_archive_put_critical(run->context, archive, found->first));
    }
    MCT_TRY_CLEANUP(mct_archive_save(run->context, archive, run->config->output.file));
cleanup:
    mct_archive_destroy(archive);
    return status;
}

mct_status cli_critical(cli *run) {
    search found = {0};
    mct_status status;
    double start;

    MCT_TRY(cli_configure(run, run->operand_count ? run->operands[0] : NULL));
    read_request(run->config, &found);
    start = cli_clock();
    status = compute(run, &found);
    run->seconds = cli_clock() - start;
    if (status != MCT_OK) {
        if (run->json && mct_status_exit(status) == 1) fill_json(run, &(search){.of_activity = found.of_activity});
        status = cli_explained(run, status);
        goto cleanup;
    }
    MCT_TRY_CLEANUP(save(run, &found));
    if (run->json) {
        fill_json(run, &found);
    } else if (!run->quiet) {
        print_summary(run, &found);
    }
cleanup:
    mct_statics_destroy(found.statics);
    free(found.mixture.species);
    mct_critical_line_destroy(found.line);
    mct_critical_point_destroy(found.point);
    return status;
}
