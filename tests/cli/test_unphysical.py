"""Mixtures whose activities and diffusivities are too far apart for the equations: named, and never exit status 0."""
import json

from support import expect, finish, path, run, run_json, write

MIXTURE = write("unphysical.yaml", """mixture:
  packing_fraction: 0.7226
  species:
    - {name: active, fraction: 0.7736, activity: 13.558, diffusivity: 2.236}
    - {name: passive, fraction: rest, diffusivity: 0.2414}
""")

FARTHER = ("--set", "mixture.species.0.diffusivity=1", "--set", "mixture.species.1.diffusivity=0.1")
for command, more in (("glass", ()), ("critical", FARTHER), ("evolve", ())):
    result = run_json(1, command, MIXTURE, *more)
    expect(result.get("status") == "unphysical", f"{command}: status {result.get('status')}")
    expect("at wave number" in result.get("error", ""), f"{command}: {result.get('error')}")
    expect("species" in result.get("error", ""), f"{command}: {result.get('error')}")

glass = run_json(1, "glass", MIXTURE)
expect("f of species passive is 1.196" in glass["error"], f"f by an independent program is 1.1960: {glass['error']}")

# a sound glass at the transition itself, with a word about the motion
critical = run("critical", MIXTURE, "--json")
expect(critical.returncode == 0 and "may diverge in time" in critical.stderr, critical.stderr)

# in a sweep such a point is its own failure, and the others are computed
for command in ("glass", "evolve"):
    table = run("sweep", MIXTURE, "--json", "-o", path(f"{command}.h5"), "--set",
                f"sweep={{command: {command}, over: {{mixture.packing_fraction: [0.3, 0.7226]}}}}",
                "--set", "time.until=1e3", "--set", "output.correlator=false")
    expect(table.returncode == 0, f"sweep of {command}: {table.stderr}")
    rows = [json.loads(line) for line in table.stdout.splitlines()]
    expect([row["status"] for row in rows] == ["ok", "unphysical"], f"sweep of {command}: {rows}")
    expect("wave number" in rows[1].get("error", ""), f"sweep of {command}: {rows[1]}")
    expect(rows[1]["error"].endswith("(docs/theory.md)"), f"sweep of {command}: cut short: {rows[1]['error']}")

# along a line such points are holes, and the first says why
trace = run("sweep", MIXTURE, *FARTHER, "--json", "--set", "mixture.packing_fraction=0.6", "--set",
            "sweep={trace: {along: mixture.species.0.activity, from: 1, to: 14, tolerance: 1.0e-3}}")
expect(trace.returncode == 0 and "were not found" in trace.stderr and "outside [0, 1]" in trace.stderr, trace.stderr)

# passive mixtures are in the domain, however far apart their diffusivities
for ratio in (1e-4, 1e4):
    passive = run_json(0, "glass", "--set", "mixture.packing_fraction=0.55", "--set", "mixture.species.0.activity=1",
                       "--set", f"mixture.species.0.diffusivity={ratio}")
    expect(passive["state"] == "glass" and not passive.get("warnings"), f"a passive mixture: {passive.get('warnings')}")
finish()
