"""The command line: help, version, options, what is refused."""
import os
import sys

sys.dont_write_bytecode = True  # support.py is imported from the source folder
from support import expect, expect_run, finish, run_json, run, write, path

done = expect_run(0, "--version")
expect(done.stdout.startswith("apmct "), "--version")
done = expect_run(0, "--help")
for word in ("statics", "glass", "critical", "evolve", "sweep", "info", "plot", "--set", "--json", "Exit status"):
    expect(word in done.stdout, f"--help says {word}")
for command in ("statics", "glass", "critical", "evolve", "sweep", "info", "plot"):
    done = expect_run(0, command, "--help")
    expect(done.stdout.startswith(f"Usage: apmct {command}"), f"{command} --help")
done = expect_run(0, "glass", "--help")
for key in ("grid.points", "mixture.packing_fraction", "mixture.species.I.activity", "a whole number 4 ... 1048576"):
    expect(key in done.stdout, f"glass --help lists {key}")
expect("--figure" in run("plot", "--help").stdout, "plot --help says --figure")

expect_run(2, error="no command")
expect_run(2, "glas", error="glas: unknown command; the nearest one is glass")
expect_run(2, "static", error="nearest one is statics")
for command in ("x" * 500, "", "nonsense"):
    done = expect_run(2, command, error="unknown command")
    expect("nearest" not in done.stderr, f"nothing is near {command[:20]}")
expect(expect_run(0, "help").stdout == expect_run(0, "--help").stdout, "help is --help")
expect(expect_run(0, "help", "glass").stdout == expect_run(0, "glass", "--help").stdout, "help COMMAND")
expect_run(2, "glass", "--sett", "a=b", error="--sett: unknown option; the nearest one is --set")
expect_run(2, "glass", "-z", error="-z: unknown option (see")
expect_run(2, "glass", "--" + "y" * 200, error="unknown option")
expect_run(2, "glass", "--set", error="--set: needs a value")
expect_run(2, "glass", "-o", error="-o: needs a value")
expect_run(2, "glass", "-o", "", error="-o: needs the name of a file")
expect_run(2, "glass", "--json=1", error="takes no value")
expect_run(2, "glass", "a", "b", error="one file too many")
expect_run(2, "glass", "--figure", "x", error="--figure belongs to apmct plot")
for threads in ("0", "-1", "x", "", "1.5", "4097", "9" * 30):
    expect_run(2, "glass", "--threads", threads, error="must be a whole number 1 ... 4096")
expect_run(2, "glass", "--kernel", "fast", error="--kernel fast: must be one of auto, direct, factorized, fourier")
expect_run(2, "glass", "--backend", "gpu", error="--backend gpu: must be one of auto, cpu, cuda, cuda-host")
no_modules = dict(os.environ, APMCT_MODULES=path("none"))
expect_run(4, "glass", "--backend", "cuda-host", error="--backend cuda-host: no libapmct_cuda_host.so", env=no_modules)
expect_run(4, "info", "--backend=cuda-host", error="cuda-host", env=no_modules)
expect_run(2, "info", "-o", "x", error="-o has no meaning")

done = expect_run(0, "info")
for word in ("apmct ", "build ", "threads ", "memory ", "cpu: "):
    expect(word in done.stdout, f"info says {word}")
expect(run("info", "--quiet").stdout == "", "info --quiet")
done = expect_run(0, "glass", "--threads", "1")
for word in ("state              glass", "1 thread,", "kernel ", "eigenvalue", "passive", "f(k = 7.4 /d)"):
    expect(word in done.stdout, f"glass says {word}")
done = expect_run(0, "statics")
for word in ("first peak         S = 3.56", "at k = 7 /d", "density ", "S(k -> 0)"):
    expect(word in done.stdout, f"statics says {word}")
expect("none on this grid" in run("statics", "--set", "grid.points=4").stdout, "a grid without a peak")

# options stand anywhere, with = or apart
for arguments in (("--quiet", "glass", "--set=grid.points=20"), ("glass", "--quiet", "--set", "grid.points=20"),
                  ("glass", "--quiet", "--threads=1", "--kernel=direct", "--backend=cpu"), ("glass", "--quiet", "")):
    done = expect_run(0, *arguments)
    expect(done.stdout == "" and done.stderr == "", f"{arguments}: --quiet says nothing")
done = run_json(0, "glass", write("empty.yaml", ""), "--set", "grid.points=20", "--set=grid.points=30")
expect(done["config"]["grid"]["points"] == 30, "the last --set wins")
done = run_json(0, "glass", write("c.yaml", "solver: {kernel: direct}\n"), "--set", "solver.kernel=factorized",
                "--kernel", "fourier")
expect(done["kernel"] == "fourier", "a dedicated option wins over --set")
done = run("glass", "-", "--json", input="grid: {points: 24}\n")
expect('"points": 24' in done.stdout, "- is standard input")

# errors are JSON too, wherever --json stands
for arguments in (("--json", "nonsense"), ("glass", "--json", "--bad"), ("glass", "--set", "x=1", "--json"),
                  ("--json",)):
    done = run(*arguments)
    expect(done.returncode == 2 and '"error":"' in done.stdout and done.stderr, f"{arguments}: error as JSON")
finish()
