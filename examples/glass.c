/* glass.c: nonergodicity parameters of a half active, half passive mixture.
 *
 *   cc glass.c $(pkg-config --cflags --libs apmct) -o glass */
#include <stdio.h>
#include <stdlib.h>

#include <apmct/apmct.h>

int main(void) {
    mct_species species[2] = {
        {.name = "active", .fraction = 0.5, .activity = 1.02, .diffusivity = 1.0, .diameter = 1.0},
        {.name = "passive", .fraction = 0.5, .activity = 1.0, .diffusivity = 1.0, .diameter = 1.0},
    };
    mct_mixture mixture = {.packing_fraction = 0.524, .species_count = 2, .species = species};
    mct_grid grid = mct_grid_default();
    mct_glass_options options = mct_glass_options_default();
    mct_glass_result result;

    mct_context *context = NULL;
    double *F = calloc(4 * grid.points, sizeof *F); /* [mu*2 + nu][q] */
    if (F == NULL || mct_context_create(&context) != MCT_OK) return EXIT_FAILURE;

    mct_status status = mct_glass_solve(context, &options, &grid, 1, &mixture, F, &result, NULL, NULL);
    if (status != MCT_OK) {
        fprintf(stderr, "%s\n", mct_context_error(context));
    } else {
        size_t i = mct_grid_nearest(&grid, 7.4);
        printf("%s after %lu kernel evaluations\n", mct_state_name(result.state), result.evaluations);
        printf("F(k = %.1f) = %.6f %.6f %.6f %.6f\n", mct_grid_wave_number(&grid, i), F[i], F[grid.points + i],
               F[2 * grid.points + i], F[3 * grid.points + i]);
    }
    free(F);
    mct_context_destroy(context);
    return mct_status_exit(status);
}
