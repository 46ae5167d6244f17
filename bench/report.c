/* report.c: the same rows as a table on stdout, as Markdown and as JSON lines. */
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

struct bench_report {
    FILE *json, *markdown; /* NULL: not wanted */
    const char *section;
    size_t count;
    const bench_column *columns;
    unsigned failures;
};

static FILE *open_file(const char *name) {
    if (!name) return NULL;
    FILE *file = fopen(name, "w");
    if (!file) {
        fprintf(stderr, "apmct_bench: %s: %s\n", name, strerror(errno));
        exit(3);
    }
    return file;
}

bench_report *bench_report_open(const bench_options *options) {
    bench_report *report = bench_allocate(1, sizeof *report);
    report->json = open_file(options->json);
    report->markdown = open_file(options->markdown);
    if (report->markdown) fputs("# apmct_bench\n", report->markdown);
    return report;
}

static void close_file(FILE *file, const char *what) {
    if (!file) return;
    const bool bad = ferror(file) != 0;
    if (fclose(file) != 0 || bad) {
        fprintf(stderr, "apmct_bench: %s file: not written completely\n", what);
        exit(3);
    }
}

void bench_report_close(bench_report *report) {
    close_file(report->json, "JSON");
    close_file(report->markdown, "Markdown");
    free(report);
}

/* A text column is as wide as its longest case name; a number's column as its title, at least 9. */
static int width_of(const bench_column *column, size_t index) {
    if (!column->format) return index == 0 ? -62 : -12;
    const int title = (int)strlen(column->title);
    return title > 9 ? title : 9;
}

void bench_report_table(bench_report *report, const char *section, const char *title, size_t count,
                        const bench_column *columns) {
    report->section = section;
    report->count = count;
    report->columns = columns;
    printf("\n%s\n\n", title);
    for (size_t c = 0; c < count; c++) {
        if (columns[c].title) printf("%*s ", width_of(&columns[c], c), columns[c].title);
    }
    putchar('\n');
    fflush(stdout);
    if (!report->markdown) return;
    fprintf(report->markdown, "\n## %s\n\n|", title);
    for (size_t c = 0; c < count; c++) {
        if (columns[c].title) fprintf(report->markdown, " %s |", columns[c].title);
    }
    fputs("\n|", report->markdown);
    for (size_t c = 0; c < count; c++) {
        if (columns[c].title) fputs(columns[c].format ? "---:|" : "---|", report->markdown);
    }
    fputc('\n', report->markdown);
}

static void json_text(FILE *file, const char *text) {
    fputc('"', file);
    for (; *text; text++) {
        if (*text == '"' || *text == '\\') fputc('\\', file);
        fputc((unsigned char)*text < ' ' ? ' ' : *text, file);
    }
    fputc('"', file);
}

static void json_row(const bench_report *report, const bench_cell *cells) {
    fprintf(report->json, "{\"section\": \"%s\"", report->section);
    for (size_t c = 0; c < report->count; c++) {
        fprintf(report->json, ", \"%s\": ", report->columns[c].key);
        if (!report->columns[c].format)
            json_text(report->json, cells[c].text);
        else if (isfinite(cells[c].number))
            fprintf(report->json, "%.9g", cells[c].number);
        else
            fputs("null", report->json);
    }
    fputs("}\n", report->json);
}

static void format_cell(const bench_column *column, bench_cell cell, size_t size, char *text) {
    if (!column->format) {
        snprintf(text, size, "%s", cell.text);
        return;
    }
    if (isnan(cell.number)) {
        snprintf(text, size, "-");
        return;
    }
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    snprintf(text, size, column->format, cell.number); /* formats are constants of the tables of columns */
#pragma GCC diagnostic pop
}

void bench_report_row(bench_report *report, const bench_cell *cells) {
    char text[160];
    if (report->markdown) fputc('|', report->markdown);
    for (size_t c = 0; c < report->count; c++) {
        if (!report->columns[c].title) continue;
        format_cell(&report->columns[c], cells[c], sizeof text, text);
        printf("%*s ", width_of(&report->columns[c], c), text);
        if (report->markdown) fprintf(report->markdown, " %s |", text);
    }
    putchar('\n');
    fflush(stdout);
    if (report->markdown) fputc('\n', report->markdown);
    if (report->json) json_row(report, cells);
}

static void note(bench_report *report, const char *mark, const char *text) {
    printf("%s%s\n", mark, text);
    fflush(stdout);
    if (report->markdown) fprintf(report->markdown, "\n%s%s\n", mark, text);
    if (!report->json) return;
    fprintf(report->json, "{\"section\": \"note\", \"failure\": %s, \"text\": ", *mark ? "true" : "false");
    json_text(report->json, text);
    fputs("}\n", report->json);
}

void bench_report_note(bench_report *report, const char *format, ...) {
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    note(report, "", text);
}

void bench_report_failure(bench_report *report, const char *format, ...) {
    char text[1024];
    va_list arguments;
    report->failures++;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    note(report, "FAILURE: ", text);
}

unsigned bench_report_failures(const bench_report *report) {
    return report->failures;
}
