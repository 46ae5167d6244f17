/* result_aside.c: reads a result file in a process of its own, because the HDF5 library may crash or hang on a damaged
 * one.
 *
 * What it read comes through a pipe as records, in the byte order of this machine: the head with the names and shapes
 * of all datasets, values piece after piece, and the end with the status.  A process that went astray may have written
 * anything: every length is checked before it is believed. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "cli/aside.h"
#include "cli/cli.h"

enum { TEXT_MAX = 1 << 24, DATASETS_MAX = 1000, FILE_SIZES = 4 };
static const size_t memory_least = (size_t)2 << 30; /* bytes */
static const double gigabyte = 1e9;

typedef enum record_kind { HEAD = 1, VALUES, END } record_kind;

typedef struct record {
    uint64_t kind;
    uint64_t number;       /* of the dataset; of the end: the status */
    uint64_t first, count; /* of its values; of the head: datasets */
} record;

typedef struct dataset_record {
    uint64_t numbers, rank, shape[MCT_ARCHIVE_RANK_MAX];
} dataset_record;

/* ---- the process: reads and sends --------------------------------------------------------------------------- */

typedef struct request {
    const char *path;
    bool values;
} request;

static void send_bytes(int answer, const void *bytes, size_t size) {
    const char *at = bytes;

    while (size > 0) {
        const ssize_t count = write(answer, at, size);

        if (count <= 0) _exit(1); /* nobody listens */
        at += count;
        size -= (size_t)count;
    }
}

static void send_record(int answer, record_kind kind, size_t number, size_t first, size_t count) {
    const record sent = {kind, number, first, count};

    send_bytes(answer, &sent, sizeof sent);
}

static void send_text(int answer, const char *text) {
    const uint64_t length = strlen(text);

    send_bytes(answer, &length, sizeof length);
    send_bytes(answer, text, length);
}

static void send_head(int answer, const mct_result *result) {
    send_record(answer, HEAD, 0, 0, result->dataset_count);
    send_text(answer, result->command);
    send_text(answer, result->version);
    send_text(answer, result->config_text);
    send_text(answer, result->state);
    for (size_t i = 0; i < result->dataset_count; i++) {
        const mct_dataset *dataset = &result->datasets[i];
        dataset_record sent = {.numbers = dataset->numbers, .rank = dataset->rank};

        for (size_t j = 0; j < dataset->rank; j++) sent.shape[j] = dataset->shape[j];
        send_bytes(answer, &sent, sizeof sent);
        send_text(answer, dataset->name);
        send_text(answer, dataset->unit);
        send_text(answer, dataset->description);
    }
}

static mct_status send_values(void *user, const mct_result *result, size_t dataset, size_t first, size_t count,
                              const double *values) {
    const int answer = *(const int *)user;

    (void)result;
    send_record(answer, VALUES, dataset, first, count);
    send_bytes(answer, values, count * sizeof *values);
    return MCT_OK;
}

static size_t element_count(const mct_dataset *dataset) {
    size_t count = 1;

    for (size_t i = 0; i < dataset->rank; i++) count *= dataset->shape[i];
    return count;
}

static mct_status read_and_send(mct_context *context, const request *asked, int answer) {
    mct_result *result;
    mct_status status;

    MCT_TRY(mct_result_load_shapes(context, asked->path, &result));
    send_head(answer, result);
    if (asked->values) {
        status = mct_result_visit(context, result, send_values, &answer);
    } else {
        status = MCT_OK;
        for (size_t i = 0; i < result->dataset_count; i++) {
            const mct_dataset *dataset = &result->datasets[i];

            if (dataset->data) send_values(&answer, result, i, 0, element_count(dataset), dataset->data);
        }
    }
    mct_result_destroy(result);
    return status;
}

static void work(void *user, int answer) {
    mct_context *context = NULL;
    mct_status status = mct_context_create(&context);

    if (status == MCT_OK) status = read_and_send(context, user, answer);
    send_record(answer, END, status, 0, 0);
    send_text(answer, mct_context_error(context));
}

