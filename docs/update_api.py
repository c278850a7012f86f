"""Write docs/api.md: every public name of the package, with the first line of its docstring.

usage: python docs/update_api.py [--check]     --check: change nothing, exit 1 when the page is out of date
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PAGE = Path(__file__).resolve().with_name("api.md")
# the parts of the page, by where a name lives: the longest beginning that fits counts
PARTS = {
    "crampstats.core": "Designs, diaries, results, engines",
    "crampstats.codebook": "What things mean",
    "crampstats.datasets": "Data that ship or are public",
    "crampstats.ingest": "Files of one's own",
    "crampstats.ingest.diary": "Diaries: reading",
    "crampstats.estimate": "Estimates from surveys",
    "crampstats.estimate.diary": "Estimates from diaries",
    "crampstats.audit": "Audit and disclosure control",
    "crampstats.reports": "Pages",
}
INTRODUCTION = """# Public names

Written by `docs/update_api.py` from the docstrings; not edited by hand. `import crampstats as cs` gives all of them, each
imported when it is first used; `help(cs.estimate_prevalence)` has parameters, units, errors, formula, source and an example.
Estimators take a design or a panel first, what to estimate second and choices by keyword, and return `Estimates`.
[methods.md](methods.md) says what is computed, [large_data.md](large_data.md) what runs where the rows lie."""


def page() -> str:
    """The whole page."""
    import crampstats

    names = [name for name in crampstats.__all__ if not name.startswith("_")]
    homes = {name: _home(name) for name in names}
    parts = {words: [name for name in names if PARTS[_part(homes[name])] == words] for words in PARTS.values()}
    return "\n".join([INTRODUCTION, *(line for words, held in parts.items() for line in _table(words, held, crampstats))]) + "\n"


def _table(words: str, names: list[str], package: Any) -> Iterator[str]:
    yield from ("", f"## {words}", "", "| name | what |", "|---|---|")
    for name in names:
        yield f"| `{_call(name, getattr(package, name))}` | {_first_line(name, getattr(package, name))} |"


def _home(name: str) -> str:
    from crampstats import _HOME

    return _HOME[name]


def _part(home: str) -> str:
    return max((start for start in PARTS if home == start or home.startswith(f"{start}.")), key=len)


def _call(name: str, held: Any) -> str:
    """A function with the names of its parameters, a class or module by its name."""
    if not inspect.isfunction(held):
        return name
    shown, keyword = [], False
    for one in inspect.signature(held).parameters.values():
        if one.kind is one.KEYWORD_ONLY and not keyword:
            shown, keyword = [*shown, "*"], True
        shown.append({one.VAR_POSITIONAL: "*", one.VAR_KEYWORD: "**"}.get(one.kind, "") + one.name)
    return f"{name}({', '.join(shown)})"


def _first_line(name: str, held: Any) -> str:
    text = inspect.getdoc(held) or ""
    if not text or (inspect.isclass(held) and "__doc__" not in vars(held)):
        raise SystemExit(f"{name} has no docstring.")
    return " ".join(text.split("\n\n")[0].split()).replace("|", "\\|")


def main(arguments: list[str]) -> int:
    new = page()
    if "--check" not in arguments:
        PAGE.write_text(new, encoding="utf-8")
        print(f"{PAGE.name} written")
        return 0
    if PAGE.exists() and PAGE.read_text(encoding="utf-8") == new:
        return 0
    print("docs/api.md is out of date; run: make readme", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
