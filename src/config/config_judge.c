/* config_judge.c: what a configuration asks of its grid beyond what the grid has. */
#include "base/need.h"
#include "config/config_internal.h"

/* `key` names the option that `wave_number` is (one) of. */
static bool tell_beyond(mct_context *context, const mct_grid *grid, const char *key, double wave_number) {
    if (!(wave_number > (double)grid->points * grid->spacing * (1 + 1e-12))) return false;
    mct_tell(
        context, MCT_MESSAGE_WARNING,
        "%s = %g lies beyond the grid, whose last wave number is %.6g/d: that one is taken; choose a smaller one, or "
        "more grid.points",
        key, wave_number, mct_grid_wave_number(grid, grid->points - 1));
    return true;
}

mct_status mct_config_judge(mct_context *context, const mct_config *config, const mct_mixture *mixture) {
    MCT_NEED(context, config, mixture);
    const mct_numbers *stored = &config->output.wave_numbers;

    MCT_TRY(mct_structure_judge_grid(context, &config->structure, &config->grid, mixture));
    tell_beyond(context, &config->grid, "output.wave_number", config->output.wave_number);
    for (size_t i = 0; i < stored->count; i++) { /* once */
        if (tell_beyond(context, &config->grid, "output.wave_numbers", stored->values[i])) break;
    }
    return MCT_OK;
}