/* ---- the command: receives ---------------------------------------------------------------------------------- */

typedef struct receiver {
    mct_context *context;
    cli_aside *aside;
    mct_result *result;
    size_t *received; /* [dataset_count] values of each; NULL before the head */
    mct_status status;
    char *error; /* of the other process */
} receiver;

/* Of this process: what the other one sent may be right. */
static bool no_memory(receiver *to) {
    to->status = mct_fail(to->context, MCT_MEMORY, "not enough memory for %.300s", to->result->path);
    return false;
}

static bool receive_text(receiver *to, char **text) {
    uint64_t length;

    if (!cli_aside_read(to->aside, &length, sizeof length) || length > TEXT_MAX) return false;
    *text = malloc(length + 1);
    if (!*text) return no_memory(to);
    if (!cli_aside_read(to->aside, *text, length)) return false;
    (*text)[length] = '\0';
    return strlen(*text) == length;
}

static bool receive_dataset(receiver *to, mct_dataset *dataset) {
    dataset_record sent;
    size_t bytes = sizeof *dataset->data;

    if (!cli_aside_read(to->aside, &sent, sizeof sent)) return false;
    if (sent.rank < 1 || sent.rank > MCT_ARCHIVE_RANK_MAX) return false;
    dataset->numbers = sent.numbers;
    dataset->rank = sent.rank;
    for (size_t j = 0; j < dataset->rank; j++) {
        dataset->shape[j] = sent.shape[j];
        if (sent.shape[j] < 1 || __builtin_mul_overflow(bytes, dataset->shape[j], &bytes)) return false;
    }
    return receive_text(to, &dataset->name) && receive_text(to, &dataset->unit) &&
           receive_text(to, &dataset->description);
}

static bool receive_head(receiver *to, size_t count) {
    mct_result *result = to->result;

    if (to->received || count > DATASETS_MAX) return false;
    to->received = calloc(count + 1, sizeof *to->received);
    result->datasets = calloc(count + 1, sizeof *result->datasets);
    if (!to->received || !result->datasets) return no_memory(to);
    result->dataset_count = count;
    if (!receive_text(to, &result->command) || !receive_text(to, &result->version) ||
        !receive_text(to, &result->config_text) || !receive_text(to, &result->state)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (!receive_dataset(to, &result->datasets[i])) return false;
    }
    return true;
}

/* All values are to be in memory at once, which can be a thousand times what the file takes. */
static bool have_memory(receiver *to) {
    const double available = (double)mct_memory_available();
    double needed = 0;

    for (size_t i = 0; i < to->result->dataset_count; i++) {
        const mct_dataset *dataset = &to->result->datasets[i];

        if (dataset->numbers) needed += (double)element_count(dataset) * sizeof *dataset->data;
    }
    if (needed <= available) return true;
    to->status = mct_fail(to->context, MCT_MEMORY, "not enough memory for %.300s: it holds %.3g GB, %.3g GB are free",
                          to->result->path, needed / gigabyte, available / gigabyte);
    return false;
}

static bool receive_values(receiver *to, const record *sent) {
    mct_dataset *dataset;
    size_t total;

    if (!to->received || sent->number >= to->result->dataset_count) return false;
    dataset = &to->result->datasets[sent->number];
    total = element_count(dataset);
    if (!dataset->numbers || sent->first != to->received[sent->number] || sent->count > total - sent->first)
        return false;
    if (!dataset->data) dataset->data = malloc(total * sizeof *dataset->data);
    if (!dataset->data) return no_memory(to);
    to->received[sent->number] += sent->count;
    return cli_aside_read(to->aside, dataset->data + sent->first, sent->count * sizeof *dataset->data);
}

