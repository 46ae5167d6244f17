/* command_info.c: apmct info: this program, or a result file. */
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/cli.h"

/* ---- this program ------------------------------------------------------------------------------------------- */

enum { DEVICES_MAX = 64, TEXT_LENGTH = 512 };
static const double gibibyte = 1024.0 * 1024.0 * 1024.0;

static double memory_gibibytes(void) {
    return (double)sysconf(_SC_PHYS_PAGES) * (double)sysconf(_SC_PAGESIZE) / gibibyte;
}

static size_t devices_of(size_t backend, mct_device devices[DEVICES_MAX]) {
    const size_t count = mct_backend_devices(backend, DEVICES_MAX, devices);

    return count < DEVICES_MAX ? count : DEVICES_MAX;
}

/* A version of CUDA, 1000 major + 10 minor. */
static void describe_version(int version, char *text, size_t size) {
    snprintf(text, size, "%d.%d", version / 1000, version % 1000 / 10);
}

static double known(double value) {
    return value > 0 ? value : (double)NAN;
}

static void device_json(cli_json *to, const char *backend, const mct_device *device) {
    char text[TEXT_LENGTH];

    cli_json_open(to, NULL, "{}");
    cli_json_text(to, "backend", backend);
    cli_json_text(to, "name", device->name);
    cli_json_number(to, "memory_gibibytes", (double)device->memory / gibibyte);
    snprintf(text, sizeof text, "%d.%d", device->capability[0], device->capability[1]);
    cli_json_text(to, "compute_capability", text);
    cli_json_number(to, "multiprocessors", device->multiprocessors);
    cli_json_number(to, "clock_gigahertz", known(1e-9 * device->clock));
    cli_json_number(to, "peak_tflops_double", known(1e-12 * device->peak_double));
    cli_json_number(to, "peak_tflops_single", known(1e-12 * device->peak_single));
    describe_version(device->driver, text, sizeof text);
    cli_json_text(to, "cuda_driver", text);
    describe_version(device->runtime, text, sizeof text);
    cli_json_text(to, "cuda_runtime", text);
    cli_json_close(to);
}

static void program_json(const cli *run, cli_json *to) {
    mct_device devices[DEVICES_MAX];
    char text[TEXT_LENGTH];

    cli_json_open(to, "backends", "[]");
    for (size_t i = 0; i < mct_backend_count(); i++) {
        mct_backend_describe(run->context, i, text, sizeof text);
        cli_json_open(to, NULL, "{}");
        cli_json_text(to, "name", mct_backend_name(i));
        cli_json_text(to, "description", text);
        cli_json_close(to);
    }
    cli_json_close(to);
    cli_json_open(to, "devices", "[]");
    for (size_t i = 0; i < mct_backend_count(); i++) {
        const size_t count = devices_of(i, devices);

        for (size_t d = 0; d < count; d++) device_json(to, mct_backend_name(i), &devices[d]);
    }
    cli_json_close(to);
    cli_json_text(to, "build", mct_build_description());
    cli_json_number(to, "threads", mct_context_threads(run->context));
    cli_json_number(to, "memory_gibibytes", memory_gibibytes());
}

static void device_text(size_t index, const mct_device *device) {
    char driver[TEXT_LENGTH], runtime[TEXT_LENGTH];

    describe_version(device->driver, driver, sizeof driver);
    describe_version(device->runtime, runtime, sizeof runtime);
    printf("%21sdevice %zu: %s, %.1f GiB, compute capability %d.%d; CUDA %s, driver for %s%s\n", "", index,
           device->name, (double)device->memory / gibibyte, device->capability[0], device->capability[1], runtime,
           driver, index > 0 ? "; not used (CUDA_VISIBLE_DEVICES chooses)" : "");
    if (device->peak_double > 0) {
        printf("%23s%d multiprocessors at %.2f GHz, at most %.3g Tflop/s in double precision, 1/%.0f of single\n", "",
               device->multiprocessors, 1e-9 * device->clock, 1e-12 * device->peak_double,
               device->peak_single / device->peak_double);
    }
}

