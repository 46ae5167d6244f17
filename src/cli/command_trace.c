/* command_trace.c: apmct sweep with sweep.trace: phi_c against an activity, and what is special along it. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"

/* The slope of phi_c on the side of larger activities tells a maximum from a minimum. */
static const char *extremum_name(const mct_critical_line *line, double activity) {
    size_t i = 0;

    while (i + 1 < line->count && line->activity[i] <= activity) i++;
    return line->slope[i] < 0 ? "maximum" : "minimum";
}

/* ---- JSON: one object per line and point -------------------------------------------------------------------- */

/* What node i is besides a node; NULL: nothing. */
static const char *feature_of(const mct_critical_line *line, size_t i) {
    for (size_t e = 0; e < line->extremum_count; e++) {
        if (line->extremum[e] == line->activity[i]) return extremum_name(line, line->extremum[e]);
    }
    if (line->activity[i] == line->peak_activity) return "exponent_peak";
    for (size_t mu = 0; mu < line->species; mu++) {
        if (line->collapse[mu] == line->activity[i]) return "collapse";
    }
    return NULL;
}

static mct_status print_line(cli *run, size_t point, const char *key, double activity, double phi,
                             double exponent_parameter, const char *feature, const double *area, size_t species) {
    cli_json object = {0};

    cli_json_open(&object, NULL, "{}");
    cli_json_number(&object, "point", (double)point);
    cli_json_open(&object, "parameters", "{}");
    cli_json_number(&object, key, activity);
    cli_json_close(&object);
    cli_json_text(&object, "status", mct_status_name(MCT_OK));
    cli_json_number(&object, "packing_fraction_critical", phi);
    cli_json_number(&object, "exponent_parameter", exponent_parameter);
    cli_json_text(&object, "feature", feature);
    if (area) cli_json_list(&object, "nonergodicity_area", area, species);
    cli_json_warnings(&object, &run->warnings);
    return cli_print_line(run, &object);
}

static mct_status print_lines(cli *run, const mct_sweep_trace *request, const mct_critical_line *line) {
    char key[64];

    snprintf(key, sizeof key, "mixture.species.%zu.activity", request->species);
    for (size_t i = 0; i < line->count; i++) {
        MCT_TRY(print_line(run, i, key, line->activity[i], line->packing_fraction[i], line->exponent_parameter[i],
                           feature_of(line, i), line->area + i * line->species, line->species));
    }
    for (size_t r = 0; r < line->root_count; r++) {
        MCT_TRY(print_line(run, line->count + r, key, line->root[r], line->root_packing_fraction[r],
                           line->root_point[r]->exponents.exponent_parameter, "root", NULL, 0));
    }
    return MCT_OK;
}

/* ---- summary ------------------------------------------------------------------------------------------------ */

/* Where a packing fraction is critical, and what the mixture is in between. */
static void print_window(const mct_sweep_trace *request, const mct_critical_line *line, double level) {
    const double first = mct_critical_line_packing_fraction(line, request->range[0]);
    const char *state = first > level ? "fluid" : "glass";
    bool any = false;

    printf("%-18.10g %s", level, state);
    for (size_t r = 0; r < line->root_count; r++) {
        if (line->root_packing_fraction[r] < level || line->root_packing_fraction[r] > level) continue;
        state = line->root_point[r]->slope[request->species] > 0 ? "fluid" : "glass";
        printf(", %s from %.10g", state, line->root[r]);
        any = true;
    }
    printf(any ? "\n" : " throughout\n");
}

