"""solver.backend = auto: a device for much work where one answers; a line where it should and does not.  The device is the host
execution of the CUDA sources, which is put where the module for devices is looked for."""
import ctypes
import os
import sys

sys.dont_write_bytecode = True  # support.py is imported from the source folder
from support import COMMAND, expect, expect_run, finish, path, run, write

modules = [os.path.join(folder, "libapmct_cuda_host.so")
           for folder in (os.path.dirname(COMMAND), os.path.join(os.path.dirname(COMMAND), "lib"))]
module = next((name for name in modules if os.path.exists(name)), None)
if not module:
    print("cuda-host is not built")
    finish()

for folder in ("modules", "junk", "driver"):
    os.mkdir(path(folder))
for name in ("cuda", "cuda_host"):  # it calls itself cuda-host
    os.symlink(module, path(f"modules/libapmct_{name}.so"))
write("junk/libapmct_cuda.so", "not a shared object\n")
os.symlink(module, path("driver/libcuda.so.1"))  # any shared object: only whether there is one matters

little = ("glass", "--set", "mixture.packing_fraction=0.3", "--kernel", "fourier")
much = (*little, "--set", "grid.points=520", "--set", "grid.spacing=0.1")
rows = ("sweep", "--set", "grid.points=16", "--set", "grid.spacing=0.75", "--kernel", "fourier", "--set", "time.until=1e-3",
        "--set", "time.steps_per_block=16", "--set", "time.order=3", "--set",
        "sweep={command: evolve, over: {mixture.packing_fraction: {from: 0.1, to: 0.3, points: 40}}}")


def environment(modules="modules", **more):
    return dict(os.environ, APMCT_MODULES=path(modules), LD_LIBRARY_PATH=path("driver"), **more)


def told(arguments, environment):
    return "auto takes the CPU" in expect_run(0, *arguments, env=environment).stderr


expect("backend cuda-host" in expect_run(0, *much, env=environment()).stdout, "much work goes to a device that answers")
expect("backend cpu" in expect_run(0, *little, env=environment()).stdout, "little work goes to the CPU")
expect("backend cuda-host" in expect_run(0, *rows, env=environment()).stdout, "a sweep is as much work as its batches")
expect("backend cpu" in run(*much, "--backend", "cpu", env=environment()).stdout, "the CPU where it is asked for")

lost = environment(APMCT_CUDA_HOST_FAIL="1")
expect(told(much, lost) and "backend cpu" in run(*much, env=lost).stdout, "a device that does not answer")
expect(not told(little, lost), "little work asks no device")
expect(told(much, environment("junk")), "a module that cannot be loaded")
expect(run(*much, env=environment("junk")).stderr.count("auto takes the CPU") == 1, "told once")
expect(not told(much, environment("driver")), "a build without the module")
try:
    ctypes.CDLL("libcuda.so.1")
except OSError:
    bare = environment()
    del bare["LD_LIBRARY_PATH"]
    expect(not told(much, bare), "a machine without a driver")
finish()
