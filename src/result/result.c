/* result.c: a result file as it was read. */
#include <stdlib.h>
#include <string.h>

#include "apmct/archive.h"

const mct_dataset *mct_result_dataset(const mct_result *result, const char *name) {
    for (size_t i = 0; i < result->dataset_count; i++) {
        if (strcmp(result->datasets[i].name, name) == 0) return &result->datasets[i];
    }
    return NULL;
}

void mct_result_destroy(mct_result *result) {
    if (!result) return;
    for (size_t i = 0; i < result->dataset_count; i++) {
        free(result->datasets[i].name);
        free(result->datasets[i].unit);
        free(result->datasets[i].description);
        free(result->datasets[i].data);
    }
    free(result->datasets);
    free(result->path);
    free(result->command);
    free(result->version);
    free(result->config_text);
    free(result->state);
    mct_config_destroy(result->config);
    free(result);
}
