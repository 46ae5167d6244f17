"""Standard output that takes nothing: exit status 3 and a message, never a summary in some other file."""
import os
import subprocess
import sys

sys.dont_write_bytecode = True  # support.py is imported from the source folder
from support import COMMAND, FOLDER, expect, expect_run, finish, path, run_json, write

SMALL = ["--set", "grid.points=12", "--threads", "1"]
sweep = write("sweep.yaml", "grid: {points: 12}\n"
              "sweep: {command: glass, over: {mixture.packing_fraction: [0.5, 0.6]}}\n")
trace = write("trace.yaml", "grid: {spacing: 1.0}\n"
              "sweep: {trace: {along: mixture.species.0.activity, from: 1, to: 2, tolerance: 1.0e-3}}\n")
expect_run(0, "statics", *SMALL, "-o", "statics.h5")
RUNS = [["statics", *SMALL], ["glass", *SMALL], ["critical", *SMALL], ["evolve", *SMALL, "--set", "time.until=1e-3"],
        ["evolve", *SMALL, "--dry-run"], ["sweep", sweep], ["sweep", trace, *SMALL], ["info"], ["info", "statics.h5"],
        ["plot", "statics.h5"]]

for arguments in RUNS + [["--help"], ["glass", "--help"], ["--version"]]:
    for json in ([], ["--json"]):
        with open("/dev/full", "w") as full:
            expect_run(3, *arguments, *json, error="standard output: cannot be written", stdout=full)
        closed = subprocess.run(["sh", "-c", 'exec "$@" >&-', "sh", COMMAND, *arguments, *json], cwd=FOLDER.name,
                                stderr=subprocess.PIPE, text=True, timeout=120)
        expect(closed.returncode == 3 and "standard output: cannot be written" in closed.stderr,
               f"{arguments} {json}, closed: exit status {closed.returncode}: {closed.stderr}")

# the descriptors of streams that are closed are not those of files that are written
for streams in (">&-", "<&-", "2>&-", "<&- >&- 2>&-"):
    script = f'exec "$@" {streams}'
    for arguments in RUNS[:7]:
        if "--dry-run" in arguments:
            continue
        done = subprocess.run(["sh", "-c", script, "sh", COMMAND, *arguments, "-o", path("out.h5")], cwd=FOLDER.name,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=120)
        wanted = 3 if ">&-" in streams.replace("2>&-", "") else 0
        expect(done.returncode == wanted, f"{arguments} {streams}: exit status {done.returncode}: {done.stderr}")
        expect(run_json(0, "info", "out.h5").get("file_command") == arguments[0], f"{arguments} {streams}: the file")
        if os.path.exists(path("out.h5")):
            os.unlink(path("out.h5"))
# a warning that comes while the journal is open
done = subprocess.run(["sh", "-c", 'exec "$@" 2>&-', "sh", COMMAND, "evolve", *SMALL, "--set", "time.until=1e-3",
                       "-o", "resumed.h5", "--resume"], cwd=FOLDER.name, stdout=subprocess.PIPE, text=True, timeout=120)
expect(done.returncode == 0 and os.path.exists(path("resumed.h5")), f"a warning without stderr: {done.returncode}")
done = subprocess.run([COMMAND, "glass", *SMALL, "--quiet"], cwd=FOLDER.name, close_fds=True, timeout=120,
                      preexec_fn=lambda: os.close(1))
expect(done.returncode == 0, "nothing to say needs no standard output")
finish()
