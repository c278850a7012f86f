"""Fetch NHANES files from NCHS into a folder: resumed where broken off, checked before they are believed.

Bytes arrive in ``NAME.XPT.part``. Only when they are whole and are the published table does the file get its name, so a
broken download is never taken for a finished one and the next call goes on where it stopped.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from crampstats.codebook.surveys.nhanes import NHANES
from crampstats.core.errors import DataError, DownloadError, unknown_name
from crampstats.datasets.files import PublishedFile, published_files
from crampstats.datasets.nhanes import CYCLES, nhanes_cache
from crampstats.ingest.xport import check_extent, looks_like_web_page, read_xport

if TYPE_CHECKING:
    import requests

BASE_URL = "https://wwwn.cdc.gov/Nchs/Data/Nhanes/Public"
BY_HAND = (
    "Fetch it by hand from https://wwwn.cdc.gov/nchs/nhanes/, put it into a folder with the others and name that folder in "
    "the environment variable CRAMPSTATS_NHANES."
)
# Small, because what a broken connection leaves of the last chunk is lost.
CHUNK = 1 << 12
TOO_BUSY = 429


class ProgressBar(Protocol):
    """What a progress bar must do; tqdm does."""

    def update(self, n: int) -> object:
        """Advance by `n` bytes; negative when a download starts again."""


Progress = Callable[[str, int | None], AbstractContextManager[ProgressBar]]


@dataclass(frozen=True)
class Patience:
    """How long to wait, and how often to try again.

    Parameters
    ----------
    timeout
        Seconds without a single byte before a connection counts as stalled.
    attempts
        Times a file is tried.
    pause
        Seconds before the second attempt; doubled for each further one.
    """

    timeout: float = 30.0
    attempts: int = 4
    pause: float = 1.0


def fetch_nhanes(
    cycles: Sequence[str] = CYCLES,
    *,
    tables: Sequence[str] | None = None,
    folder: str | Path | None = None,
    base_url: str = BASE_URL,
    progress: Progress | None = None,
    patience: Patience = Patience(),
    published: Mapping[str, PublishedFile] | None = None,
) -> list[Path]:
    """Fetch the NHANES files the codebook needs.

    Show `nhanes_terms` to the user first. Files that are there already, and whole, are left alone.

    Parameters
    ----------
    cycles
        "2005-2006", "2007-2008" or both.
    tables
        File names ("SLQ_D") to fetch instead of those the codebook needs; only those of `cycles`.
    folder
        Where to; None for the user's cache, where `load_nhanes` finds them.
    base_url
        Start of the address.
    progress
        Called with a file's name and its size in bytes (None if the server does not say); gives a context manager whose
        ``update`` takes bytes, as tqdm's does.
    patience
        Timeouts and retries.
    published
        Extent and hash each file must have, by name; None for what NCHS published.

    Returns
    -------
    list of Path
        The files, in order.

    Raises
    ------
    OptionError
        A cycle or table is unknown.
    DownloadError
        A file could not be fetched whole: the server has no such file, answered with a web page, stalled or broke off too
        often, or sent something else than was published. What was fetched before stays; of a broken-off file the part is
        kept aside, and the same call goes on from there.
    """
    known = published_files() if published is None else published
    target = nhanes_cache() if folder is None else Path(folder)
    names = _chosen(cycles, tables, known)
    with _session() as session, _quiet_pooch(), _writing(target):
        target.mkdir(parents=True, exist_ok=True)
        return [_fetch(session, name, known.get(name), target, base_url, progress, patience) for name in names]


def nhanes_url(name: str, base_url: str = BASE_URL) -> str:
    """Address of a file.

    Examples
    --------
    >>> nhanes_url("SLQ_D")
    'https://wwwn.cdc.gov/Nchs/Data/Nhanes/Public/2005/DataFiles/SLQ_D.xpt'
    """
    part = next(cycle.url_part for cycle in NHANES.cycles if name.endswith(f"_{cycle.suffix}"))
    return f"{base_url.rstrip('/')}/{part}/DataFiles/{name}.xpt"


def check_file(path: Path, entry: PublishedFile | None, name: str) -> None:
    """Refuse a file that is not the published table; `DataError` says why."""
    try:
        table = read_xport(path)
    except DataError as problem:
        raise DataError(str(problem).replace(path.name, name)) from problem
    if entry is None:
        return
    check_extent(name, len(table), len(table.columns), entry.rows, entry.columns)
    if entry.sha256 and hashlib.sha256(path.read_bytes()).hexdigest() != entry.sha256:
        raise DataError(
            f"{name} has the rows and columns that were published, but other bytes (SHA-256) than this version of crampstats "
            "knows: NCHS may have issued it anew."
        )


def _chosen(cycles: Sequence[str], tables: Sequence[str] | None, known: Mapping[str, PublishedFile]) -> list[str]:
    wanted = [NHANES.cycle(name) for name in ([cycles] if isinstance(cycles, str) else cycles)]
    if tables is None:
        return [name for cycle in wanted for name in NHANES.files_of(cycle)]
    for name in tables:
        if name not in known:
            raise unknown_name("NHANES file", name, sorted(known))
    return [name for cycle in wanted for name in tables if name.endswith(f"_{cycle.suffix}")]


def _fetch(
    session: requests.Session,
    name: str,
    entry: PublishedFile | None,
    folder: Path,
    base_url: str,
    progress: Progress | None,
    patience: Patience,
) -> Path:
    import pooch

    path = folder / f"{name}.XPT"
    if _is_sound(path, entry):
        return path
    path.unlink(missing_ok=True)
    part = path.with_name(f"{path.name}.part")

    def downloader(url: str, output_file: str, _pooch: Any) -> None:
        _receive_whole(session, url, part, entry, progress, patience)
        _tag_of(part).unlink(missing_ok=True)
        part.replace(output_file)

    store = pooch.create(folder, base_url, registry={path.name: None}, urls={path.name: nhanes_url(name, base_url)})
    return Path(store.fetch(path.name, downloader=downloader))


def _is_sound(path: Path, entry: PublishedFile | None) -> bool:
    try:
        check_file(path, entry, path.name)
    except DataError:
        return False
    return True


def _receive_whole(
    session: requests.Session,
    url: str,
    part: Path,
    entry: PublishedFile | None,
    progress: Progress | None,
    patience: Patience,
) -> None:
    """Receive until `part` is the published file; tries again what may pass, gives up on what will not."""
    import requests

    name, trouble = url.rsplit("/", 1)[-1], ""
    for attempt in range(patience.attempts):
        if attempt:
            time.sleep(patience.pause * 2 ** (attempt - 1))
        try:
            _receive(session, url, part, progress, patience.timeout)
            if looks_like_web_page(part):
                _discard(part)
                raise DownloadError(f"{url}: the server sent a web page instead of the file. {BY_HAND}")
            check_file(part, entry, name)
            return
        except requests.RequestException as problem:
            trouble = _in_words(problem, patience)
        except DataError as problem:
            # the bytes are all there and wrong, so there is nothing to go on from
            _discard(part)
            trouble = str(problem)
    rest = "What was received is kept; the same command goes on from there. " if part.exists() else ""
    raise DownloadError(f"{url} could not be fetched in {patience.attempts} attempts: {trouble} {rest}{BY_HAND}")


def _receive(session: requests.Session, url: str, part: Path, progress: Progress | None, timeout: float) -> None:
    """One attempt: ask for what is missing of `part` and append it; start anew where the server cannot go on."""
    have = part.stat().st_size if part.exists() else 0
    with session.get(url, headers=_range_headers(part, have), stream=True, timeout=timeout) as answer:
        if answer.status_code == 416:  # nothing beyond what we have: it is whole, or the file has changed
            return
        if 400 <= answer.status_code < 500 and answer.status_code != TOO_BUSY:
            what = "there is no such file (404)" if answer.status_code == 404 else f"refused ({answer.status_code})"
            raise DownloadError(f"{url}: {what}. {BY_HAND}")
        answer.raise_for_status()
        goes_on = answer.status_code == 206 and answer.headers.get("Content-Range", "").startswith(f"bytes {have}-")
        have = have if goes_on else 0
        _tag_of(part).write_text(_validator(answer.headers), encoding="utf-8")
        length = answer.headers.get("Content-Length")
        total = have + int(length) if length else None
        bar = nullcontext() if progress is None else progress(url.rsplit("/", 1)[-1], total)
        with bar as shown, part.open("ab" if goes_on else "wb") as stream:
            _advance(shown, have)
            for chunk in answer.iter_content(CHUNK):
                stream.write(chunk)
                _advance(shown, len(chunk))


def _advance(bar: ProgressBar | None, n: int) -> None:
    if bar is not None:
        bar.update(n)


def _range_headers(part: Path, have: int) -> dict[str, str]:
    """Ask for the rest, and only if the file on the server is still the one the part came from."""
    if not have:
        return {}
    tag = _tag_of(part).read_text(encoding="utf-8") if _tag_of(part).exists() else ""
    return {"Range": f"bytes={have}-"} | ({"If-Range": tag} if tag else {})


def _validator(headers: Mapping[str, str]) -> str:
    tag = headers.get("ETag", "")
    return tag if tag and not tag.startswith("W/") else headers.get("Last-Modified", "")


def _discard(part: Path) -> None:
    part.unlink(missing_ok=True)
    _tag_of(part).unlink(missing_ok=True)


def _tag_of(part: Path) -> Path:
    return part.with_name(f"{part.name}.tag")


def _in_words(problem: requests.RequestException, patience: Patience) -> str:
    import requests

    if isinstance(problem, requests.Timeout) or "timed out" in str(problem):
        return f"nothing came for {patience.timeout:g} seconds."
    if isinstance(problem, requests.HTTPError) and problem.response is not None:
        return f"the server answered with error {problem.response.status_code}."
    if isinstance(problem, requests.exceptions.ChunkedEncodingError):
        return "the connection broke off in the middle of the file."
    return "the server cannot be reached."


def _session() -> requests.Session:
    import requests

    session = requests.Session()
    # identity: a compressed answer would make byte ranges and lengths meaningless
    session.headers.update({"Accept-Encoding": "identity", "User-Agent": "crampstats"})
    return session


@contextmanager
def _quiet_pooch() -> Iterator[None]:
    """Pooch logs each download to the screen; the library prints nothing."""
    import pooch

    logger = pooch.get_logger()
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    """Trouble with the disk, told as such."""
    try:
        yield
    except DownloadError:
        raise
    except OSError as problem:
        why = problem.strerror or str(problem)
        raise DownloadError(
            f"cannot write to {folder}: {why}. Choose another folder (crampstats data fetch --to DIR) or make room."
        ) from problem
