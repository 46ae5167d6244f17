/* command_glass.c: apmct glass. */
#include <math.h>
#include <stdlib.h>

#include "cli/cli.h"

/* What one run computes; owned by cli_glass. */
typedef struct solution {
    mct_statics *statics;
    double *F; /* [m*m][N] */
    mct_glass_result result;
    size_t observed; /* grid point */
} solution;

static void print_summary(const cli *run, const solution *found) {
    const mct_mixture *mixture = &run->config->mixture;
    const mct_glass_result *result = &found->result;
    char heading[48];

    cli_print_mixture(run);
    printf("state              %s\n", mct_state_name(result->state));
    snprintf(heading, sizeof heading, "f(k = %g /d)", found->statics->wave_number[found->observed]);
    printf("\n%-20s %10s %10s %12s %18s\n", "species", "fraction", "activity", "diffusivity", heading);
    for (size_t mu = 0; mu < mixture->species_count; mu++) {
        printf("%-20s %10.6g %10.6g %12.6g %18.10f\n", mixture->species[mu].name, mixture->species[mu].fraction,
               mixture->species[mu].activity, mixture->species[mu].diffusivity,
               mct_nonergodicity_normalised(found->statics, found->F, mu, found->observed));
    }
    printf("\nresidual           %.3g (tolerance %g)\n", result->residual, run->config->solver.tolerance);
    if (isfinite(result->eigenvalue)) printf("eigenvalue         %.6f (1 at the transition)\n", result->eigenvalue);
    if (isfinite(result->packing_fraction_critical)) {
        printf("critical           packing fraction %.12g\n", result->packing_fraction_critical);
    }
    printf("iterations         %lu, kernel evaluations %lu\n", result->iterations, result->evaluations);
    cli_print_computed(run);
    cli_print_written(run);
}

/* The state and its numbers; the arrays only of a solution. */
static void fill_json(cli *run, const solution *found, bool solved) {
    const mct_glass_result *result = &found->result;
    const mct_statics *statics = found->statics;

    cli_json_text(&run->result, "state", solved ? mct_state_name(result->state) : NULL);
    cli_json_number(&run->result, "iterations", (double)result->iterations);
    cli_json_number(&run->result, "residual", result->residual);
    cli_json_number(&run->result, "eigenvalue", result->eigenvalue);
    cli_json_number(&run->result, "packing_fraction_critical", result->packing_fraction_critical);
    if (!solved) return;
    cli_json_list(&run->result, "wave_number", statics->wave_number, statics->points);
    cli_json_matrix(&run->result, "structure_factor", statics->structure_factor, statics->points, statics->species,
                    statics->species);
    cli_json_matrix(&run->result, "nonergodicity", found->F, statics->points, statics->species, statics->species);
    cli_json_number(&run->result, "wave_number_observed", statics->wave_number[found->observed]);
}

static mct_status save(cli *run, const solution *found) {
    mct_archive *archive = NULL;
    mct_status status;

    if (!run->config->output.file[0]) return MCT_OK;
    MCT_TRY_CLEANUP(mct_archive_create(run->context, "glass", run->config, &archive));
    MCT_TRY_CLEANUP(mct_archive_put_statics(run->context, archive, found->statics));
    MCT_TRY_CLEANUP(mct_archive_put_glass(run->context, archive, found->F, &found->result));
    MCT_TRY_CLEANUP(mct_archive_save(run->context, archive, run->config->output.file));
cleanup:
    mct_archive_destroy(archive);
    return status;
}

/* The solver first: it refuses what does not fit into memory before anything else takes memory. */
static mct_status compute(cli *run, solution *found) {
    const mct_config *config = run->config;
    const size_t m = config->mixture.species_count;
    mct_glass_options options = mct_glass_options_default();
    mct_kernel_algorithm kernel = MCT_KERNEL_AUTO;
    const char *backend = NULL;
    mct_status status;

    MCT_TRY(mct_config_judge(run->context, config, &config->mixture));
    options.solver = config->solver;
    options.structure = config->structure;
    found->F = calloc(config->grid.points * m, m * sizeof *found->F);
    if (!found->F)
        return mct_fail(run->context, MCT_MEMORY, "not enough memory for %zu wave numbers", config->grid.points);
    status = mct_glass_solve(run->context, &options, &config->grid, 1, &config->mixture, found->F, &found->result,
                             &kernel, &backend);
    if (backend) run->backend_used = backend;
    if (kernel != MCT_KERNEL_AUTO) run->kernel_used = mct_kernel_algorithm_name(kernel);
    run->evaluations = found->result.evaluations;
    MCT_TRY(status);
    MCT_TRY(mct_statics_create(run->context, &config->grid, m, &found->statics));
    return mct_statics_compute(run->context, &config->structure, &config->grid, &config->mixture, found->statics);
}

mct_status cli_glass(cli *run) {
    solution found = {.result = {.residual = NAN, .eigenvalue = NAN, .packing_fraction_critical = NAN}};
    mct_status status;
    double start;

    MCT_TRY(cli_configure(run, run->operand_count ? run->operands[0] : NULL));
    start = cli_clock();
    status = compute(run, &found);
    run->seconds = cli_clock() - start;
    found.observed = mct_grid_nearest(&run->config->grid, run->config->output.wave_number);
    if (status != MCT_OK && run->json && run->kernel_used) fill_json(run, &found, false);
    if (status != MCT_OK) {
        status = cli_explained(run, status);
        goto cleanup;
    }
    MCT_TRY_CLEANUP(save(run, &found));
    if (run->json) {
        fill_json(run, &found, true);
    } else if (!run->quiet) {
        print_summary(run, &found);
    }
cleanup:
    mct_statics_destroy(found.statics);
    free(found.F);
    return status;
}
