"""Hostile names, wherever a name can stand: no command runs, no other file appears, figures are made or refused."""
import sys

sys.dont_write_bytecode = True  # support.py is imported from the source folder
import os
import re
import shutil
import signal
import subprocess
import time
import xml.etree.ElementTree as ElementTree

from support import COMMAND, expect, finish, path, run, write

# Those with commands make the file `canary` where a shell or gnuplot gets to act upon them.  Bytes that are no UTF-8
# are written as Python's surrogates.
NAMES = [
    "'t Hooft", '"quoted"', "'", "''", "'''", '"', '""', "'\"'",
    "`touch canary`", "|touch canary; ", "| touch canary #", "!touch canary", "a\n!touch canary\n", "$(touch canary)",
    ";touch canary;", "< touch canary", "<touch canary", "> canary", "&& touch canary &", "|cat </etc/hostname>canary",
    "a'; system \"touch canary\"; '", "a\"; system 'touch canary'; \"", "\" . system('touch canary') . \"",
    "' . system('touch canary') . '", "'\n!touch canary\n'", "END\n!touch canary\n", "END", "\"`touch canary`\"",
    "'.`touch canary`.'", "\\\"`touch canary`", "\\047`touch canary`\\042", "@canary", "@c \\@", "$data0", "#comment",
    "-", "--help", "-o", "\\", "\\\\", "x\\", "\\U+1F600", "\\101", "0471'1", "%s%n%d %", "{/:Bold x", "}{", "a_b^c",
    "&{x}", "~a{.8-}", "]]>", "<b>&amp;</b>", "<![CDATA[x]]>", "[a, b]: {c}", "αβγ δ–ε", "😀 e\u0301", "x" * 57,
    "\u202eabc", "a\u0085b", "a\u2028b", "\ufffe", "\ufeff", "\x9b1m", "\x1b[31m", "\x7f", "\t", "a\rb",
    "\udcff\udcfe", "\udcc3(", "a\0b",
]
END = ".h5"
WORK = path("work")  # where the command runs
GRID = "grid: {points: 30, spacing: 0.8}"
os.mkdir(WORK)


def has_control(name):
    return re.search("[\0-\x1f\x7f-\x9f]", name) is not None


def is_plain(name):
    """Whether a name must be accepted everywhere: UTF-8 without control characters."""
    return not has_control(name) and not re.search("[\udc80-\udcff]", name)


def is_file_name(name):
    return "/" not in name and "\0" not in name


def quoted(text):
    """As YAML writes any text."""
    escaped = re.sub('[\0-\x1f\x7f-\x9f\u2028\ufeff\ufffe"\\\\]', lambda match: f"\\u{ord(match[0]):04x}", text)
    return f'"{escaped}"'


def shown(text):
    """How a figure shows a text; spaces and what has no width do not matter here."""
    return re.sub("[ \u200b]", "", re.sub("[\0-\x1f\x7f-\x9f\ufffe\udc80-\udcff]", "\ufffd", text))


def texts(name):
    """All texts of an SVG."""
    try:
        root = ElementTree.parse(os.path.join(WORK, name)).getroot()
    except (ElementTree.ParseError, OSError) as failure:
        expect(False, f"{ascii(name)}: cannot be read: {failure}")
        return []
    return [shown("".join(text.itertext())) for text in root.iter("{http://www.w3.org/2000/svg}text")]


def save(name, text):
    with open(os.path.join(WORK, name), "w", encoding="utf8", errors="surrogateescape") as file:
        file.write(text)


def forget(*names):
    for name in names:
        if os.path.exists(os.path.join(WORK, name)):
            os.unlink(os.path.join(WORK, name))


def attempt(what, statuses, *arguments, makes=(), error="", **keywords):
    """Runs the command in WORK: one of these exit statuses, one line of error, no new files but those it `makes`."""
    before = set(os.listdir(WORK))
    done = run(*arguments, cwd=WORK, **keywords)
    what = f"{what}: {ascii(arguments)}"
    expect(done.returncode in statuses, f"{what}: exit status {done.returncode}: {ascii(done.stderr)}")
    if done.returncode:
        lines = [line for line in done.stderr.split("\n")[:-1] if not line.startswith(("profiling:", "libgcov"))]
        expect(len(lines) == 1 and done.stderr.endswith("\n"), f"{what}: not one line: {ascii(done.stderr)}")
        expect(not has_control("".join(lines)), f"{what}: not printable: {ascii(done.stderr)}")
        expect(error in done.stderr, f"{what}: '{error}' not in {ascii(done.stderr)}")
        makes = ()
    new = set(os.listdir(WORK)) - before
    expect(new == set(makes) - before, f"{what}: new in the folder: {ascii(new)}")
    return done.returncode == 0


def name_states(name):
    """Tagged particles and texts of a sweep: what can be computed is drawn, with this name in the figure."""
    wanted = (0,) if is_plain(name) else (2,) if has_control(name) else (0, 2)
    save("config.yaml", f"{GRID}\nmixture: {{packing_fraction: 0.5}}\n"
         f"tagged: [{{name: {quoted(name)}, activity: 2}}]\n")
    if attempt("tagged", wanted, "evolve", "config.yaml", "--quiet", "-o", "e.h5", makes=["e.h5"]):
        attempt("tagged", (0,), "plot", "e.h5", "--figure", "tagged-correlator", "-o", "e.svg", makes=["e.svg"])
        found = texts("e.svg")
        expect(shown(name + "(λ=2)") in found, f"{ascii(name)} in the legend: {ascii(found)}")
    save("config.yaml", f"""{GRID}
mixture:
    species: [{{name: {quoted(name + "_")}, fraction: 0.5}}, {{name: other, fraction: rest}}]
sweep:
    command: critical
    over: {{mixture.species.0.activity: [1, 2], mixture.species.1.name: [{quoted(name)}, {quoted(name + ",")}]}}
""")
    if attempt("sweep", wanted, "sweep", "config.yaml", "--quiet", "-o", "s.h5", makes=["s.h5"]):
        attempt("sweep", (0,), "plot", "s.h5", "--figure", "phase-diagram", "-o", "s.svg", makes=["s.svg"])
        found = texts("s.svg")
        for text in ("mixture.species.1.name=" + name, "mixture.species.1.name=" + name + ",", "λ" + name + "_"):
            expect(shown(text) in found, f"{ascii(shown(text))} in the phase diagram: {ascii(found)}")
    forget("e.h5", "e.svg", "s.h5", "s.svg")


