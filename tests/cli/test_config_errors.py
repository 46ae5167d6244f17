"""Bad configurations: exit status 2 or 3, one message with file, line, key, value and range; nothing written."""
import sys

sys.dont_write_bytecode = True  # support.py is imported from the source folder
import os

from support import expect, expect_run, finish, path, run_json, write

fig = write("fig.yaml", "mixture:\n  packing_fraction: 0.5\n  species:\n    - {fraction: 1.0, activity: 0.5}\n")
expect_run(2, "glass", fig, error="fig.yaml:4: mixture.species.0.activity = 0.5: must be a number >= 1 (1 is passive)")
expect_run(2, "statics", write("t.yaml", "grid:\n\n  pionts: 3\n"),
           error="t.yaml:3: grid.pionts: unknown key; the nearest known one is grid.points")
expect_run(2, "statics", write("n.yaml", "mixture: {packing_fraction: .nan}\n"),
           error="n.yaml:1: mixture.packing_fraction = .nan")
expect_run(2, "glass", "--set", "grid.points=abc", error="--set grid.points=abc: must be a whole number 4 ... 1048576")
expect_run(2, "glass", "--set", "mixture.packing_fraction=1.0", error="must be a number in (0, 1)")
expect_run(2, "glass", "--set", "mixture.species.0.fraction=0.6", error="must sum to 1")
expect_run(2, "glass", "--set", "structure.file=sk.csv", error="not available in this version")
expect_run(2, "glass", "--set", "mixture.species.1.diameter=2", error="--set mixture.species.1.diameter=2: ")
expect_run(2, "glass", "--set", "grid.points=1048576", error="grid.spacing")
expect_run(1, "glass", "--set", "grid.points=1000000", "--set", "grid.spacing=0.001", "--kernel", "direct",
           error="--set grid.points=1000000: ")
expect_run(2, "glass", write("two.yaml", "grid: {}\n---\ngrid: {}\n"), error="more than one YAML document")
expect_run(2, "glass", write("bad.yaml", "grid: [\n"), error="bad.yaml:2: not YAML")
expect_run(2, "glass", write("deep.yaml", "a: " + "[" * 100000), error="nested too deeply")
expect_run(3, "glass", path("none.yaml"), error="No such file")
expect_run(3, "glass", path("."), error="cannot be read")

for number, text in enumerate(("grid: {points: 3}", "x: 1", "a: [", "grid: {points: 5", "\x00\x01")):
    done = run_json(2, "glass", write(f"j{number}.yaml", text), "-o", path("never.h5"))
    expect(done.get("status") == "config" and f"j{number}.yaml:" in done.get("error", ""), f"JSON error for {text!r}")
    expect(set(done) >= {"command", "version", "status", "error", "backend", "kernel", "seconds",
                         "kernel_evaluations", "config"}, "JSON error has all keys")
expect(run_json(3, "glass", path("none.yaml"))["status"] == "file", "status file")
os.environ["APMCT_MODULES"] = path("none")
expect(run_json(4, "glass", "--backend", "cuda-host")["status"] == "backend", "status backend")
del os.environ["APMCT_MODULES"]
expect(run_json(2, "glass", "--set", "a=\udcff")["status"] == "config", "bytes that are no text")
expect(not os.path.exists(path("never.h5")), "nothing is written after a config error")

expect("nearest" not in expect_run(2, "glass", "--set", "xyz=1", error="xyz=1: unknown key").stderr, "nothing is near xyz")
done = expect_run(0, "statics", "--set", "mixture.packing_fraction=0.7400000000000001")
expect("packing_fraction = 0.7400000000000001 is above" in done.stderr, "all digits of a packing fraction in a warning")
expect("packing fraction   0.7400000000000001\n" in done.stdout, "and in the summary")
done = expect_run(0, "statics", "--set", "mixture.packing_fraction=0.75")
expect(done.stderr.count("close packing") == 1, "one warning above close packing")
done = expect_run(0, "statics", "--set", "grid.quadrature=corrected")
expect("aliases" in done.stderr, "a warning about aliasing")
finish()