static void program_text(const cli *run) {
    mct_device devices[DEVICES_MAX];
    char text[TEXT_LENGTH];

    printf("apmct              %s\n", mct_version());
    printf("build              %s\n", mct_build_description());
    printf("result files       HDF5, format version %d\n", MCT_ARCHIVE_FORMAT_VERSION);
    printf("threads            %d\n", mct_context_threads(run->context));
    printf("memory             %.3g GiB\n", memory_gibibytes());
    for (size_t i = 0; i < mct_backend_count(); i++) {
        const size_t count = devices_of(i, devices);

        mct_backend_describe(run->context, i, text, sizeof text);
        printf("%-19s%s: %s\n", i == 0 ? "backends" : "", mct_backend_name(i), text);
        for (size_t d = 0; d < count; d++) device_text(d, &devices[d]);
    }
    printf("backend            %s is taken where solver.backend is %s", run->backend_used, run->config->solver.backend);
    if (strcmp(run->config->solver.backend, "auto") == 0) {
        printf(", for %zu wave numbers times points (devices from %zu on)", run->config->grid.points,
               mct_backend_device_from());
    }
    printf("\n");
}

/* ---- a result file ------------------------------------------------------------------------------------------ */

static void file_json(cli_json *to, const mct_result *file) {
    cli_json_text(to, "file", file->path);
    cli_json_text(to, "file_command", file->command);
    cli_json_text(to, "file_version", file->version);
    if (file->state[0]) cli_json_text(to, "state", file->state);
    cli_json_open(to, "datasets", "[]");
    for (size_t i = 0; i < file->dataset_count; i++) {
        const mct_dataset *dataset = &file->datasets[i];

        cli_json_open(to, NULL, "{}");
        cli_json_text(to, "name", dataset->name);
        cli_json_open(to, "shape", "[]");
        for (size_t j = 0; j < dataset->rank; j++) cli_json_number(to, NULL, (double)dataset->shape[j]);
        cli_json_close(to);
        cli_json_text(to, "unit", dataset->unit);
        cli_json_text(to, "description", dataset->description);
        cli_json_close(to);
    }
    cli_json_close(to);
}

enum { SHOWN_MAX = 4, NAME_WIDTH_MIN = 22 };

static void describe_shape(const mct_dataset *dataset, char *text, size_t size) {
    text[0] = '\0';
    for (size_t j = 0; j < dataset->rank; j++) {
        const size_t length = strlen(text);

        snprintf(text + length, size - length, "%s%zu", j > 0 ? " x " : "", dataset->shape[j]);
    }
}

/* The values where they are few. */
static void print_values(const mct_dataset *dataset) {
    if (dataset->rank > 1 || dataset->shape[0] > SHOWN_MAX || !dataset->data) return;
    for (size_t i = 0; i < dataset->shape[0]; i++) printf("%s%.12g", i > 0 ? ", " : ": ", dataset->data[i]);
}

static void file_text(const mct_result *file) {
    int width = NAME_WIDTH_MIN;
    char name[4096];

    mct_text_line(file->path, name, sizeof name);
    printf("%s: result of apmct %s, version %s\n", name, file->command, file->version);
    if (file->state[0]) printf("state: %s\n", file->state);
    for (size_t i = 0; i < file->dataset_count; i++) {
        const int length = (int)strlen(file->datasets[i].name);

        if (length > width) width = length;
    }
    printf("\ndatasets\n");
    for (size_t i = 0; i < file->dataset_count; i++) {
        const mct_dataset *dataset = &file->datasets[i];
        char shape[128];

        describe_shape(dataset, shape, sizeof shape);
        printf("  %-*s %-15s %-6s %s", width, dataset->name, shape, dataset->unit, dataset->description);
        print_values(dataset);
        printf("\n");
    }
    printf("\nconfiguration\n");
    for (const char *line = file->config_text; *line;) {
        const size_t length = strcspn(line, "\n");

        printf("  %.*s\n", (int)length, line);
        line += length + (line[length] == '\n');
    }
}

static mct_status info_file(cli *run, const char *path) {
    mct_result *file;
    mct_config *mine;

    MCT_TRY(cli_load_result(run, path, false, &file));
    mine = run->config; /* what the report shows is the configuration of the file */
    run->config = file->config;
    file->config = mine;
    run->configured = true;
    if (run->json) {
        file_json(&run->result, file);
    } else if (!run->quiet) {
        file_text(file);
    }
    mct_result_destroy(file);
    return MCT_OK;
}

mct_status cli_info(cli *run) {
    if (run->output) return mct_fail(run->context, MCT_USAGE, "apmct info: it writes no file, -o has no meaning");
    if (run->operand_count) return info_file(run, run->operands[0]);
    MCT_TRY(cli_configure(run, NULL));
    if (run->json) {
        program_json(run, &run->result);
    } else if (!run->quiet) {
        program_text(run);
    }
    return MCT_OK;
}