static void print_summary(const cli *run, const mct_sweep_trace *request, const mct_critical_line *line) {
    const mct_species *species = run->config->mixture.species;

    printf(
        "trace              phi_c against the activity of %s from %.10g to %.10g: %zu points, cubics right to %.2g\n",
        species[request->species].name, request->range[0], request->range[1], line->count, request->tolerance);
    cli_print_model(run, NULL);
    for (size_t i = 0; i < line->extremum_count; i++) {
        printf("%-18s at activity %.10g: phi_c = %.10g\n", extremum_name(line, line->extremum[i]), line->extremum[i],
               mct_critical_line_packing_fraction(line, line->extremum[i]));
    }
    if (isfinite(line->exponent_peak)) {
        printf("largest lambda_MCT %.6f at activity %.6g (at 1 a higher-order singularity)\n", line->exponent_peak,
               line->peak_activity);
    }
    for (size_t mu = 0; mu < line->species; mu++) {
        if (!isfinite(line->collapse[mu])) continue;
        printf("f of %-13s its integral over k falls to half of that at %.6g at activity %.6g\n", species[mu].name,
               request->range[0], line->collapse[mu]);
    }
    if (request->level_count > 0) printf("\npacking fraction   with growing activity\n");
    for (size_t i = 0; i < request->level_count; i++) print_window(request, line, request->levels[i]);
    printf("%skernel evaluations %lu\n", request->level_count > 0 ? "\n" : "", line->evaluations);
    cli_print_computed(run);
    cli_print_written(run);
}

/* ---- the run ------------------------------------------------------------------------------------------------ */

static mct_status save(cli *run, const mct_critical_line *line) {
    mct_archive *archive = NULL;
    mct_status status;

    if (!run->config->output.file[0]) return MCT_OK;
    MCT_TRY_CLEANUP(mct_archive_create(run->context, "sweep", run->config, &archive));
    MCT_TRY_CLEANUP(mct_archive_put_trace(run->context, archive, line));
    MCT_TRY_CLEANUP(mct_archive_save(run->context, archive, run->config->output.file));
cleanup:
    mct_archive_destroy(archive);
    return status;
}

/* At the densest state of the line, where the peak of S is sharpest. */
static mct_status judge(cli *run, const mct_critical_line *line) {
    mct_mixture mixture = run->config->mixture;

    for (size_t i = 0; i < line->count; i++) {
        mixture.packing_fraction =
            i == 0 ? line->packing_fraction[0] : fmax(mixture.packing_fraction, line->packing_fraction[i]);
    }
    return mct_structure_judge_grid(run->context, &run->config->structure, &run->config->grid, &mixture);
}

static mct_status compute(cli *run, const mct_sweep_trace *request, mct_critical_line **line) {
    const mct_critical_trace_options trace = {.tolerance = request->tolerance,
                                              .level_count = request->level_count,
                                              .levels = request->levels,
                                              .features = true};
    mct_glass_options options = mct_glass_options_default();
    const double start = cli_clock();
    mct_status status;

    options.solver = run->config->solver;
    options.structure = run->config->structure;
    status = mct_critical_trace(run->context, &options, &run->config->grid, &run->config->mixture, request->species,
                                request->range, &trace, line);
    run->seconds = cli_clock() - start;
    cli_end_progress();
    if (status != MCT_OK) return cli_explained(run, status);
    run->evaluations = (*line)->evaluations;
    run->kernel_used = mct_kernel_algorithm_name((*line)->kernel);
    MCT_TRY(judge(run, *line));
    if ((*line)->count > 0) return MCT_OK;
    return mct_fail(run->context, MCT_NOT_CONVERGED, "no critical packing fraction at any activity from %.10g to %.10g",
                    request->range[0], request->range[1]);
}

mct_status cli_trace(cli *run) {
    mct_sweep_trace request;
    mct_critical_line *line = NULL;
    mct_status status;

    if (run->resume) {
        return mct_fail(run->context, MCT_USAGE, "apmct sweep: sweep.trace is computed in one go, without --resume");
    }
    MCT_TRY(cli_explained(run, mct_sweep_trace_read(run->context, run->config, &request)));
    if (run->dry_run) {
        mct_sweep_cost cost;

        MCT_TRY_CLEANUP(mct_sweep_trace_estimate(run->context, run->config, &request, &cost));
        cli_sweep_cost(run, NULL, &cost);
        goto cleanup;
    }
    MCT_TRY_CLEANUP(compute(run, &request, &line));
    MCT_TRY_CLEANUP(save(run, line));
    run->lines = run->json;
    if (run->json) {
        MCT_TRY_CLEANUP(print_lines(run, &request, line));
    } else if (!run->quiet) {
        print_summary(run, &request, line);
    }
cleanup:
    mct_critical_line_destroy(line);
    mct_sweep_trace_clear(&request);
    return status;
}
