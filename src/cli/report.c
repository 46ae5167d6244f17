/* report.c: what summaries have in common. */
#include "cli.h"
#include "number.h"

void cli_print_mixture(const cli *run) {
    const mct_config *config = run->config;
    const mct_grid *grid = &config->grid;
    char text[MCT_NUMBER_LENGTH];

    mct_number_format(config->mixture.packing_fraction, text, sizeof text);
    printf("packing fraction   %s\n", text);
    printf("density            %.10g d^-3\n", mct_mixture_density(&config->mixture));
    printf("structure          %s\n", mct_closure_name(config->structure.closure));
    printf("wave numbers       %zu, spacing %g /d, up to %g /d, %s\n", grid->points, grid->spacing,
           mct_grid_wave_number(grid, grid->points - 1), mct_quadrature_name(grid->quadrature));
}

void cli_print_written(const cli *run) {
    if (run->config->output.file[0]) printf("written to         %s\n", run->config->output.file);
}
