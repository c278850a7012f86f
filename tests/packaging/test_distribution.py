"""The built wheel works outside the repository, data files included."""

import json
import os
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Installation:
    """The wheel in an environment of its own, called from an empty folder outside the repository."""

    scripts: Path
    folder: Path

    def run(self, program, *arguments):
        command = [self.scripts / program, *arguments]
        return subprocess.run(
            command, cwd=self.folder, env=bare_environment(self.folder), capture_output=True, text=True, timeout=300
        )


def bare_environment(home):
    """No NHANES folder, no cache of the user and no path into the checkout."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("CRAMPSTATS_", "PYTHON", "PIP_"))}
    return kept | {
        "HOME": str(home),
        "USERPROFILE": str(home),
        "LOCALAPPDATA": str(home),
        "XDG_CACHE_HOME": str(home / "cache"),
        "PIP_CONFIG_FILE": os.devnull,
    }


def build(kind, source, target):
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", kind, "--directory", target],
        cwd=source,
        check=True,
        capture_output=True,
    )
    (built,) = Path(target).iterdir()
    return built


def contents(wheel):
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def files_under(folder):
    """Files git would keep; the working tree also holds caches and files being written."""
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and path.suffix.lower() not in {".pyc", ".xpt"}
    }


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    return build("wheel", ROOT, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    environment = tmp_path_factory.mktemp("environment")
    folder = tmp_path_factory.mktemp("elsewhere")
    venv.create(environment, with_pip=False)
    scripts = environment / ("Scripts" if os.name == "nt" else "bin")
    subprocess.run(
        [sys.executable, "-m", "pip", "--python", scripts / "python", "install", "--no-index", "--no-deps", wheel],
        env=bare_environment(folder),
        check=True,
        capture_output=True,
    )
    # Dependencies come from the environment of the tests. Only its folders are named, and .pth files inside them are
    # not read, so the editable install of the checkout stays out of sight.
    here = sysconfig.get_paths()
    own = Path(sysconfig.get_path("purelib", "venv", vars={"base": str(environment), "platbase": str(environment)}))
    (own / "dependencies.pth").write_text("\n".join(dict.fromkeys((here["purelib"], here["platlib"]))))
    return Installation(scripts, folder)


def test_the_wheel_holds_every_module_and_every_data_file(wheel):
    expected = {f"crampstats/{name}" for name in files_under(ROOT / "src" / "crampstats")}
    expected |= {f"crampstats/_data/{name}" for name in files_under(ROOT / "data")}
    shipped = {name for name in contents(wheel) if ".dist-info/" not in name}
    assert shipped == expected


def test_the_wheel_holds_the_licence_and_the_command(wheel):
    metadata = {name.split(".dist-info/")[1]: text for name, text in contents(wheel).items() if ".dist-info/" in name}
    assert metadata["licenses/LICENSE"] == (ROOT / "LICENSE").read_bytes()
    assert b"crampstats = crampstats.cli:main" in metadata["entry_points.txt"]


def test_the_source_distribution_builds_the_same_wheel(wheel, tmp_path):
    with tarfile.open(build("sdist", ROOT, tmp_path / "sdist")) as archive:
        # the argument filter= came with Python 3.11.4; this attribute says the same and is ignored before
        archive.extraction_filter = getattr(tarfile, "data_filter", None)
        archive.extractall(tmp_path / "unpacked")
    (source,) = (tmp_path / "unpacked").iterdir()
    again = contents(build("wheel", source, tmp_path / "wheel"))
    assert again == contents(wheel)


def test_the_installed_package_is_imported_from_its_own_environment(installed):
    result = installed.run("python", "-c", "import crampstats; print(crampstats.__file__)")
    assert result.returncode == 0, result.stderr
    assert Path(result.stdout.strip()).is_relative_to(installed.scripts.parent)


def test_importing_the_package_stays_light(installed):
    heavy = ["great_tables", "matplotlib", "pandas", "pooch", "pyreadstat", "scipy", "seaborn", "statsmodels"]
    code = f"import sys, crampstats; print([name for name in {heavy} if name in sys.modules])"
    result = installed.run("python", "-c", code)
    assert result.stdout.strip() == "[]", result.stderr


def test_the_installed_package_finds_its_data(installed):
    names = sorted(path.name for path in (ROOT / "data").iterdir() if path.is_file())
    code = f"from crampstats.datasets.files import data_file; print(*map(data_file, {names}), sep='\\n')"
    result = installed.run("python", "-c", code)
    assert result.returncode == 0, result.stderr
    found = [Path(line) for line in result.stdout.splitlines()]
    assert [path.name for path in found] == names
    assert all(path.is_relative_to(installed.scripts.parent) for path in found)


def test_the_command_explains_itself_outside_the_repository(installed):
    result = installed.run("crampstats", "--help")
    assert result.returncode == 0, result.stderr
    for command in ("report", "prevalence", "claims", "evidence", "figures", "data"):
        assert command in result.stdout


def prevalence(installed, *options):
    result = installed.run(
        "crampstats", "prevalence", "nhanes", "--outcome", "any_cramps", "--min-age", "20", *options, "--json"
    )
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def test_the_headline_is_there_without_any_download(installed):
    # R survey on the full NHANES files, ages 20+: n = 10,902, 0.308850, SE 0.009289, df 31
    (row,) = prevalence(installed, "--interval", "beta", "--weight", "interview")
    assert row["n"] == 10902
    assert row["estimate"] == pytest.approx(0.308850, rel=0, abs=5e-7)
    assert row["std_error"] == pytest.approx(0.009289, rel=0, abs=5e-7)
    assert row["df"] == 31


def test_the_headline_by_sex_counts_the_same_persons(installed):
    rows = prevalence(installed, "--by", "sex")
    assert len(rows) == 2
    assert sum(row["n"] for row in rows) == 10902
