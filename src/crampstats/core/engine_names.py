"""The engines there are, by the names a user gives them; read by the command line before anything heavy is."""

from __future__ import annotations

from typing import Literal, get_args

Engine = Literal["pandas", "duckdb", "spark"]
ENGINES: tuple[Engine, ...] = get_args(Engine)
