/* messages.c: warnings and progress on stderr. */
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"

static const double terminal_interval = 0.1; /* s between two updates of a line that is overwritten */
static const double plain_interval = 10;     /* s between two lines in a log */

static bool line_open;       /* a progress line waits to be overwritten */
static double last_progress; /* 0: none yet */

static bool is_told(const mct_text *warnings, const char *text) {
    for (size_t at = 0; at < warnings->length; at += strlen(warnings->data + at) + 1) {
        if (strcmp(warnings->data + at, text) == 0) return true;
    }
    return false;
}

void cli_end_progress(void) {
    if (line_open) fputs("\r\033[K", stderr);
    line_open = false;
}

static void progress(const char *text) {
    const bool terminal = isatty(STDERR_FILENO);
    const double now = cli_clock();

    if (last_progress > 0 && now - last_progress < (terminal ? terminal_interval : plain_interval)) return;
    if (last_progress > 0 || terminal) fprintf(stderr, terminal ? "\r%s\033[K" : "%s\n", text);
    line_open = terminal;
    last_progress = now;
}

void cli_message(void *user, mct_message_kind kind, const char *text) {
    cli *run = user;

    if (kind == MCT_MESSAGE_PROGRESS) {
        if (!run->quiet) progress(text);
        return;
    }
    if (is_told(&run->warnings, text)) return; /* several parts of the library check the same mixture */
    mct_text_add_bytes(&run->warnings, text, strlen(text) + 1);
    if (run->quiet) return;
    cli_end_progress();
    fprintf(stderr, "apmct: warning: %s\n", text);
}
