"""The locks install the same packages everywhere, from whatever index the user has configured."""

import re
import tomllib
from itertools import chain
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCKS = ("run", "test", "lab", "engines")
EXTRAS = {"run": (), "test": ("test",), "lab": ("lab",), "engines": ("duckdb", "spark")}
GROUPS = {"engines": ("build", "engines")}

PYTHONS = ("3.11", "3.12", "3.13", "3.14")
SYSTEMS = {
    "linux": {"sys_platform": "linux", "os_name": "posix", "platform_system": "Linux", "platform_machine": "x86_64"},
    "mac": {"sys_platform": "darwin", "os_name": "posix", "platform_system": "Darwin", "platform_machine": "arm64"},
    "windows": {"sys_platform": "win32", "os_name": "nt", "platform_system": "Windows", "platform_machine": "AMD64"},
}


def text_of(lock):
    return (ROOT / "requirements" / f"{lock}.txt").read_text(encoding="utf-8")


def entries(lock):
    """Requirement and hashes of each entry."""
    joined = text_of(lock).replace("\\\n", " ")
    for line in joined.splitlines():
        if line.strip() and not line.lstrip().startswith("#"):
            requirement, *hashes = re.split(r"\s+--hash=", line.strip())
            yield Requirement(requirement), hashes


def pins(lock, python, system):
    """Name to version, as pip reads the lock on one Python and system."""
    environment = SYSTEMS[system] | {
        "python_version": python,
        "python_full_version": f"{python}.5",
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
    }
    found = {}
    for requirement, _ in entries(lock):
        if requirement.marker is None or requirement.marker.evaluate(environment):
            name = canonicalize_name(requirement.name)
            assert name not in found, f"{lock}.txt holds {name} twice for Python {python} on {system}"
            found[name] = str(requirement.specifier).removeprefix("==")
    return found


@pytest.mark.parametrize("lock", LOCKS)
def test_every_requirement_is_pinned_and_hashed(lock):
    found = list(entries(lock))
    assert found
    for requirement, hashes in found:
        assert re.fullmatch(r"==[^,*]+", str(requirement.specifier)), requirement
        assert requirement.url is None, requirement
        assert hashes, requirement
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", one) for one in hashes), requirement


@pytest.mark.parametrize("lock", LOCKS)
def test_compiled_packages_are_hashed_for_many_systems(lock):
    # four Pythons on Windows, two Macs and two Linuxes are 20 wheels; a lock made on one machine's files has one or two
    numbers = {requirement.name: len(hashes) for requirement, hashes in entries(lock)}
    for name in ("matplotlib", "numpy", "pandas", "pyarrow", "pyreadstat", "scipy", "statsmodels"):
        assert numbers[name] >= 20, name


@pytest.mark.parametrize("lock", LOCKS)
def test_locks_name_no_index_and_no_place_on_a_machine(lock):
    place = re.compile(r"index-url|find-links|trusted-host|://|file:|(?<![\w.-])/\w|[A-Za-z]:\\")
    assert [line for line in text_of(lock).splitlines() if place.search(line)] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_pip_itself_is_not_locked(lock):
    assert "pip" not in {requirement.name for requirement, _ in entries(lock)}


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("python", PYTHONS)
def test_one_environment_can_hold_all_locks(python, system):
    run, test, lab, engines = (pins(lock, python, system) for lock in LOCKS)
    assert run.items() <= test.items()
    assert run.items() <= lab.items()
    assert run.items() <= engines.items()
    for other in (lab, engines):
        shared = test.keys() & other.keys()
        assert {name: test[name] for name in shared} == {name: other[name] for name in shared}


@pytest.mark.parametrize("lock", LOCKS)
@pytest.mark.parametrize("python", PYTHONS)
def test_locks_satisfy_what_the_project_asks_for(lock, python):
    extras = PROJECT["project"]["optional-dependencies"]
    groups = [PROJECT["dependency-groups"][name] for name in GROUPS.get(lock, ("build",))]
    wanted = [PROJECT["project"]["dependencies"], *groups, *(extras[name] for name in EXTRAS[lock])]
    locked = pins(lock, python, "linux")
    for requirement in map(Requirement, chain.from_iterable(wanted)):
        version = locked[canonicalize_name(requirement.name)]
        assert requirement.specifier.contains(version, prereleases=True), f"{requirement}, but {version} is locked"


def test_the_build_group_covers_the_build_backend():
    group = {Requirement(one).name: Requirement(one) for one in PROJECT["dependency-groups"]["build"]}
    for requirement in map(Requirement, PROJECT["build-system"]["requires"]):
        assert group[requirement.name] == requirement
