"""The CUDA sources on the host as a backend of the command: the numbers of the CPU."""
import json
import os
import sys

sys.dont_write_bytecode = True  # support.py is imported from the source folder
from support import expect, expect_run, finish, run, run_json

if run("glass", "--backend", "cuda-host").returncode == 4:
    print("cuda-host is not built")
    finish()
    sys.exit()


def close(a, b, tolerance):
    """Numbers, lists of them and so on."""
    if isinstance(a, list):
        return len(a) == len(b) and all(close(x, y, tolerance) for x, y in zip(a, b))
    return abs(a - b) <= tolerance * max(1.0, abs(a))


for kernel in ("fourier", "direct"):
    arguments = ("--kernel", kernel, "--set", "mixture.packing_fraction=0.53", "--set", "grid.points=60")
    there, here = (run_json(0, "glass", *arguments, "--backend", backend) for backend in ("cuda-host", "cpu"))
    expect(there["backend"] == "cuda-host" and there["kernel"] == kernel, "what ran")
    expect(there["state"] == here["state"] == "glass", f"state with {kernel}")
    # both stop below 1e-12; 1/(1 - eigenvalue) is about 7
    expect(close(there["nonergodicity"], here["nonergodicity"], 1e-10), f"nonergodicity with {kernel}")
there, here = (run_json(0, "critical", "--backend", backend, "--set", "grid.points=60") for backend in ("cuda-host", "cpu"))
for key in ("packing_fraction_critical", "exponent_parameter"):
    expect(close(there[key], here[key], 1e-9), key)

# what info tells of devices; one that is lost at any moment is exit status 4 and a line
info = run_json(0, "info")
devices = [device for device in info["devices"] if device["backend"] == "cuda-host"]
expect(len(devices) == 1 and devices[0]["compute_capability"] == "9.0", "the device of info")
expect(devices[0]["peak_tflops_double"] is None, "a simulated device has no speed")
expect("cuda-host" in run("info").stdout, "text of info")
for command in ("glass", "critical"):
    for call in (1, 2, 3, 5, 20, 100, 400):
        environment = dict(os.environ, APMCT_CUDA_HOST_FAIL=str(call))
        expect_run(4, command, "--backend", "cuda-host", "--set", "grid.points=40", error="CUDA", env=environment)

# without a device: what is missing and what to do, in a line
if run("glass", "--backend", "cuda").returncode != 0:
    expect_run(4, "glass", "--backend", "cuda", error="use cpu")
    expect("use cpu" in run("info").stdout, "info without a device")

# little memory: too little for one point is exit status 4; points at a time are as many as there is memory for
few = ("--set", "grid.points=60", "--kernel", "direct", "--backend", "cuda-host", "--threads", "2")
expect_run(4, "glass", *few, error="on the device", env=dict(os.environ, APMCT_CUDA_HOST_MEMORY="3000000"))
rows = ("--set", "sweep={command: glass, over: {mixture.packing_fraction: {from: 0.525, to: 0.54, points: 6}}}")
for memory in ("4700000", "400000000"):
    done = expect_run(0, "sweep", *few, *rows, "--json", env=dict(os.environ, APMCT_CUDA_HOST_MEMORY=memory))
    points = [json.loads(line) for line in done.stdout.splitlines()]
    expect(len(points) == 6 and all(point["status"] == "ok" for point in points), f"a sweep in {memory} bytes")

common = ("evolve", "--set", "grid.points=16", "--set", "grid.spacing=0.75", "--set", "mixture.packing_fraction=0.45")
common += ("--set", "time.steps_per_block=16", "--set", "time.until=0.1", "--set", "time.tolerance=1e-12")
for extra in ("time.order=3", "time.scheme=moments", "tagged=[active]"):
    there, here = (run_json(0, *common, "--set", extra, "--backend", backend) for backend in ("cuda-host", "cpu"))
    expect(there["backend"] == "cuda-host" and there["steps"] == here["steps"], f"what ran with {extra}")
    for key in ("time_end", "relaxation_time", "long_time"):
        expect(close(there[key], here[key], 1e-10), f"{key} with {extra}")
# a sweep hands the device batches, each point with its own clock; with little memory smaller ones, and the same numbers
sweep = ("sweep", *common[1:], "--set", "time.order=3", "--set", "sweep={command: evolve, over: {mixture.packing_fraction: "
         "[0.3, 0.45, 0.52], mixture.species.0.activity: {from: 1, to: 3, points: 3}}}",
         "--set", "time.until=0.005", "--json")


def points_of(*words, **environment):
    done = expect_run(0, *sweep, *words, env=dict(os.environ, **environment))
    return [json.loads(line) for line in done.stdout.splitlines()]


batches, alone, few = (points_of("--backend", "cuda-host"), points_of("--backend", "cpu"),
                       points_of("--backend", "cuda-host", APMCT_CUDA_HOST_MEMORY="500000"))
expect(len(batches) == 9 and few == batches, "batches of any size give the same")
for there, here in zip(batches, alone):
    expect(there["status"] == here["status"] == "ok" and there["steps"] == here["steps"], f"{there}")
    expect(close(there["plateau"], here["plateau"], 1e-10), f"{there}")
five = "tagged=[active, passive, {name: third, activity: 2.0, diffusivity: 1.0}]"
expect_run(4, *common, "--set", five, "--backend", "cuda-host", error="5 species, at most 4")
finish()