/* Whether what was promised has come. */
static bool is_complete(const receiver *to, bool values) {
    if (!to->received) return false;
    for (size_t i = 0; i < to->result->dataset_count; i++) {
        const mct_dataset *dataset = &to->result->datasets[i];
        const size_t due = dataset->numbers && (values || dataset->data) ? element_count(dataset) : 0;

        if (to->received[i] != due) return false;
    }
    return true;
}

/* All records up to the end; false where they do not come or do not fit. */
static bool receive(receiver *to, bool values) {
    for (;;) {
        record sent;

        if (!cli_aside_read(to->aside, &sent, sizeof sent)) return false;
        switch (sent.kind) {
        case HEAD:
            if (!receive_head(to, sent.count) || (values && !have_memory(to))) return false;
            break;
        case VALUES:
            if (!receive_values(to, &sent)) return false;
            break;
        case END:
            if (sent.number >= MCT_STATUS_COUNT || !receive_text(to, &to->error)) return false;
            to->status = (mct_status)sent.number;
            return to->status != MCT_OK || is_complete(to, values);
        default: return false;
        }
    }
}

/* The configuration was checked, and its warnings told, long ago. */
static mct_status parse_config(mct_context *context, mct_result *result) {
    mct_context *quiet = NULL;
    mct_status status;

    MCT_TRY(mct_config_create(context, &result->config));
    MCT_TRY(mct_context_create(&quiet));
    status = mct_config_parse(quiet, result->config, "config", result->config_text, strlen(result->config_text));
    if (status == MCT_OK) status = mct_config_check(quiet, result->config);
    if (status != MCT_OK) status = mct_fail(context, status, "%.300s: %s", result->path, mct_context_error(quiet));
    mct_context_destroy(quiet);
    return status;
}

static mct_status ended(mct_context *context, const char *path, const char *how) {
    return mct_fail(context, MCT_FORMAT, "%.300s: damaged, reading it ended with %s", path, how);
}

static size_t memory_for(const char *path) {
    struct stat info;
    const size_t size = stat(path, &info) == 0 && info.st_size > 0 ? (size_t)info.st_size : 0;

    return size > memory_least / FILE_SIZES ? FILE_SIZES * size : memory_least;
}

/* What became of it, now that the other process has ended, all `well` or `how`. */
static mct_status conclude(receiver *to, bool well, const char *how, size_t memory) {
    const char *path = to->result->path;
    char text[64];

    if (to->status != MCT_OK && !to->error) return to->status; /* our own */
    if (!well) return ended(to->context, path, how);
    if (to->status == MCT_MEMORY) {
        snprintf(text, sizeof text, "no memory left of the %.3g GB allowed for it", (double)memory / gigabyte);
        return ended(to->context, path, text);
    }
    if (to->status != MCT_OK) return mct_fail(to->context, to->status, "%s", to->error);
    return parse_config(to->context, to->result);
}

mct_status cli_load_result(cli *run, const char *path, bool values, mct_result **result) {
    const size_t memory = memory_for(path);
    request asked = {path, values};
    cli_aside aside;
    receiver to = {.context = run->context, .aside = &aside};
    char how[128];
    bool well;
    mct_status status;

    *result = NULL;
    to.result = calloc(1, sizeof *to.result);
    if (to.result) to.result->path = strdup(path);
    if (!to.result || !to.result->path) {
        status = mct_fail(run->context, MCT_MEMORY, "not enough memory for %.300s", path);
        goto cleanup;
    }
    MCT_TRY_CLEANUP(cli_aside_start(run->context, memory, work, &asked, &aside));
    if (mct_context_interrupted(run->context)) { /* before that ended the command at once */
        to.status = mct_fail(run->context, MCT_INTERRUPTED, "interrupted");
    }
    well = cli_aside_finish(&aside, to.status == MCT_OK && receive(&to, values), how, sizeof how);
    MCT_TRY_CLEANUP(conclude(&to, well, how, memory));
    *result = to.result;
    to.result = NULL;
cleanup:
    mct_result_destroy(to.result);
    free(to.received);
    free(to.error);
    return status;
}
