"""The CUDA sources on the host as a backend of the command: the numbers of the CPU."""
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
there, here = (run_json(0, "critical", "--backend", backend) for backend in ("cuda-host", "cpu"))
for key in ("packing_fraction_critical", "exponent_parameter"):
    expect(close(there[key], here[key], 1e-9), key)
expect_run(4, "evolve", "--backend", "cuda-host", error="no evolution in time")
finish()
