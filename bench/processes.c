/* processes.c: the command as its user waits for it: from the start of its process to the end, all that it loads included.
 *
 * The command is the one beside this program; without it a note says so. */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

extern char **environ;

enum { PATH_LENGTH = 4096, ARGUMENTS_MAX = 8 };

typedef struct process {
    const char *name;
    const char *argument[ARGUMENTS_MAX]; /* NULL ends them */
    const char *path;
} process;

/* The command beside this program; whether it can be run. */
static bool find_command(char path[PATH_LENGTH]) {
    const ssize_t length = readlink("/proc/self/exe", path, PATH_LENGTH - 1);
    if (length < 0) return false;
    path[length] = '\0';
    char *const slash = strrchr(path, '/');
    if (!slash || (size_t)(slash - path) + sizeof "/apmct" > PATH_LENGTH) return false;
    memcpy(slash, "/apmct", sizeof "/apmct");
    return access(path, X_OK) == 0;
}

/* Its output goes nowhere. */
static void run(void *user) {
    const process *const p = user;
    char *argv[ARGUMENTS_MAX + 1] = {(char *)p->path};
    for (size_t a = 0; p->argument[a]; a++) argv[a + 1] = (char *)p->argument[a];
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    pid_t child;
    int result = posix_spawn(&child, p->path, &actions, NULL, argv, environ), status = 0;
    posix_spawn_file_actions_destroy(&actions);
    while (result == 0 && waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (result || !WIFEXITED(status) || WEXITSTATUS(status)) {
        fprintf(stderr, "apmct_bench: %s: %s\n", p->path, result ? strerror(result) : "failed");
        exit(1);
    }
}

static const bench_column columns[] = {{"case", "case", NULL},
                                       {"minimum_ms", "min ms", "%.2f"},
                                       {"median_ms", "median ms", "%.2f"},
                                       {"samples", "samples", "%.0f"}};

void bench_processes(const bench_options *options, bench_report *report) {
    char path[PATH_LENGTH];
    if (options->processor_time) return;
    if (!find_command(path)) {
        bench_report_note(report, "no apmct beside this program: the command is not measured");
        return;
    }
    process processes[] = {
        {"process/version", {"--version"}, path},
        {"process/critical", {"critical", "--quiet", "--json"}, path},
        {"process/critical/lambda1", {"critical", "--quiet", "--json", "--set", "mixture.species.0.activity=1"}, path},
    };
    bench_report_table(report, "process", "The command, from start to end", sizeof columns / sizeof *columns, columns);
    for (size_t i = 0; i < sizeof processes / sizeof *processes; i++) {
        if (!bench_selected(options, processes[i].name)) continue;
        bench_task task = {.run = run, .user = &processes[i]};
        bench_measure(1, &task, 5.0 * options->seconds);
        bench_report_row(report, (bench_cell[]){{.text = processes[i].name},
                                                {.number = 1.0e3 * task.minimum},
                                                {.number = 1.0e3 * task.median},
                                                {.number = (double)task.samples}});
    }
}
