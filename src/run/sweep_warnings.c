/* sweep_warnings.c: warnings of points: kept for each point, also in the journal, and told once per kind in the end. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "run/sweep_internal.h"

enum { RECENT = 16, KINDS_TOLD = 5 };

/* ---- collecting ----------------------------------------------------------------------------------------------- */

static int compare(const void *a, const void *b) {
    const mct_sweep_warning *one = a, *other = b;

    if (one->point != other->point) return one->point < other->point ? -1 : 1;
    return strcmp(one->text, other->text);
}

/* A warning that finds no memory is lost, which mct_sweep_tell_warnings reports in the end.  Several parts of the
 * library check the same point and say the same: repetitions among the last few are dropped here, the rest in
 * mct_sweep_sort_warnings. */
static void add(mct_sweep *sweep, size_t point, const char *text) {
    const mct_sweep_warning fresh = {point, strdup(text)};

    for (size_t i = sweep->warning_count; i > 0 && i + RECENT > sweep->warning_count && fresh.text; i--) {
        if (compare(&sweep->warnings[i - 1], &fresh) != 0) continue;
        free(fresh.text);
        return;
    }
    if (fresh.text && sweep->warning_count == sweep->warning_room) {
        const size_t room = 2 * sweep->warning_room + 64;
        mct_sweep_warning *more = realloc(sweep->warnings, room * sizeof *more);

        if (more) {
            sweep->warnings = more;
            sweep->warning_room = room;
        }
    }
    if (fresh.text && sweep->warning_count < sweep->warning_room) {
        sweep->warnings[sweep->warning_count++] = fresh;
    } else {
        sweep->warning_lost = true;
        free(fresh.text);
    }
}

void mct_sweep_hear(void *user, mct_message_kind kind, const char *text) {
    const mct_sweep_worker *worker = user;

    if (kind != MCT_MESSAGE_WARNING) return;
#pragma omp critical(mct_sweep_warning)
    add(worker->sweep, worker->point, text);
}

void mct_sweep_sort_warnings(mct_sweep *sweep) {
    size_t kept = 0;

    if (sweep->warning_count == 0) return;
    qsort(sweep->warnings, sweep->warning_count, sizeof *sweep->warnings, compare);
    for (size_t i = 0; i < sweep->warning_count; i++) {
        if (kept > 0 && compare(&sweep->warnings[kept - 1], &sweep->warnings[i]) == 0) {
            free(sweep->warnings[i].text);
        } else {
            sweep->warnings[kept++] = sweep->warnings[i];
        }
    }
    sweep->warning_count = sweep->warnings_journaled = kept;
}

void mct_sweep_free_warnings(mct_sweep *sweep) {
    for (size_t i = 0; i < sweep->warning_count; i++) free(sweep->warnings[i].text);
    free(sweep->warnings);
    free(mct_text_take(&sweep->warning_read));
}

const char *mct_sweep_point_warning(const mct_sweep *sweep, size_t point, size_t number) {
    size_t first = 0, last = sweep->warning_count; /* of those of the point or of later ones */

    while (first < last) {
        const size_t middle = first + (last - first) / 2;

        if (sweep->warnings[middle].point < point) {
            first = middle + 1;
        } else {
            last = middle;
        }
    }
    if (number >= sweep->warning_count - first || sweep->warnings[first + number].point != point) return NULL;
    return sweep->warnings[first + number].text;
}

/* ---- the journal ---------------------------------------------------------------------------------------------- */

/* A text takes rows in place of numbers, as many as it needs with its 0; their place is below 0. */
static mct_status append(mct_sweep *sweep, const mct_sweep_warning *warning, double *row) {
    const size_t size = sweep->row_length * sizeof *row, length = strlen(warning->text) + 1;

    for (size_t at = 0; at < length; at += size) {
        memset(row, 0, size);
        memcpy(row, warning->text + at, length - at < size ? length - at : size);
        MCT_TRY(mct_journal_append(sweep->journal, -1.0 - (double)warning->point, row));
    }
    return MCT_OK;
}

