/* main.c: apmct_bench: time and residual of everything that has to be fast, against what this machine can do. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

enum { FILE_LENGTH = 4096 };

static const char usage[] =
    "Usage: apmct_bench [OPTION]...\n"
    "Measures time and residual of the memory kernel, of glass and critical points, of correlators, against the "
    "ceilings of this\n"
    "machine, measured in the same run. bench/README.md tells what the columns mean.\n"
    "\n"
    "  --smoke          everything once, in seconds; the times mean nothing\n"
    "  --quick          fewer wave numbers, less time per case\n"
    "  --case TEXT      only cases whose name contains TEXT\n"
    "  --seconds T      of measuring per case (default 0.2; quick 0.05)\n"
    "  --backends       the same work on one core, all cores and a device, nothing else; 8 minutes at most\n"
    "  --device NAME    the backend of the device (default cuda; cuda-host: to try the program, times mean nothing)\n"
    "  --into FOLDER    write FOLDER/NAME.md and NAME.jsonl, NAME: the device's, or the processor's without one\n"
    "  --processor-time measure the processor's time, on one thread, where other work runs too (caches and memory\n"
    "                   are still shared with it)\n"
    "  --json FILE      write JSON lines as well\n"
    "  --markdown FILE  write the tables as Markdown as well\n"
    "  --commit TEXT    what is measured, for the header\n"
    "  --help\n"
    "\n"
    "Threads: OMP_NUM_THREADS. Exit status: 0; 1 a residual or an error is larger than it may be; 2 bad command\n"
    "line; 3 a file cannot be written.\n";

bool bench_selected(const bench_options *options, const char *name) {
    return !options->filter || strstr(name, options->filter);
}

void *bench_allocate(size_t count, size_t size) {
    const size_t bytes = (count * size + 63) / 64 * 64 + 64;
    void *memory = aligned_alloc(64, bytes);
    if (!memory) {
        fputs("apmct_bench: out of memory\n", stderr);
        exit(1);
    }
    return memset(memory, 0, bytes);
}

void bench_try(mct_context *context, mct_status status) {
    if (status == MCT_OK) return;
    fprintf(stderr, "apmct_bench: %s: %s\n", mct_status_name(status), context ? mct_context_error(context) : "");
    exit(1);
}

static int bad_usage(const char *what, const char *value) {
    fprintf(stderr, "apmct_bench: %s%s (see --help)\n", what, value);
    return 2;
}

/* The command without the folder of the program and without the names of files. */
static char *command_of(int argc, char **argv) {
    static char text[400];
    size_t used = (size_t)snprintf(text, sizeof text, "apmct_bench");
    for (int a = 1; a < argc && used < sizeof text; a++) {
        const char *value = argv[a];
        const bool file = a > 1 && (!strcmp(argv[a - 1], "--json") || !strcmp(argv[a - 1], "--into") ||
                                    !strcmp(argv[a - 1], "--markdown"));
        if (file && strrchr(value, '/')) value = strrchr(value, '/') + 1;
        used += (size_t)snprintf(text + used, sizeof text - used, " %s", value);
    }
    return text;
}

int main(int argc, char **argv) {
    static const struct option list[] = {
        {"smoke", no_argument, NULL, 's'},
        {"quick", no_argument, NULL, 'q'},
        {"case", required_argument, NULL, 'c'},
        {"seconds", required_argument, NULL, 't'},
        {"backends", no_argument, NULL, 'b'},
        {"device", required_argument, NULL, 'd'},
        {"into", required_argument, NULL, 'i'},
        {"processor-time", no_argument, NULL, 'p'},
        {"json", required_argument, NULL, 'j'},
        {"markdown", required_argument, NULL, 'm'},
        {"commit", required_argument, NULL, 'v'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    bench_options options = {.extent = BENCH_FULL, .device = "cuda", .command = command_of(argc, argv)};
    for (int option; (option = getopt_long(argc, argv, "h", list, NULL)) != -1;) {
        switch (option) {
        case 's': options.extent = BENCH_SMOKE; break;
        case 'q': options.extent = BENCH_QUICK; break;
        case 'p': options.processor_time = true; break;
        case 'c': options.filter = optarg; break;
        case 'b': options.backends = true; break;
        case 'd': options.device = optarg; break;
        case 'i': options.folder = optarg; break;
        case 'j': options.json = optarg; break;
        case 'm': options.markdown = optarg; break;
        case 'v': options.commit = optarg; break;
        case 'h': fputs(usage, stdout); return 0;
        case 't': {
            char *end;
            options.seconds = strtod(optarg, &end);
            if (end == optarg || *end || !(options.seconds > 0.0 && options.seconds <= 60.0)) {
                return bad_usage("--seconds must be in (0, 60]: ", optarg);
            }
            break;
        }
        default: return bad_usage("bad option", "");
        }
    }
    if (optind < argc) return bad_usage("unexpected argument: ", argv[optind]);
    if (options.seconds == 0.0) {
        options.seconds = options.extent == BENCH_SMOKE ? 1.0e-4 : options.extent == BENCH_QUICK ? 0.05 : 0.2;
    }
    mct_context *context;
    bench_try(NULL, mct_context_create(&context));
    options.threads = mct_context_threads(context);
    mct_context_destroy(context);
    bench_machines machines;
    char name[128], markdown[FILE_LENGTH], json[FILE_LENGTH];
    const bool compared = options.backends || options.extent == BENCH_SMOKE;
    if (compared || options.folder) bench_machines_find(&options, &machines, sizeof name, name);
    if (options.folder) {
        snprintf(markdown, sizeof markdown, "%s/%s.md", options.folder, name);
        snprintf(json, sizeof json, "%s/%s.jsonl", options.folder, name);
        if (!options.markdown) options.markdown = markdown;
        if (!options.json) options.json = json;
    }

    if (options.processor_time) {
        if (options.threads > 1) return bad_usage("--processor-time: needs OMP_NUM_THREADS=1", "");
        bench_use_processor_time();
    }
    const double start = bench_now();
    bench_report *report = bench_report_open(&options);
    bench_ceilings ceilings;
    bench_results results = {0};
    bench_machine(&options, report);
    if (!options.backends) {
        bench_ceilings_measure(&options, report, &ceilings);
        bench_kernels(&options, &ceilings, report, &results);
        bench_crossover(report, &results);
        bench_states(&options, report);
        bench_correlators(&options, report);
        bench_processes(&options, report);
    }
    if (compared) {
        bench_backends(&options, report, &machines);
        bench_computations(&options, report, &machines);
    }
    bench_report_note(report, "%u failures, %.0f s", bench_report_failures(report), bench_now() - start);
    const bool failed = bench_report_failures(report) > 0;
    bench_report_close(report);
    free(results.rows);
    return failed;
}
