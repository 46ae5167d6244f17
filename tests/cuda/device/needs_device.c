/* Suites that are left out where no device answers. */
#include <criterion/criterion.h>

#include "backend_cuda.h"

static void needs_device(void) {
    if (mct_backend_cuda.available(NULL) != MCT_OK) cr_skip_test("no device answers");
}

TestSuite(cuda_backend, .init = needs_device);
TestSuite(cuda_evolution, .init = needs_device);
