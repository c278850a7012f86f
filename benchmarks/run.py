"""All benchmarks by one command: each makes its data, runs ours and the rivals, asserts equal numbers and writes its page.

    python benchmarks/run.py --svy-python PATH --spark-python PATH           everything, an hour and 20 GB of memory
    python benchmarks/run.py --quick --out build/benchmarks                  small sizes, some minutes
    python benchmarks/run.py --parts engines,domain_table                    some of them

Parts run one after the other, each in a process of its own; one that fails does not stop the rest. See README.md beside this.
"""

from __future__ import annotations

import argparse
import shlex
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from options import PAGES, add_interpreter, page_parser
from rivals import HERE

Options = argparse.Namespace


def engines(options: Options) -> list[str]:
    kept = ["--data", str(options.data)] if options.data else []
    sizes = "1e4,1e5" if options.quick else "1e4,1e5,1e6,1e7,1e8"
    return ["table_engines.py", "--sizes", sizes, "--spark-python", options.spark_python, *kept]


def domain_table(options: Options) -> list[str]:
    return ["domain_table.py", "--sizes", "1e4,1e5" if options.quick else "1e4,1e5,1e6,1e7", "--svy-python", options.svy_python]


def regression(options: Options) -> list[str]:
    return ["regression.py", "--sizes", "1e4,1e5" if options.quick else "1e4,1e5,1e6,1e7", "--svy-python", options.svy_python]


def startup(_options: Options) -> list[str]:
    return ["startup.py"]


def diary_gee(options: Options) -> list[str]:
    return ["diary_gee.py", "--persons", "2e2" if options.quick else "1e3,1e4,1e5"]


def diary_mixed(options: Options) -> list[str]:
    return ["diary_mixed.py", "--persons", "1e2" if options.quick else "1e2,1e3"]


def diary_conditional(options: Options) -> list[str]:
    fewer = ["--persons", "500", "--statsmodels-persons", "100"] if options.quick else []
    return ["diary_conditional.py", *fewer]


def own_file(options: Options) -> list[str]:
    return ["own_file.py", "--rows", "1e4" if options.quick else "1e6"]


PARTS: dict[str, Callable[[Options], list[str]]] = {
    part.__name__: part
    for part in (engines, domain_table, regression, startup, diary_gee, diary_mixed, diary_conditional, own_file)
}


def main() -> int:
    options = parse_options()
    failed = []
    for name in options.parts:
        script, *given = PARTS[name](options)
        command = [sys.executable, str(HERE / script), *given, "--out", str(options.out)]
        print(f"== {name}: {shlex.join(command)}", flush=True)
        start = time.perf_counter()
        if subprocess.run(command, check=False).returncode:
            failed.append(name)
        print(f"== {name}: {'failed' if name in failed else 'done'} after {time.perf_counter() - start:.0f} s", flush=True)
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return len(failed)


def parse_options() -> Options:
    parser = page_parser(__doc__.splitlines()[0])
    parser.add_argument("--parts", type=lambda text: text.split(","), default=list(PARTS), help=f"some of {', '.join(PARTS)}")
    parser.add_argument("--quick", action="store_true", help="small sizes: does everything run, are the numbers equal")
    add_interpreter(parser, "svy")
    add_interpreter(parser, "PySpark")
    parser.add_argument("--data", type=Path, help="folder to keep the Parquet files of the part `engines` in")
    options = parser.parse_args()
    if unknown := [name for name in options.parts if name not in PARTS]:
        parser.error(f"no part {', '.join(unknown)}; there are {', '.join(PARTS)}")
    if options.quick and options.out == PAGES:
        parser.error("--quick needs --out: its pages are no measurements to keep")
    return options


if __name__ == "__main__":
    sys.exit(main())
