"""What the black-box tests share: running the command, expecting, counting failures."""
import atexit
import json
import os
import shutil
import subprocess
import sys
import tempfile

COMMAND = os.path.abspath(sys.argv[1])
FOLDER = tempfile.TemporaryDirectory(prefix="apmct-cli-")
failures = []


def path(name):
    return os.path.join(FOLDER.name, name)


def write(name, text):
    with open(path(name), "w") as file:
        file.write(text)
    return path(name)


def run(*arguments, **keywords):
    keywords.setdefault("stdout", subprocess.PIPE)
    keywords.setdefault("cwd", FOLDER.name)
    return subprocess.run([COMMAND, *map(str, arguments)], stderr=subprocess.PIPE, text=True, timeout=120,
                          errors="replace", **keywords)


def preloadable(library):
    """The library by a name that LD_PRELOAD can hold: without spaces and colons."""
    folder = tempfile.mkdtemp(prefix="apmct-preload-")
    atexit.register(shutil.rmtree, folder)
    name = os.path.join(folder, os.path.basename(library))
    os.symlink(os.path.abspath(library), name)
    return name


def expect(condition, what):
    if not condition:
        failures.append(what)
        print("FAILED:", what)


def expect_run(status, *arguments, error="", **keywords):
    """Runs the command; its exit status and, for a failure, ONE line on stderr with `error` in it."""
    done = run(*arguments, **keywords)
    name = " ".join(map(str, arguments))
    expect(done.returncode == status, f"{name}: exit status {done.returncode} instead of {status}: {done.stderr}")
    if status != 0:
        # a coverage build says where it could not leave its counts
        lines = [line for line in done.stderr.splitlines()
                 if line and "warning" not in line and not line.startswith(("profiling:", "libgcov"))]
        expect(len(lines) == 1, f"{name}: {len(lines)} lines of error: {done.stderr[:2000]}")
    expect(error in done.stderr, f"{name}: '{error}' not in '{done.stderr.strip()}'")
    return done


def run_json(status, *arguments):
    done = expect_run(status, *arguments, "--json")
    try:
        return json.loads(done.stdout, parse_constant=lambda word: failures.append(word))
    except ValueError as failure:
        expect(False, f"{arguments}: not JSON: {failure}: {done.stdout[:200]}")
        return {}


def finish():
    left = [name for name in os.listdir(FOLDER.name) if name.endswith(".part")]
    expect(not left, f"left behind: {left}")
    FOLDER.cleanup()
    sys.exit(1 if failures else 0)
