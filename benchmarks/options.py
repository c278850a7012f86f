"""The options that benchmarks share: sizes, calls, the folder of the page, interpreters of other environments."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

PAGES = Path("docs/benchmarks")


def page_parser(description: str) -> argparse.ArgumentParser:
    """A parser that knows where the page goes."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--out", type=Path, default=PAGES, help="folder of the page (%(default)s)")
    return parser


def benchmark_parser(description: str, *, sizes: str, repeats: int, unit: str = "sizes") -> argparse.ArgumentParser:
    """A parser that also knows the sizes (rows; `unit` names what else they count) and the calls at each."""
    parser = page_parser(description)
    parser.add_argument(f"--{unit}", dest="sizes", type=whole_numbers, default=sizes, help="such as %(default)s")
    parser.add_argument("--repeats", type=int, default=repeats, help="calls after a first one (%(default)s)")
    parser.add_argument("--all", action="store_true", help="every engine at every size")
    return parser


def add_interpreter(parser: argparse.ArgumentParser, package: str) -> None:
    """--svy-python, --spark-python: another environment's interpreter."""
    words = f"interpreter of an environment that holds {package}"
    parser.add_argument(f"--{package.lower().removeprefix('py')}-python", default=sys.executable, help=words)


def whole_numbers(text: str) -> list[int]:
    """1e4,1e5 as numbers."""
    return [int(float(part)) for part in text.split(",")]
