"""environment.yml asks for what pyproject.toml asks for."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))

# conda-forge's names where they differ; the -base packages leave out the Qt windows nobody needs here
CONDA_NAMES = {
    "great-tables": "great_tables", "matplotlib": "matplotlib-base", "seaborn": "seaborn-base",
    "duckdb": "python-duckdb",
}
# for a cluster alone: half a gigabyte and Java
LEFT_OUT_EXTRAS = ("spark",)
LEFT_OUT_GROUPS = ("engines",)
# tools of the tests that come from PyPI in a conda environment too
FROM_PYPI = ("axe-playwright-python", "playwright", "pytauargus")


@pytest.fixture(scope="module")
def environment():
    return yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def conda_packages(environment):
    """Name to bounds, as written."""
    lines = [line for line in environment["dependencies"] if isinstance(line, str)]
    return dict(re.fullmatch(r"([\w.-]+?)((?:[<>=!]=?\S+)?)", line).groups() for line in lines)


def requirements():
    project = PROJECT["project"]
    groups = [
        project["dependencies"],
        *(group for name, group in project["optional-dependencies"].items() if name not in LEFT_OUT_EXTRAS),
        *(group for name, group in PROJECT["dependency-groups"].items() if name not in LEFT_OUT_GROUPS),
        [f"python{project['requires-python']}", "pip"],
    ]
    return [Requirement(one) for group in groups for one in group]


def wanted():
    for requirement in requirements():
        if requirement.name not in FROM_PYPI:
            yield CONDA_NAMES.get(requirement.name, requirement.name), str(requirement.specifier)


def test_names_and_lower_bounds_are_those_of_the_project(conda_packages):
    assert conda_packages == dict(wanted())


def test_packages_come_from_conda_forge_alone(environment):
    assert environment["channels"] == ["conda-forge", "nodefaults"]


def test_pip_installs_the_checkout_and_the_few_tools_named_here_alone(environment):
    (pip,) = [entry["pip"] for entry in environment["dependencies"] if isinstance(entry, dict)]
    *tools, checkout = pip
    assert checkout == "-e ."
    from_pypi = {one.name: one for one in requirements() if one.name in FROM_PYPI}
    assert {Requirement(tool).name: str(Requirement(tool)) for tool in tools} == {
        name: str(one) for name, one in from_pypi.items()
    }
