"""Write the numbers, examples and the figure of README.md from the data that ship.

usage: python docs/update_readme.py [--check]     --check: change nothing, exit 1 when something is out of date
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crampstats.reports.sixty_percent import Answer

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
IMAGE = ROOT / "docs" / "images" / "answer"
IMAGE_WIDTH_MM = 170.0

PYTHON = '''import crampstats as cs

adults = cs.load_nhanes().adults(20)
result = cs.estimate_prevalence(adults, "any_cramps", by=["sex"])
result.to_frame()[["sex", "estimate", "conf_low", "conf_high", "n"]].round(3)
print(cs.check_claim(cs.claims.SIXTY_PERCENT, adults).verdicts[0].reason)'''
COMMANDS = (
    "crampstats prevalence nhanes --outcome any_cramps --by age_group --overall",
    "crampstats claims nhanes",
)
# of a fixed day: what lies in the future changes with it
AUDIT = "crampstats audit example --today 2026-11-22"
AUDIT_FOLDER = "crampstats-audit"
DIARY, DIARY_FOLDER = "crampstats diary example --person P001", "crampstats-diary"
CLAIM_LINES = 12
EXAMPLE = "messy_intake_example"


def blocks() -> dict[str, str]:
    """The text between each pair of markers."""
    from benchmark_words import quote_benchmarks

    from crampstats.present.wording import format_headline, format_verdict_summary
    from crampstats.reports.figures import CLAIMED, draw_prevalence
    from crampstats.reports.inputs import open_study
    from crampstats.reports.sixty_percent import answer_sixty_percent

    study = open_study("nhanes")
    answer = answer_sixty_percent(study)
    first = answer.sixty.verdicts[0]
    summary = format_verdict_summary(answer.sixty)
    return {
        "answer": f"**{format_headline(answer.overall, claimed=CLAIMED)}** {summary} The plainest reading is {first.word}: "
                  f"{first.reason}.",
        "caption": f"*{draw_prevalence(study).caption}*",
        "associations": _association_words(answer),
        "python": f"```python\n{PYTHON}\n```\n\n```\n{_python_output()}\n```",
        "prepare": _prepare_words(),
        "audit": f"```\n$ {AUDIT}\n{_written_aside(AUDIT, AUDIT_FOLDER)}\n```",
        "diary": f"```\n$ {DIARY}\n{_written_aside(DIARY, DIARY_FOLDER)}\n```",
        "benchmarks": quote_benchmarks(),
        "commands": "\n\n".join(f"```\n$ {command}\n{_command_output(command)}\n```" for command in COMMANDS),
    }


def _prepare_words() -> str:
    """The command on the example that ships, and what it says."""
    from crampstats.datasets.files import data_file
    from crampstats.ingest.own.loading import load_survey
    from crampstats.reports.prepared import summarise

    data = load_survey(data_file(f"{EXAMPLE}.xlsx"), data_file(f"{EXAMPLE}.toml"))
    command = f"$ crampstats prepare data/{EXAMPLE}.xlsx --mapping data/{EXAMPLE}.toml"
    return "\n".join(["```", command, *(line.rstrip() for text in summarise(data) for line in text.splitlines()), "```"])


def _written_aside(command: str, name: str) -> str:
    """What a command on an example that ships prints; its files go where nobody keeps them."""
    with tempfile.TemporaryDirectory() as folder:
        printed = _command_output(f"{command} --quiet --out {Path(folder, name).as_posix()}")
        return printed.replace(Path(folder, name).as_posix(), name)


def _association_words(answer: Answer) -> str:
    """What goes with cramps, by the verdicts on the claims, and how many published findings came back."""
    from crampstats.reports.associations_page import AGREEMENT, HEADINGS, summarise_claims
    from crampstats.reports.reproduction import compare_published

    told = summarise_claims(answer.checks)
    lines = [f"- **{HEADINGS[word]}**: {names}." for word, names in told.items()]
    assert answer.associations is not None
    results = answer.associations.results
    control = results["negative_control"].frame.set_index("role").loc["negative control"]
    lines.append(
        "- **A negative control** (trouble seeing, which is no way to get cramps) has an adjusted odds ratio of "
        f"{control['estimate']:.2f} "
        f"({control['conf_low']:.2f} to {control['conf_high']:.2f}): associations no stronger than that may be ill health and "
        "a readiness "
        "to report it."
    )
    counts = compare_published(results["published"])["Agreement"].value_counts()
    words = ", ".join(f"{count} {AGREEMENT[word]}" for word, count in counts.items())
    return "\n".join([*lines, f"- **Published findings of the same survey beside ours**: {words}."])


def _python_output() -> str:
    """What the example shows at a prompt: the table, then what it prints."""
    *setup, table, last = PYTHON.splitlines()
    space: dict[str, object] = {}
    exec("\n".join(setup), space)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        print(eval(table, space).to_string())
        exec(last, space)
    return printed.getvalue().strip("\n")


def _command_output(command: str) -> str:
    """Standard output of a command, long ones cut."""
    from crampstats.cli import main

    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(io.StringIO()), contextlib.suppress(SystemExit):
        main(shlex.split(command)[1:])
    lines = printed.getvalue().strip("\n").splitlines()
    cut = lines if len(lines) <= CLAIM_LINES else [*lines[:CLAIM_LINES], "..."]
    return "\n".join(line.rstrip() for line in cut)


def renewed(text: str, parts: dict[str, str]) -> str:
    """The README with each block replaced."""
    for name, content in parts.items():
        pattern = re.compile(rf"(<!-- begin {name} -->\n).*?(<!-- end {name} -->)", re.DOTALL)
        text, count = pattern.subn(lambda match, new=content: f"{match[1]}{new}\n{match[2]}", text)
        if count != 1:
            raise SystemExit(f"README.md has {count} blocks called {name!r}; exactly one is expected.")
    return text


def main(arguments: list[str]) -> int:
    # the README speaks of the totals that ship, whatever else is on this machine
    os.environ.pop("CRAMPSTATS_NHANES", None)
    from crampstats.datasets import nhanes

    nhanes.is_complete = lambda *_: False
    old = README.read_text(encoding="utf-8")
    new = renewed(old, blocks())
    if "--check" in arguments:
        if new != old or not IMAGE.with_suffix(".png").is_file():
            print("README.md is out of date; run: make readme", file=sys.stderr)
            return 1
        return 0
    from crampstats.present.files import save_figure
    from crampstats.reports.figures import draw_prevalence
    from crampstats.reports.inputs import open_study

    IMAGE.parent.mkdir(parents=True, exist_ok=True)
    save_figure(draw_prevalence(open_study("nhanes")).draw(IMAGE_WIDTH_MM, False), IMAGE, formats=("png",), dpi=200)
    README.write_text(new, encoding="utf-8")
    print("README.md and docs/images/answer.png written")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
