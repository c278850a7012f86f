"""Re-execute the notebooks in place, so that the committed outputs are what the code gives.

usage: python docs/run_notebooks.py [NOTEBOOK ...]
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

FOLDER = Path(__file__).resolve().parents[1] / "notebooks"


def execute(path: Path) -> nbformat.NotebookNode:
    """The notebook with fresh outputs, run with this interpreter."""
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(notebook, timeout=600, kernel_name="python3", resources={"metadata": {"path": str(FOLDER)}})
    client.execute()
    return _stable(notebook)


def _stable(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Without times, versions and machine details, so that a rerun changes nothing that did not change."""
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{number:02d}"
        cell.metadata = {name: value for name, value in cell.metadata.items() if name == "tags"}
    return notebook


def main(names: list[str]) -> None:
    os.environ.pop("JUPYTER_PATH", None)
    for path in [Path(name) for name in names] or sorted(FOLDER.glob("[0-9]*.ipynb")):
        notebook = execute(path)
        aside = path.with_suffix(".partial")
        nbformat.write(notebook, aside)
        aside.replace(path)
        print(f"executed {path.name}")


if __name__ == "__main__":
    main(sys.argv[1:])
