"""Progress on stderr: bars on a terminal, otherwise a line each."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import click


def byte_bar(name: str, total: int | None) -> Any:
    """A progress bar in bytes on stderr; where that is no terminal, one line."""
    if not sys.stderr.isatty():
        click.echo(f"{name}: {f'{total:,} bytes' if total else 'size unknown'}", err=True)
        return nullcontext(_NoBar())
    from tqdm import tqdm

    return tqdm(desc=name, total=total, unit="B", unit_scale=True, file=sys.stderr)


class _NoBar:
    """A bar that shows nothing."""

    def update(self, n: int) -> None:
        """Nothing to show."""


class Progress:
    """Steps on stderr: a bar on a terminal, otherwise a line each; silent when quiet."""

    def __init__(self, quiet: bool) -> None:
        self.quiet = quiet
        self.bar: Any = None

    def __enter__(self) -> Callable[[str, int, int], None]:
        return self.step

    def step(self, label: str, done: int, total: int) -> None:
        """Show that `done` of `total` steps are finished and `label` is next."""
        if self.quiet:
            return
        if not sys.stderr.isatty():
            click.echo(f"{label} ({done}/{total})", err=True)
            return
        if self.bar is None:
            from tqdm import tqdm

            self.bar = tqdm(total=total, file=sys.stderr, bar_format="{desc:<32} {bar} {n_fmt}/{total_fmt}", leave=False)
        self.bar.total = total
        self.bar.set_description_str(label[:32], refresh=False)
        self.bar.update(done - self.bar.n)
        self.bar.refresh()

    def __exit__(self, *_: object) -> None:
        if self.bar is not None:
            self.bar.close()
