/* test_context.c: errors, messages, threads, interruption; and the status list. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "apmct/apmct.h"

typedef struct log {
    int warnings, progress;
    char last[256];
} log_t;

static void keep(void *user, mct_message_kind kind, const char *text) {
    log_t *log = user;

    *(kind == MCT_MESSAGE_WARNING ? &log->warnings : &log->progress) += 1;
    snprintf(log->last, sizeof log->last, "%s", text);
}

Test(status, names_and_exits_are_those_of_the_list) {
    cr_assert_str_eq(mct_status_name(MCT_OK), "ok");
    cr_assert_str_eq(mct_status_name(MCT_NOT_CONVERGED), "not_converged");
    cr_assert_str_eq(mct_status_name((mct_status)99), "unknown");
    cr_assert_str_eq(mct_status_name((mct_status)-1), "unknown");
    cr_assert_eq(mct_status_exit(MCT_OK), 0);
    cr_assert_eq(mct_status_exit(MCT_NON_FINITE), 1);
    cr_assert_eq(mct_status_exit(MCT_MEMORY), 1);
    cr_assert_eq(mct_status_exit(MCT_CONFIG), 2);
    cr_assert_eq(mct_status_exit(MCT_FORMAT), 3);
    cr_assert_eq(mct_status_exit(MCT_BACKEND), 4);
    cr_assert_eq(mct_status_exit((mct_status)99), 1);
    cr_assert_str_eq(mct_status_sentence(MCT_INTERRUPTED), "interrupted");
}

Test(context, keeps_the_last_error) {
    mct_context *context;

    cr_assert_eq(mct_context_create(&context), MCT_OK);
    cr_assert_str_eq(mct_context_error(context), "");
    cr_assert_eq(mct_fail(context, MCT_FILE, "a %d", 1), MCT_FILE);
    cr_assert_eq(mct_fail(context, MCT_CONFIG, "in front: %s", mct_context_error(context)), MCT_CONFIG);
    cr_assert_str_eq(mct_context_error(context), "in front: a 1");
    cr_assert_eq(mct_context_status(context), MCT_CONFIG);
    mct_context_clear(context);
    cr_assert_str_eq(mct_context_error(context), "");
    cr_assert_eq(mct_context_status(context), MCT_OK);
    mct_context_destroy(context);
}

Test(context, cuts_what_is_too_long) {
    char text[10000];
    mct_context *context;

    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    cr_assert_eq(mct_context_create(&context), MCT_OK);
    mct_fail(context, MCT_FILE, "%s", text);
    cr_assert_gt(strlen(mct_context_error(context)), 1000);
    cr_assert_lt(strlen(mct_context_error(context)), sizeof text - 1);
    mct_context_destroy(context);
}

Test(context, errors_are_one_line_whatever_a_name_holds) {
    char text[3000];
    mct_context *context;

    cr_assert_eq(mct_context_create(&context), MCT_OK);
    mct_fail(context, MCT_FILE, "%s", "a\nb\t\x1B[31m\x7F \xC2\x85 \xC2\xA0 \xC3\x9F \xC2");
    cr_assert_str_eq(mct_context_error(context),
                     "a\\nb\\x09\\x1B[31m\\x7F \\u0085 \xC2\xA0 \xC3\x9F \xC2"); /* these three are text */
    memset(text, '\x01', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    mct_fail(context, MCT_FILE, "%s", text); /* grows fourfold, and still fits */
    cr_assert_gt(strlen(mct_context_error(context)), 1000);
    cr_assert_lt(strlen(mct_context_error(context)), 2048);
    mct_context_destroy(context);
}

Test(context, null_is_allowed_where_there_is_nobody_to_tell) {
    cr_assert_eq(mct_fail(NULL, MCT_FILE, "nobody"), MCT_FILE);
    mct_tell(NULL, MCT_MESSAGE_WARNING, "nobody");
    cr_assert_str_eq(mct_context_error(NULL), "");
    cr_assert_eq(mct_context_status(NULL), MCT_OK);
    cr_assert_not(mct_context_interrupted(NULL));
    cr_assert_geq(mct_context_threads(NULL), 1);
    mct_context_clear(NULL);
    mct_context_destroy(NULL);
}

Test(context, messages_go_to_the_function) {
    log_t log = {0};
    mct_context *context;

    cr_assert_eq(mct_context_create(&context), MCT_OK);
    mct_tell(context, MCT_MESSAGE_WARNING, "nobody listens");
    mct_context_set_messages(context, keep, &log);
    mct_tell(context, MCT_MESSAGE_WARNING, "w%d", 1);
    cr_assert_str_eq(log.last, "w1");
    mct_tell(context, MCT_MESSAGE_PROGRESS, "p");
    cr_assert_eq(log.warnings, 1);
    cr_assert_eq(log.progress, 1);
    mct_context_set_messages(context, NULL, NULL);
    mct_tell(context, MCT_MESSAGE_WARNING, "w2");
    cr_assert_eq(log.warnings, 1);
    mct_context_destroy(context);
}

Test(context, threads_and_interruption) {
    mct_context *context;
    int before;

    cr_assert_eq(mct_context_create(&context), MCT_OK);
    before = mct_context_threads(context);
    cr_assert_geq(before, 1);
    mct_context_set_threads(context, 3);
    cr_assert_eq(mct_context_threads(context), 3);
    mct_context_set_threads(context, 0);
    cr_assert_eq(mct_context_threads(context), before);
    mct_context_set_threads(context, -5);
    cr_assert_eq(mct_context_threads(context), before);
    cr_assert_not(mct_context_interrupted(context));
    mct_context_interrupt(context);
    cr_assert(mct_context_interrupted(context));
    mct_context_destroy(context);
}

Test(version, is_that_of_the_header) {
    cr_assert_str_eq(mct_version(), MCT_VERSION_STRING);
    cr_assert_gt(strlen(mct_build_description()), 5);
}
