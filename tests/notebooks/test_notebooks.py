"""Every notebook runs, on the NHANES files where they are and on the shipped totals where not, and was committed executed."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

FOLDER = Path(__file__).resolve().parents[2] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("[0-9]*.ipynb"))
# The others read nothing but what ships, so that running them as installed and on the shipped totals is one and the same
OF_NHANES = [path for path in NOTEBOOKS if re.search(r"load_nhanes\(|open_study\(", path.read_text(encoding="utf-8"))]

pytestmark = pytest.mark.filterwarnings("default")


def run(path: Path, monkeypatch: pytest.MonkeyPatch) -> nbformat.NotebookNode:
    monkeypatch.delenv("JUPYTER_PATH", raising=False)
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.append(nbformat.v4.new_code_cell("import sys; print(sys.executable)"))
    NotebookClient(notebook, timeout=600, kernel_name="python3", resources={"metadata": {"path": str(FOLDER)}}).execute()
    # the kernel must be this environment's, not one found elsewhere on the machine
    assert notebook.cells[-1].outputs[0]["text"].strip() == sys.executable
    return notebook


@pytest.mark.parametrize("path", OF_NHANES, ids=lambda path: path.stem)
def test_notebook_runs_as_installed(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(path, monkeypatch)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_says_the_same_on_the_shipped_totals(path: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("CRAMPSTATS_NHANES", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))  # no cache of fetched files
    committed, fresh = nbformat.read(path, as_version=4), run(path, monkeypatch)
    said = [[text for text in markdown(notebook) if not text.startswith("Source:")] for notebook in (committed, fresh)]
    assert said[0] == said[1]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_was_committed_executed_on_the_files(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    if "nhanes" in "".join(cell.source for cell in cells):
        assert any("microdata from a local folder" in text for text in markdown(notebook))
    assert notebook.metadata["kernelspec"]["name"] == "python3"
    assert all("def " not in cell.source for cell in cells), "a cell that wants `def` belongs in the package"
    errors = [output for cell in cells for output in cell.outputs if output.output_type in ("error", "stream")]
    assert errors == []


def test_there_are_notebooks() -> None:
    assert NOTEBOOKS
    for path in NOTEBOOKS:
        json.loads(path.read_text(encoding="utf-8"))


def markdown(notebook: nbformat.NotebookNode) -> list[str]:
    return [
        output["data"]["text/markdown"]
        for cell in notebook.cells if cell.cell_type == "code"
        for output in cell.outputs if "text/markdown" in output.get("data", {})
    ]
