/* driver.c: stands for libFuzzer where the compiler has none: a fuzzer that mutates blindly, the same way every time.
 *   fuzz_NAME [-runs=N] [-seed=N] FILE-OR-FOLDER...
 * Runs every input, then N mutations of them.  The input that fails is left in ./crash-NAME. */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INPUTS_MAX = 1000, SIZE_MAX_INPUT = 1 << 13, CHANGES_MAX = 6 };

typedef struct input {
    uint8_t *data;
    size_t size;
} input;

static input inputs[INPUTS_MAX];
static size_t input_count;
static uint8_t now[SIZE_MAX_INPUT]; /* that is being run */
static size_t now_size;
static const char *name;
static uint64_t state = 1;

static size_t below(size_t bound) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return bound > 0 ? (size_t)((state >> 11) % bound) : 0;
}

/* ---- inputs ------------------------------------------------------------------------------------------------- */

static void fail(const char *what) {
    perror(what);
    exit(2);
}

static void load_file(const char *path) {
    FILE *file = fopen(path, "rb");
    uint8_t *data = malloc(SIZE_MAX_INPUT);

    if (!file || !data || input_count == INPUTS_MAX) fail(path);
    inputs[input_count++] = (input){data, fread(data, 1, SIZE_MAX_INPUT, file)};
    fclose(file);
}

static void load(const char *path) {
    struct dirent **rows;
    struct stat info;
    int count;

    if (stat(path, &info) != 0) fail(path);
    if (!S_ISDIR(info.st_mode)) {
        load_file(path);
        return;
    }
    count = scandir(path, &rows, NULL, alphasort);
    if (count < 0) fail(path);
    for (int i = 0; i < count; i++) {
        char full[4096];

        if (rows[i]->d_name[0] != '.') {
            snprintf(full, sizeof full, "%s/%s", path, rows[i]->d_name);
            load_file(full);
        }
        free(rows[i]);
    }
    free(rows);
}

/* ---- mutations ---------------------------------------------------------------------------------------------- */

static void insert(size_t at, const uint8_t *bytes, size_t count) {
    if (now_size + count > SIZE_MAX_INPUT) return;
    memmove(now + at + count, now + at, now_size - at);
    memcpy(now + at, bytes, count);
    now_size += count;
}

static void erase(size_t at, size_t count) {
    memmove(now + at, now + at + count, now_size - at - count);
    now_size -= count;
}

/* A piece of any input: words and structures find their way from one into another. */
static void insert_piece(size_t at) {
    const input *from = &inputs[below(input_count)];
    const size_t start = below(from->size), most = from->size - start;

    insert(at, from->data + start, 1 + below(most < 40 ? most : 40));
}

static void change(void) {
    static const char *const words[] = {
        "0",      "1e308",    "-1",   ".nan",     ".inf", "1e-320", "null",
        "~",      "[]",       "{}",   "&a ",      "*a",   ": ",     "\n",
        "\n  - ", "\n--set ", "\xff", "\xc3\xa9", "\"",   "'",      "18446744073709551615",
        "true",   "all",      "rest", "|\n",      "#",    "!!str ", "<<: ",
        "%",      "\t",       "e",    "0x10"};
    static const uint64_t numbers[] = {0,       1, 2, 3, 16, 255, 0x7FFFFFFF, 0xFFFFFFFF, UINT64_MAX, UINT64_MAX - 15,
                                       1u << 24};
    const size_t at = below(now_size + 1);
    const char *word = words[below(sizeof words / sizeof words[0])];
    const uint64_t number = numbers[below(sizeof numbers / sizeof numbers[0])];
    const size_t width = (size_t)1 << below(4);

    switch (below(8)) {
    case 0:
        if (at < now_size) now[at] ^= (uint8_t)(1u << below(8));
        break;
    case 1:
        if (at < now_size) now[at] = (uint8_t)below(256);
        break;
    case 2: erase(at, below(now_size - at + 1)); break;
    case 3:
        if (at < now_size) erase(at, 1 + below(now_size - at < 8 ? now_size - at : 8));
        break;
    case 4: insert(at, (const uint8_t *)word, strlen(word)); break;
    case 5:
        if (at + width <= now_size) memcpy(now + at, &number, width);
        break;
    default: insert_piece(at); break;
    }
}

/* ---- runs --------------------------------------------------------------------------------------------------- */

static void on_signal(int number) {
    char path[256];
    int file;

    signal(number, SIG_DFL);
    snprintf(path, sizeof path, "crash-%s", name);
    file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (file >= 0 && write(file, now, now_size) == (ssize_t)now_size) fprintf(stderr, "the input is in %s\n", path);
    raise(number);
}

static void run(void) {
    (void)LLVMFuzzerTestOneInput(now, now_size);
}

static void take(const input *from) {
    memcpy(now, from->data, from->size);
    now_size = from->size;
}

int main(int argc, char **argv) {
    unsigned long runs = 0;

    name = strrchr(argv[0], '/') ? strrchr(argv[0], '/') + 1 : argv[0];
    signal(SIGABRT, on_signal);
    signal(SIGSEGV, on_signal);
    for (int i = 1; i < argc; i++) {
        if (strncmp(argv[i], "-runs=", 6) == 0) {
            runs = strtoul(argv[i] + 6, NULL, 10);
        } else if (strncmp(argv[i], "-seed=", 6) == 0) {
            state = 2 * strtoul(argv[i] + 6, NULL, 10) + 1;
        } else {
            load(argv[i]);
        }
    }
    if (input_count == 0) {
        fprintf(stderr, "no inputs\n");
        return 2;
    }
    for (size_t i = 0; i < input_count; i++) {
        take(&inputs[i]);
        run();
    }
    for (unsigned long i = 0; i < runs; i++) {
        take(&inputs[below(input_count)]);
        for (size_t changes = 1 + below(CHANGES_MAX); changes > 0; changes--) change();
        run();
    }
    printf("%zu inputs and %lu mutations of them\n", input_count, runs);
    for (size_t i = 0; i < input_count; i++) free(inputs[i].data);
    return 0;
}
