/* gnuplot.c: runs gnuplot on a script; the figure appears under its name only when it is complete.
 *
 * gnuplot runs a name of a file that begins with '|' as a command.  It therefore gets no name of a file at all: the
 * script is its standard input, the picture its standard output.  These and its messages are files in memory without
 * a name: nothing of them can be left behind, however this program ends. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/file_aside.h"
#include "cli/cli.h"

extern char **environ;

/* A nameless file in memory; -1 and errno on failure.  Its number is not 0, 1 or 2, even where those were closed: the
 * child's standard files are made from such files one after the other. */
static int create_nameless(void) {
    const int file = memfd_create("apmct-plot", MFD_CLOEXEC);
    const int high = file < 0 ? -1 : fcntl(file, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    const int why = errno;

    if (file >= 0) close(file);
    errno = why;
    return high;
}

static mct_status cannot_run(cli *run, const char *output) {
    return mct_fail(run->context, MCT_FILE, "%.300s: cannot be drawn: %s", output, strerror(errno));
}

/* ---- the process -------------------------------------------------------------------------------------------- */

/* The environment without what changes gnuplot: a terminal, with commands behind it, and paths of its scripts.  Caller
 * frees it with free(); NULL if memory ran out. */
static char **plain_environment(void) {
    size_t count = 0, kept = 0;
    char **plain;

    while (environ[count]) count++;
    plain = malloc((count + 1) * sizeof *plain);
    for (size_t i = 0; i < count && plain; i++) {
        if (strncmp(environ[i], "GNUTERM=", 8) != 0 && strncmp(environ[i], "GNUPLOT_", 8) != 0)
            plain[kept++] = environ[i];
    }
    if (plain) plain[kept] = NULL;
    return plain;
}

/* Waits for the child and kills it when this process is interrupted: the signal may have been sent to this process
 * alone.  Looking every other millisecond is cheap beside gnuplot's start, and no signal can fall between the look and
 * the wait. */
static mct_status wait_for(cli *run, pid_t child, int *exit_status) {
    const struct timespec moment = {.tv_nsec = 2000000};
    pid_t ended;

    while ((ended = waitpid(child, exit_status, WNOHANG)) == 0 || (ended < 0 && errno == EINTR)) {
        if (mct_context_interrupted(run->context)) kill(child, SIGKILL);
        nanosleep(&moment, NULL);
    }
    if (ended < 0) return mct_fail(run->context, MCT_FILE, "gnuplot is lost: %s", strerror(errno));
    return MCT_OK;
}

static mct_status spawn(cli *run, int script, int picture, int messages, int *exit_status) {
    char name[] = "gnuplot", defaults[] = "-d"; /* not what ~/.gnuplot sets */
    char *arguments[] = {name, defaults, NULL};
    char **environment = plain_environment();
    posix_spawn_file_actions_t actions;
    pid_t child;
    int failure;

    if (!environment || posix_spawn_file_actions_init(&actions) != 0) {
        free(environment);
        return mct_fail(run->context, MCT_MEMORY, "not enough memory");
    }
    if (posix_spawn_file_actions_adddup2(&actions, script, STDIN_FILENO) != 0 || /* else it would read ours */
        posix_spawn_file_actions_adddup2(&actions, picture, STDOUT_FILENO) != 0 ||
        posix_spawn_file_actions_adddup2(&actions, messages, STDERR_FILENO) != 0) {
        posix_spawn_file_actions_destroy(&actions);
        free(environment);
        return mct_fail(run->context, MCT_MEMORY, "not enough memory");
    }
    signal(SIGCHLD, SIG_DFL); /* where it is ignored, a child's status is lost */
    failure = posix_spawnp(&child, name, &actions, NULL, arguments, environment);
    posix_spawn_file_actions_destroy(&actions);
    free(environment);
    if (failure == ENOENT) {
        return mct_fail(run->context, MCT_FILE,
                        "gnuplot is not installed: apmct plot draws with it (Debian: apt "
                        "install gnuplot-nox)");
    }
    if (failure != 0) return mct_fail(run->context, MCT_FILE, "gnuplot cannot be started: %s", strerror(failure));
    return wait_for(run, child, exit_status);
}

/* ---- what goes in, what comes out --------------------------------------------------------------------------- */

/* Terminal and script, rewound. */
static bool write_script(int file, const char *script, const char *terminal) {
    return dprintf(file, "set terminal %s\n%s\n", terminal, script) >= 0 && lseek(file, 0, SEEK_SET) == 0;
}

/* The last line that says something. */
static void last_message(int messages, char *text, int size) {
    FILE *stream = fdopen(dup(messages), "r");
    char line[256];

    snprintf(text, (size_t)size, "it said nothing");
    if (!stream) return;
    rewind(stream);
    while (fgets(line, (int)sizeof line, stream)) {
        line[strcspn(line, "\n")] = '\0';
        if (strspn(line, " \t^") < strlen(line)) snprintf(text, (size_t)size, "%s", line);
    }
    fclose(stream);
}

/* Whether the last bytes of a picture have `end` in them. */
static bool is_complete(const char *picture, size_t size, const char *end) {
    const size_t tail = size < 64 ? size : 64;

    return memmem(picture + size - tail, tail, end, strlen(end));
}

/* The picture gets its name. */
static mct_status publish(cli *run, int picture, const char *output, const char *end) {
    struct stat info;
    size_t size;
    void *data;
    mct_status status;

    if (fstat(picture, &info) != 0) return cannot_run(run, output);
    size = (size_t)info.st_size;
    data = size > 0 ? mmap(NULL, size, PROT_READ, MAP_SHARED, picture, 0) : NULL;
    if (data == MAP_FAILED) return cannot_run(run, output);
    if (data && is_complete(data, size, end)) {
        status = mct_file_write_aside(run->context, output, data, size);
    } else {
        status = mct_fail(run->context, MCT_FILE,
                          "%.300s: cannot be written: the figure is cut short (no memory left?)", output);
    }
    if (data) munmap(data, size);
    return status;
}

/* ---- all ---------------------------------------------------------------------------------------------------- */

mct_status cli_gnuplot(cli *run, const char *script, const cli_format *format, const char *output) {
    const int input = create_nameless(), picture = create_nameless(), messages = create_nameless();
    int exit_status = 0;
    char said[256];
    mct_status status;

    if (input < 0 || picture < 0 || messages < 0 || !write_script(input, script, format->terminal)) {
        status = cannot_run(run, output);
        goto cleanup;
    }
    MCT_TRY_CLEANUP(mct_archive_check_writable(run->context, output));
    MCT_TRY_CLEANUP(spawn(run, input, picture, messages, &exit_status));
    if (mct_context_interrupted(run->context)) {
        status = mct_fail(run->context, MCT_INTERRUPTED, "interrupted");
    } else if (!WIFEXITED(exit_status) || WEXITSTATUS(exit_status) != 0) {
        last_message(messages, said, (int)sizeof said);
        status = mct_fail(run->context, MCT_FILE, "%.300s: gnuplot failed: %s", output, said);
    } else {
        status = publish(run, picture, output, format->end);
    }
cleanup:
    if (input >= 0) close(input);
    if (picture >= 0) close(picture);
    if (messages >= 0) close(messages);
    return status;
}
