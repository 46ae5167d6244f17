/* status.c: names, sentences and exit statuses, all from the one list in status.h. */
#include "apmct/status.h"

typedef struct status_row {
    const char *name;
    int exit_status;
    const char *sentence;
} status_row;

static const status_row rows[] = {
#define STATUS_ROW(enumerator, name, exit_status, sentence) [enumerator] = {name, exit_status, sentence},
    MCT_STATUS_LIST(STATUS_ROW)
#undef STATUS_ROW
};

static const status_row unknown = {"unknown", 1, "an unknown status"};

static const status_row *find(mct_status status) {
    return (unsigned)status < (unsigned)MCT_STATUS_COUNT ? &rows[status] : &unknown;
}

const char *mct_status_name(mct_status status) {
    return find(status)->name;
}

const char *mct_status_sentence(mct_status status) {
    return find(status)->sentence;
}

int mct_status_exit(mct_status status) {
    return find(status)->exit_status;
}