mct_status mct_sweep_keep_warnings(mct_sweep *sweep) {
    mct_status status = MCT_OK;
    double *row;

    if (!sweep->journal || sweep->warnings_journaled == sweep->warning_count) return MCT_OK;
    row = malloc(sweep->row_length * sizeof *row);
    if (!row) return mct_fail(sweep->context, MCT_MEMORY, "sweep: not enough memory for a warning");
#pragma omp critical(mct_sweep_warning)
    while (sweep->warnings_journaled < sweep->warning_count && status == MCT_OK) {
        const mct_sweep_warning *warning = &sweep->warnings[sweep->warnings_journaled++];

        if (warning->point < sweep->points) status = append(sweep, warning, row);
    }
    free(row);
    return status;
}

mct_status mct_sweep_take_warning(mct_sweep *sweep, double number, const double *row) {
    const size_t size = sweep->row_length * sizeof *row, length = strnlen((const char *)row, size);
    char *text;

    if (!(-1.0 - number < (double)sweep->points)) {
        return mct_fail(sweep->context, MCT_FORMAT, "the journal has a warning of point %g of %zu", -1.0 - number,
                        sweep->points);
    }
    mct_text_add(&sweep->warning_read, "%.*s", (int)length, (const char *)row);
    if (length == size) return MCT_OK; /* it goes on in the next row */
    text = mct_text_take(&sweep->warning_read);
    if (!text) return mct_fail(sweep->context, MCT_MEMORY, "sweep: not enough memory for a warning");
    add(sweep, (size_t)(-1.0 - number), text);
    free(text);
    sweep->warnings_journaled = sweep->warning_count;
    return MCT_OK;
}

/* ---- telling -------------------------------------------------------------------------------------------------- */

static const char *next_word(const char *at) {
    while (*at && (isdigit((unsigned char)*at) || strchr(".+-", *at))) at++;
    return at;
}

/* Texts of one kind differ in numbers alone. */
static int compare_kinds(const char *a, const char *b) {
    for (a = next_word(a), b = next_word(b); *a && *a == *b; a = next_word(a + 1), b = next_word(b + 1)) {
    }
    return (unsigned char)*a - (unsigned char)*b;
}

static int by_kind(const void *a, const void *b) {
    const mct_sweep_warning *const *one = a, *const *other = b;
    const int kinds = compare_kinds((*one)->text, (*other)->text);

    return kinds ? kinds : compare(*one, *other);
}

/* Warnings first ... last - 1 are of one kind. */
static void tell(const mct_sweep *sweep, const mct_sweep_warning *const *list, size_t first, size_t last) {
    const char *const text = list[first]->text;
    const size_t count = last - first;
    bool same = true;

    for (size_t i = first; i < last; i++) same &= strcmp(list[i]->text, text) == 0;
    if (list[first]->point >= sweep->points || (same && count == sweep->points)) {
        mct_tell(sweep->context, MCT_MESSAGE_WARNING, "%s", text);
    } else if (count == 1) {
        mct_tell(sweep->context, MCT_MESSAGE_WARNING, "point %zu: %s", list[first]->point, text);
    } else {
        mct_tell(sweep->context, MCT_MESSAGE_WARNING, same ? "%zu points: %s" : "%zu points, the first: %s", count,
                 text);
    }
}

mct_status mct_sweep_tell_warnings(mct_sweep *sweep) {
    const mct_sweep_warning **list;
    size_t kinds = 0, left = 0;

    mct_sweep_sort_warnings(sweep);
    list = malloc((sweep->warning_count + 1) * sizeof *list);
    if (!list || sweep->warning_lost) {
        free(list);
        return mct_fail(sweep->context, MCT_MEMORY, "sweep: not enough memory for the warnings of points");
    }
    for (size_t i = 0; i < sweep->warning_count; i++) list[i] = &sweep->warnings[i];
    qsort(list, sweep->warning_count, sizeof *list, by_kind);
    for (size_t first = 0, last; first < sweep->warning_count; first = last) {
        for (last = first + 1; last < sweep->warning_count; last++) {
            if (compare_kinds(list[first]->text, list[last]->text) != 0) break;
        }
        if (kinds++ < KINDS_TOLD) {
            tell(sweep, list, first, last);
        } else {
            left += last - first;
        }
    }
    if (left > 0) mct_tell(sweep->context, MCT_MESSAGE_WARNING, "%zu more warnings of points", left);
    free(list);
    return MCT_OK;
}
