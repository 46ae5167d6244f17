/* gnuplot.c: runs gnuplot on a script; the figure appears under its name only when it is complete. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file_aside.h"
#include "cli/cli.h"

extern char **environ;

static mct_status cannot_write(cli *run, const char *path) {
    return mct_fail(run->context, MCT_FILE, "%.300s: cannot be written: %s", path, strerror(errno));
}

/* Script and messages go through files without a name: no pipe can fill up, nothing is left behind. */
static mct_status spawn(cli *run, FILE *script, FILE *messages, int *exit_status) {
    char name[] = "gnuplot", defaults[] = "-d"; /* not what ~/.gnuplot sets */
    char *arguments[] = {name, defaults, NULL};
    posix_spawn_file_actions_t actions;
    pid_t child;
    int failure;

    if (posix_spawn_file_actions_init(&actions) != 0) return mct_fail(run->context, MCT_MEMORY, "not enough memory");
    posix_spawn_file_actions_adddup2(&actions, fileno(script), STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, fileno(messages), STDERR_FILENO);
    posix_spawn_file_actions_adddup2(&actions, fileno(messages), STDOUT_FILENO);
    failure = posix_spawnp(&child, name, &actions, NULL, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (failure == ENOENT) {
        return mct_fail(run->context, MCT_FILE,
                        "gnuplot is not installed: apmct plot draws with it (Debian: apt "
                        "install gnuplot-nox)");
    }
    if (failure != 0) return mct_fail(run->context, MCT_FILE, "gnuplot cannot be started: %s", strerror(failure));
    while (waitpid(child, exit_status, 0) < 0) {
        if (errno != EINTR) return mct_fail(run->context, MCT_FILE, "gnuplot is lost: %s", strerror(errno));
    }
    return MCT_OK;
}

/* The last line that says something. */
static void last_message(FILE *messages, char *text, int size) {
    char line[256];

    snprintf(text, (size_t)size, "it said nothing");
    rewind(messages);
    while (fgets(line, (int)sizeof line, messages)) {
        line[strcspn(line, "\n")] = '\0';
        if (strspn(line, " \t^") < strlen(line)) snprintf(text, (size_t)size, "%s", line);
    }
}

/* Terminal, output and script into one file, rewound. */
static FILE *write_script(const char *script, const char *terminal, const char *part) {
    FILE *file = tmpfile();

    if (!file) return NULL;
    fprintf(file, "set terminal %s\nset output '", terminal);
    for (const char *at = part; *at; at++) fputs(*at == '\'' ? "''" : (const char[]){*at, '\0'}, file);
    fprintf(file, "'\n%s\nunset output\n", script);
    if (fflush(file) == 0 && !ferror(file)) {
        rewind(file);
        return file;
    }
    fclose(file);
    return NULL;
}

/* Whether the last bytes of an open file have `end` in them. */
static bool is_complete(int file, const char *end) {
    char tail[64];
    struct stat info;
    off_t start;
    ssize_t length;

    if (fstat(file, &info) != 0) return false;
    start = info.st_size > (off_t)sizeof tail ? info.st_size - (off_t)sizeof tail : 0;
    length = pread(file, tail, sizeof tail, start);
    return length > 0 && memmem(tail, (size_t)length, end, strlen(end));
}

static mct_status finish(cli *run, const char *part, const char *target, const char *output, const char *end) {
    const int file = open(part, O_RDONLY | O_CLOEXEC);
    bool complete;

    if (file < 0) return cannot_write(run, output);
    complete = is_complete(file, end) && fsync(file) == 0;
    close(file);
    if (!complete) {
        return mct_fail(run->context, MCT_FILE, "%.300s: cannot be written: the figure is cut short (a full disk?)",
                        output);
    }
    return rename(part, target) == 0 ? MCT_OK : cannot_write(run, output);
}

mct_status cli_gnuplot(cli *run, const char *script, const cli_format *format, const char *output) {
    char target[PATH_MAX], part[PATH_MAX + 64], said[256]; /* target: links followed */
    FILE *input = NULL, *messages = NULL;
    int exit_status = 0;
    mct_status status;

    MCT_TRY(mct_archive_check_writable(run->context, output));
    MCT_TRY(mct_file_resolve(run->context, output, target));
    snprintf(part, sizeof part, "%s.%ld.part", target, (long)getpid());
    input = write_script(script, format->terminal, part);
    messages = tmpfile();
    if (!input || !messages) {
        status = mct_fail(run->context, MCT_FILE, "temporary file: cannot be written: %s", strerror(errno));
        goto cleanup;
    }
    MCT_TRY_CLEANUP(spawn(run, input, messages, &exit_status));
    if (mct_context_interrupted(run->context)) {
        status = mct_fail(run->context, MCT_INTERRUPTED, "interrupted");
    } else if (!WIFEXITED(exit_status) || WEXITSTATUS(exit_status) != 0) {
        last_message(messages, said, (int)sizeof said);
        status = mct_fail(run->context, MCT_FILE, "%.300s: gnuplot failed: %s", output, said);
    } else {
        status = finish(run, part, target, output, format->end);
    }
cleanup:
    if (input) fclose(input);
    if (messages) fclose(messages);
    unlink(part); /* gone already where all went well */
    return status;
}
