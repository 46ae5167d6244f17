/* config_trace.c: section sweep.trace: what it asks for. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/need.h"
#include "base/number.h"
#include "config/config_internal.h"

static const double default_tolerance = 1.0e-6;

static mct_status fail(mct_context *context, const mct_config *config, const char *key, const char *what) {
    char text[3 * MCT_KEY_LENGTH];

    snprintf(text, sizeof text, "%.200s: %s", key, what);
    return mct_config_fail_origin(context, config, key, text);
}

static double number_of(const mct_value *trace, const char *key, double otherwise) {
    const mct_value *value = mct_value_find(trace, key);

    if (value) (void)mct_number_parse(value->text, &otherwise); /* mct_sweep_read has done so */
    return otherwise;
}

static mct_status read_find(mct_context *context, const mct_config *config, const mct_value *find,
                            mct_sweep_trace *request) {
    if (!find) return MCT_OK;
    request->levels = calloc(find->count + 1, sizeof *request->levels);
    if (!request->levels) return mct_fail(context, MCT_MEMORY, "not enough memory for sweep.trace.find");
    for (size_t i = 0; i < find->count; i++) {
        const mct_value *item = find->items[i].kind == MCT_VALUE_MAP ? &find->items[i].items[0] : NULL;

        if (!item) continue; /* maxima: extrema are found in any case */
        if (strcmp(item->key, "packing_fraction") != 0 && strcmp(item->key, "mixture.packing_fraction") != 0) {
            return fail(context, config, "sweep.trace.find", "{KEY: number}: the key must be packing_fraction");
        }
        if (!mct_number_parse(item->text, &request->levels[request->level_count]) ||
            !(request->levels[request->level_count] > 0 && request->levels[request->level_count] < 1)) {
            return fail(context, config, "sweep.trace.find", "a packing fraction must be a number in (0, 1)");
        }
        request->level_count++;
    }
    return MCT_OK;
}

mct_status mct_sweep_trace_read(mct_context *context, const mct_config *config, mct_sweep_trace *request) {
    MCT_NEED(context, config, request);
    static const char prefix[] = "mixture.species.", suffix[] = ".activity";
    const mct_value *trace = config->sweep ? mct_value_find(config->sweep, "trace") : NULL;
    const char *along, *end;
    mct_status status;

    *request = (mct_sweep_trace){0};
    if (!trace) return mct_fail(context, MCT_CONFIG, "sweep.trace: not given");
    if (mct_config_sweep_command(config)[0] && strcmp(mct_config_sweep_command(config), "critical") != 0) {
        return fail(context, config, "sweep.command", "must be critical with sweep.trace");
    }
    along = mct_value_find(trace, "along")->text;
    if (strncmp(along, prefix, strlen(prefix)) != 0 ||
        !mct_index_parse(along + strlen(prefix), &request->species, &end) || strcmp(end, suffix) != 0 ||
        request->species >= config->mixture.species_count) {
        return fail(context, config, "sweep.trace.along",
                    "must be mixture.species.I.activity of a species: phi_c is followed along activities");
    }
    request->range[0] = number_of(trace, "from", 0);
    request->range[1] = number_of(trace, "to", 0);
    request->tolerance = number_of(trace, "tolerance", default_tolerance);
    if (!(request->range[0] >= 1 && request->range[1] > request->range[0])) {
        return fail(context, config, "sweep.trace.from", "from and to must be activities, 1 <= from < to");
    }
    status = read_find(context, config, mct_value_find(trace, "find"), request);
    if (status != MCT_OK) mct_sweep_trace_clear(request);
    return status;
}

void mct_sweep_trace_clear(mct_sweep_trace *request) {
    if (!request) return;
    free(request->levels);
    *request = (mct_sweep_trace){0};
}

bool mct_sweep_is_trace(const mct_config *config) {
    return config->sweep && mct_value_find(config->sweep, "trace");
}
