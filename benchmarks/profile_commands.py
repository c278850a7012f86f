"""Where the time of `crampstats report`, `audit` and `diary` goes: each in processes of its own, without and with a profile.

`python benchmarks/profile_commands.py --out docs/benchmarks/profile.md` writes the page. Processor time is what counts: the clock
on the wall depends on what else the machine does.
"""

from __future__ import annotations

import argparse
import os
import platform
import pstats
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from cost import Cost, command_cost
from page import markdown_table

COMMANDS = {"report": ["report"], "audit": ["audit", "example"], "diary": ["diary", "example"]}
ENDS = {"report": (0,), "audit": (0, 1), "diary": (0,)}  # exit status; 1: the audit has findings
# What a line of the table counts: time inside functions of this name and file, with all they call
PARTS = {
    "importing packages": ("_find_and_load", "importlib"),
    "drawing figures as SVG": ("print_svg", "backend_svg"),
    "drawing figures as PNG": ("print_png", "backend_agg"),
    "drawing figures as PDF": ("print_pdf", "backend_pdf"),
    "tables of the page": ("table_html", "present"),
    "Word documents": ("printed_docx", "present"),
    "prevalence": ("estimate_prevalence", "estimate"),
    "associations": ("gather_associations", "reports"),
    "what small counts must be hidden": ("solve", "disclosure"),
    "checks of the audit": ("audit_findings", "audit"),
    "reading the file": ("map_survey", "ingest"),
    "recall curve": ("estimate_recall_curve", "diary"),
}
RUN = "from crampstats.cli import main; main()"
PROFILED = """
import cProfile, sys
from crampstats.cli import main
kept = sys.argv.pop()  # the name of the file stands last, and is nothing for the command
profile = cProfile.Profile()
try:
    profile.runcall(main)
except SystemExit:
    pass
profile.dump_stats(kept)
"""
PAGE = """# Where the time of the commands goes

`{command}`, {machine}, Python {python}{source}. Seconds of processor, median of {repeats} run(s), and peak memory; {load}.
Shares are of a profiled run; parts lie inside one another where one calls the other.

{table}

{parts}

"""
CHANGES = Path(__file__).with_name("profile_changes.md")  # what was changed, with its times, as it was measured then


def main() -> None:
    """Measure and write the page."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--out", type=Path, help="the page; without it the page is printed")
    asked.add_argument("--repeats", type=int, default=3)
    asked.add_argument("--commands", default=",".join(COMMANDS))
    chosen = asked.parse_args()
    names = chosen.commands.split(",")
    load = f"load of the machine before: {os.getloadavg()[0]:.1f}"
    rows = {name: [measured(name) for _ in range(chosen.repeats)] for name in names}
    text = PAGE.format(
        command=f"python benchmarks/profile_commands.py --repeats {chosen.repeats}", machine=f"{os.cpu_count()} cores",
        python=platform.python_version(), repeats=chosen.repeats, load=load, table=table(rows), parts=parts(names),
        source=", NHANES microdata" if os.environ.get("CRAMPSTATS_NHANES") else ", NHANES as the totals that ship",
    )
    text = text.rstrip() + "\n\n" + CHANGES.read_text(encoding="utf-8")
    if chosen.out:
        chosen.out.write_text(text, encoding="utf-8")
    else:
        print(text)


def measured(name: str) -> Cost:
    """One run of a command."""
    with tempfile.TemporaryDirectory() as folder:
        cost = command_cost([sys.executable, "-c", RUN, *COMMANDS[name], "--out", str(Path(folder) / "out"), "--quiet"])
    if cost.status not in ENDS[name]:
        raise RuntimeError(f"crampstats {' '.join(COMMANDS[name])} ended with {cost.status}")
    return cost


def table(runs: dict[str, list[Cost]]) -> str:
    """Medians of each command."""
    rows = [
        (f"crampstats {' '.join(COMMANDS[name])}", f"{statistics.median(one.processor for one in costs):.1f}",
         f"{statistics.median(one.peak_mb for one in costs):.0f}")
        for name, costs in runs.items()
    ]
    return markdown_table(("command", "seconds", "MB"), rows, "lll")


def parts(names: list[str]) -> str:
    """Shares of the parts of each command, largest first."""
    found = {name: shares(COMMANDS[name]) for name in names}
    largest = {part: max(one[part] for one in found.values()) for part in PARTS}
    rows = [
        (part, *(f"{found[name][part]:.0%}" if found[name][part] else "" for name in names))
        for part in sorted(PARTS, key=lambda part: -largest[part]) if largest[part]
    ]
    return markdown_table(("part", *names), rows, "l" * (1 + len(names)))


def shares(arguments: list[str]) -> dict[str, float]:
    """Share of the whole run that each part takes."""
    with tempfile.TemporaryDirectory() as folder:
        kept = str(Path(folder) / "stats")
        line = [sys.executable, "-c", PROFILED, *arguments, "--out", str(Path(folder) / "out"), "--quiet", kept]
        subprocess.run(line, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        stats = pstats.Stats(kept).stats  # type: ignore[attr-defined]
    whole = max(one[3] for one in stats.values())
    return {
        part: max((one[3] for (file, _, name), one in stats.items() if name == function and where in file), default=0.0) / whole
        for part, (function, where) in PARTS.items()
    }


if __name__ == "__main__":
    main()