def name_files(name):
    """Species, result files and figures: refused is only what no file can be called, or could act upon a terminal."""
    wanted = (2,) if has_control(name) else (0,) if is_file_name(name) else (3,)
    figures = [f"{name}-{figure}.svg" for figure in ("structure-factor", "nonergodicity")]
    refused = "-o " if has_control(name) else ""
    attempt("-o", wanted, "statics", "-o", name + END, "--quiet", makes=[name + END], error=refused)
    forget(name + END)
    attempt("missing", (3,), "plot", "-o", "x.svg", "--", name + END, error="No such file")
    save("config.yaml", f"{GRID}\noutput: {{file: {quoted(name + END)}}}\n")
    attempt("output.file", wanted if is_plain(name) else (0, 2), "glass", "config.yaml", "--quiet", makes=[name + END],
            error="output.file = " if has_control(name) else "")
    forget(name + END)
    species = quoted(name) if is_plain(name) else "passive"
    save("config.yaml", f"""{GRID}
mixture:
    species: [{{name: {species}, fraction: 0.5, activity: 1.05}}, {{name: b, fraction: rest}}]
""")
    attempt("species", (0,), "glass", "config.yaml", "--quiet", "-o", "g.h5", makes=["g.h5"])
    operands = ["g.h5", "plain.h5"]
    if is_file_name(name):
        os.rename(os.path.join(WORK, "g.h5"), os.path.join(WORK, name + END))
        operands[0] = name + END
    if not attempt("plot", wanted, "plot", "-o", name + ".svg", "--", *operands, makes=figures, error=refused):
        figures = [f"x-{figure}.svg" for figure in ("structure-factor", "nonergodicity")]
        attempt("plot", (0,), "plot", "-o", "x.svg", "--", *operands, makes=figures)
    found = texts(figures[1])
    for text in (operands[0] + "(fluid)", name if is_plain(name) else "passive"):
        expect(shown(text) in found, f"{ascii(text)} in the legend: {ascii(found)}")
    expect(len(texts(figures[0])) > 10, f"{ascii(figures[0])}: an empty figure")
    forget(*figures, *operands[:1])


def ends_with_us():
    """A signal to the command alone ends gnuplot, too, and nothing is left."""
    number = path("number")
    os.mkdir(path("slow"))
    write("slow/gnuplot", f"#!/bin/sh\necho $$ >{number}.new\nmv {number}.new {number}\nexec sleep 1000\n")
    os.chmod(path("slow/gnuplot"), 0o755)
    before = set(os.listdir(WORK))
    process = subprocess.Popen([COMMAND, "plot", "plain.h5", "-o", "x.pdf"], cwd=WORK, text=True,
                               stderr=subprocess.PIPE, env={**os.environ, "PATH": path("slow") + ":/usr/bin:/bin"})
    while not os.path.exists(number) and process.poll() is None:
        time.sleep(0.01)
    with open(number, encoding="utf8") as file:
        gnuplot = int(file.read())
    process.send_signal(signal.SIGINT)
    try:
        error = process.communicate(timeout=100)[1]
        expect(process.returncode == 1 and "interrupted" in error, f"interrupted: {process.returncode}, {error}")
    except subprocess.TimeoutExpired:
        expect(False, "an interrupted apmct waits for gnuplot")
        process.kill()
    try:
        os.kill(gnuplot, signal.SIGKILL)
        expect(False, "gnuplot lives on after an interruption")
    except ProcessLookupError:
        pass
    expect(set(os.listdir(WORK)) == before, "an interruption leaves nothing")


if not shutil.which("gnuplot"):
    finish()
attempt("plain", (0,), "glass", "--quiet", "--set", "grid.points=30", "--set", "grid.spacing=0.8", "-o", "plain.h5",
        makes=["plain.h5"])
save("config.yaml", "")
everything = set(os.listdir(WORK))
for one in NAMES:
    name_states(one)
    if "\0" not in one:
        name_files(one)
    left = set(os.listdir(WORK)) - everything
    expect(not left, f"{ascii(one)}: left behind: {ascii(left)}")
    forget("canary")

# What the environment says about gnuplot is not ours, and standard files may be closed.
attempt("GNUTERM", (0,), "plot", "plain.h5", "--figure", "nonergodicity", "-o", "a.svg", makes=["a.svg"],
        env={**os.environ, "GNUTERM": "dumb; set title 'canary'; !touch canary", "GNUPLOT_LIB": "/none"})
attempt("closed", (0,), "plot", "plain.h5", "--quiet", "--figure", "nonergodicity", "-o", "b.svg", makes=["b.svg"],
        preexec_fn=lambda: (os.close(0), os.close(1)), stdout=None)
expect(texts("a.svg") == texts("b.svg") != [], "the same figure with GNUTERM and without standard files")
ends_with_us()
finish()
