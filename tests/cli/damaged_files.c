/* damaged_files.c: what test_damaged_files.py needs of HDF5.  A module for two uses: preloaded into the command it
 * makes H5Fopen misbehave as HDF5 does on damaged files, whatever its version; loaded by Python it makes files that
 * claim more than they have. */
#include <dlfcn.h>
#include <hdf5.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Like a process that writes where it should not: into whatever is open. */
static void write_nonsense(void) {
    char nonsense[256];

    memset(nonsense, 0x5A, sizeof nonsense);
    for (int file = 3; file < 32; file++) {
        if (write(file, nonsense, sizeof nonsense) < 0) continue;
    }
}

static void misbehave(const char *how) {
    if (strcmp(how, "crash") == 0) {
        fprintf(stderr, "free(): invalid pointer\n");
        abort();
    }
    if (strcmp(how, "exit") == 0) exit(7);
    if (strcmp(how, "nonsense") == 0) write_nonsense();
    if (strcmp(how, "memory") == 0) { /* nothing of it is touched: only a limit can end it */
        for (int i = 0; i < 64; i++) {
            if (mmap(NULL, (size_t)1 << 30, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1,
                     0) == MAP_FAILED) {
                abort();
            }
        }
        return;
    }
    for (;;) pause();
}

hid_t H5Fopen(const char *name, unsigned flags, hid_t properties) {
    hid_t (*real)(const char *, unsigned, hid_t);
    void *symbol = dlsym(RTLD_NEXT, "H5Fopen");
    const char *how = getenv("APMCT_TEST_H5FOPEN");

    if (how) misbehave(how);
    memcpy(&real, &symbol, sizeof real);
    return real(name, flags, properties);
}

/* Adds a compressed dataset of `count` numbers in chunks of `chunk` to a result file; where `size` > 0, each chunk is
 * there, with `size` bytes.  0 if all went well. */
int add_claim(const char *path, unsigned long long count, unsigned long long chunk, size_t size);
int add_claim(const char *path, unsigned long long count, unsigned long long chunk, size_t size) {
    const hsize_t extent = count, piece = chunk;
    const hid_t file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT), space = H5Screate_simple(1, &extent, NULL);
    const hid_t properties = H5Pcreate(H5P_DATASET_CREATE);
    char *bytes = calloc(1, size + 1);
    hid_t dataset;
    int bad;

    H5Pset_chunk(properties, 1, &piece);
    H5Pset_deflate(properties, 9);
    dataset = H5Dcreate2(file, "claim", H5T_IEEE_F64LE, space, H5P_DEFAULT, properties, H5P_DEFAULT);
    bad = dataset < 0 || !bytes;
    for (hsize_t at = 0; !bad && size > 0 && at < count; at += chunk) {
        bad = H5Dwrite_chunk(dataset, H5P_DEFAULT, 0, &at, size, bytes) < 0;
    }
    free(bytes);
    H5Dclose(dataset);
    H5Pclose(properties);
    H5Sclose(space);
    return H5Fclose(file) < 0 || bad;
}
