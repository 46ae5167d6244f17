/* blas.c: see blas.h. */
#include "cpu/kernel/blas.h"

#include <dlfcn.h>
#include <stdbool.h>

#include "base/module.h"

/* By its name for programs; where the build found it, if that is not where the system looks. */
static void *open_library(void) {
    void *const library = dlopen("libopenblas.so.0", RTLD_NOW | RTLD_LOCAL);
    return library ? library : dlopen(MCT_OPENBLAS, RTLD_NOW | RTLD_LOCAL);
}

static bool find_functions(void *library, mct_blas *blas) {
    mct_module_function(library, "cblas_dgemm", &blas->dgemm);
    mct_module_function(library, "cblas_ddot", &blas->ddot);
    mct_module_function(library, "cblas_daxpy", &blas->daxpy);
    mct_module_function(library, "openblas_get_config", &blas->config);
    mct_module_function(library, "openblas_set_num_threads", &blas->set_threads);
    return blas->dgemm && blas->ddot && blas->daxpy && blas->config && blas->set_threads;
}

mct_status mct_blas_load(mct_context *context, const mct_blas **blas) {
    static mct_blas loaded;
    static bool is_loaded;
    mct_status status = MCT_OK;
#pragma omp critical(mct_blas_load)
    if (!is_loaded) {
        void *const library = open_library();
        if (!library) {
            status = mct_fail(context, MCT_BACKEND, "solver.kernel direct: OpenBLAS: %s", dlerror());
        } else if (!find_functions(library, &loaded)) {
            status =
                mct_fail(context, MCT_BACKEND, "solver.kernel direct: the OpenBLAS that is there lacks a function");
        } else {
            is_loaded = true;
        }
    }
    if (status == MCT_OK) loaded.set_threads(1); /* the threads are ours */
    *blas = &loaded;
    return status;
}
