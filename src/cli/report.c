/* report.c: what reports have in common. */
#include "base/number.h"
#include "cli/cli.h"

const char *cli_error(const cli *run, mct_status status) {
    const char *text = mct_context_error(run->context);

    return text[0] ? text : mct_status_sentence(status);
}

void cli_print_model(const cli *run, const mct_mixture *mixture) {
    const mct_grid *grid = &run->config->grid;

    if (mixture) printf("density            %.10g d^-3\n", mct_mixture_density(mixture));
    printf("structure          %s\n", mct_closure_name(run->config->structure.closure));
    printf("wave numbers       %zu, spacing %g /d, up to %g /d, %s\n", grid->points, grid->spacing,
           mct_grid_wave_number(grid, grid->points - 1), mct_quadrature_name(grid->quadrature));
}

void cli_print_mixture(const cli *run) {
    char text[MCT_NUMBER_LENGTH];

    mct_number_format(run->config->mixture.packing_fraction, text, sizeof text);
    printf("packing fraction   %s\n", text);
    cli_print_model(run, &run->config->mixture);
}

void cli_print_computed(const cli *run) {
    const int threads = mct_context_threads(run->context);

    printf("computed with      kernel %s, backend %s, %d thread%s, %.3g s\n", run->kernel_used, run->backend_used,
           threads, threads == 1 ? "" : "s", run->seconds);
}

void cli_print_written(const cli *run) {
    if (run->config->output.file[0]) printf("written to         %s\n", run->config->output.file);
}
