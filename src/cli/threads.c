/* threads.c: threads that wait for each other must not keep the processors from other work.
 *
 * They spin, for as long as libgomp was told when it was loaded: by default, on a machine that does other work, up to a
 * hundred times longer than the work takes.  libgomp reads its environment only then.  Where threads will work at one
 * state point this program is therefore loaded again, with libgomp told better.  That takes some milliseconds, which a
 * small problem is spared. */
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backend/automatic.h"
#include "cli/cli.h"

/* The path of this program, or NULL where loading it once more is not the same run again: started through the dynamic
 * linker by hand (/proc/self/exe is the linker then), or with more rights than its caller has. */
static const char *own_path(char *path, size_t size) {
    ssize_t length;

    if (getauxval(AT_BASE) == 0 || getauxval(AT_SECURE) != 0) return NULL;
    length = readlink("/proc/self/exe", path, size);
    if (length <= 0 || (size_t)length >= size) return NULL;
    path[length] = '\0';
    return path;
}

static void load_again(const cli *run) {
    char path[4096];
    sigset_t before;

    if (mct_context_threads(run->context) == 1 || getenv("OMP_WAIT_POLICY") || getenv("GOMP_SPINCOUNT") ||
        !own_path(path, sizeof path) || setenv("GOMP_SPINCOUNT", "2000", 1) != 0) {
        return;
    }
    cli_hold_signals(&before);
    if (!mct_context_interrupted(run->context)) execv(path, run->arguments);
    sigprocmask(SIG_SETMASK, &before, NULL); /* it could not be loaded: as it is */
    unsetenv("GOMP_SPINCOUNT");
}

/* Whether what was read from `file` is there for the program that is loaded again: not of a pipe or a terminal. */
static bool stays(const char *file) {
    struct stat what;

    if (!file || !file[0]) return true;
    return strcmp(file, "-") != 0 && stat(file, &what) == 0 && S_ISREG(what.st_mode);
}

void cli_bound_spinning_before(const cli *run, const char *file) {
    if (!stays(file)) load_again(run);
}

void cli_bound_spinning(const cli *run, const char *file) {
    const size_t m = run->config->mixture.species_count;

    if (stays(file) && run->config->grid.points * m * m >= MCT_AUTO_THREADS_FROM) load_again(run);
}
