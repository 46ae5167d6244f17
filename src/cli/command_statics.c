/* command_statics.c: apmct statics. */
#include <math.h>

#include "base/number.h"
#include "cli/cli.h"

static void print_summary(const cli *run, const mct_statics *statics) {
    const mct_statics_summary summary = mct_statics_summarise(statics);
    const mct_mixture *mixture = &run->config->mixture;
    const size_t m = statics->species, N = statics->points;
    size_t peak = 0;

    cli_print_mixture(run);
    printf("S(k -> 0)          %.8g (rho kB T kappa)\n", summary.compressibility);
    if (isfinite(summary.peak)) {
        peak = mct_grid_nearest(&run->config->grid, summary.peak_wave_number);
        printf("first peak         S = %.8g at k = %g /d\n", summary.peak, summary.peak_wave_number);
    } else {
        printf("first peak         none on this grid\n");
    }
    printf("\n%-20s %10s %10s %10s %14s\n", "species", "fraction", "activity", "diameter", "S_mm at peak");
    for (size_t mu = 0; mu < m; mu++) {
        char diameter[MCT_NUMBER_LENGTH];

        mct_number_format(mixture->species[mu].diameter, diameter, sizeof diameter);
        printf("%-20s %10.6g %10.6g %10s %14.8g\n", mixture->species[mu].name, mixture->species[mu].fraction,
               mixture->species[mu].activity, diameter, statics->structure_factor[(mu * m + mu) * N + peak]);
    }
    printf("\ncomputed in        %.3g s\n", run->seconds);
    cli_print_written(run);
}

static void fill_json(cli *run, const mct_statics *statics) {
    cli_json_number(&run->result, "density", statics->density);
    cli_json_list(&run->result, "wave_number", statics->wave_number, statics->points);
    cli_json_matrix(&run->result, "structure_factor", statics->structure_factor, statics->points, statics->species,
                    statics->species);
    cli_json_matrix(&run->result, "direct_correlation", statics->direct_correlation, statics->points, statics->species,
                    statics->species);
}

static mct_status save(cli *run, const mct_statics *statics) {
    mct_archive *archive = NULL;
    mct_status status;

    if (!run->config->output.file[0]) return MCT_OK;
    MCT_TRY_CLEANUP(mct_archive_create(run->context, "statics", run->config, &archive));
    MCT_TRY_CLEANUP(mct_archive_put_statics(run->context, archive, statics));
    MCT_TRY_CLEANUP(mct_archive_save(run->context, archive, run->config->output.file));
cleanup:
    mct_archive_destroy(archive);
    return status;
}

mct_status cli_statics(cli *run) {
    mct_statics *statics = NULL;
    mct_status status;
    double start;

    MCT_TRY(cli_configure(run, run->operand_count ? run->operands[0] : NULL));
    start = cli_clock();
    status = mct_structure_judge_grid(run->context, &run->config->structure, &run->config->grid, &run->config->mixture);
    if (status == MCT_OK) {
        status = mct_statics_create(run->context, &run->config->grid, run->config->mixture.species_count, &statics);
    }
    if (status == MCT_OK) {
        status = mct_statics_compute(run->context, &run->config->structure, &run->config->grid, &run->config->mixture,
                                     statics);
    }
    run->seconds = cli_clock() - start;
    if (status != MCT_OK) {
        status = cli_explained(run, status);
        goto cleanup;
    }
    if (mct_context_interrupted(run->context)) {
        status = mct_fail(run->context, MCT_INTERRUPTED, "interrupted");
        goto cleanup;
    }
    MCT_TRY_CLEANUP(save(run, statics));
    if (run->json) {
        fill_json(run, statics);
    } else if (!run->quiet) {
        print_summary(run, statics);
    }
cleanup:
    mct_statics_destroy(statics);
    return status;
}
