"""A Spark Connect server and a PostgreSQL server of one's own, for as long as a `with` block lasts.

Both listen on 127.0.0.1 alone, on a free port, and keep what they write in a temporary folder that is removed.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

START_SECONDS = 180
USER = "crampstats"


class ServerError(Exception):
    """A server is not installed or does not start."""


@contextmanager
def spark_connect(cores: int = 2) -> Iterator[str]:
    """A Spark Connect server on some cores of this machine; yields its address ("sc://127.0.0.1:15002")."""
    home = _spark_home()
    _need_java()
    port = _free_port()
    settings = {
        "spark.connect.grpc.binding.address": "127.0.0.1", "spark.connect.grpc.binding.port": port,
        "spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1", "spark.ui.enabled": "false",
        "spark.sql.shuffle.partitions": cores, "spark.driver.memory": "2g", "spark.log.level": "ERROR",
    }
    options = [word for name, value in settings.items() for word in ("--conf", f"{name}={value}")]
    # not every installation keeps the scripts' right to be started, so bash starts them
    command = ["bash", str(home / "sbin" / "start-connect-server.sh"), "--wait", "--master", f"local[{cores}]", *options]
    with _scratch() as folder:
        places = dict.fromkeys(("SPARK_LOG_DIR", "SPARK_PID_DIR", "SPARK_LOCAL_DIRS"), str(folder)) | {"SPARK_HOME": str(home)}
        with _running(command, folder, port, env=os.environ | places):
            yield f"sc://127.0.0.1:{port}"


@contextmanager
def postgres() -> Iterator[str]:
    """A new, empty PostgreSQL; yields the address of its database. From root it is run by a user without rights."""
    programs = _postgres_programs()
    port = _free_port()
    with _scratch() as folder:
        who = _other_user(folder)
        data = folder / "data"
        first = [programs / "initdb", "--pgdata", data, "--username", USER, "--auth", "trust", "--encoding", "UTF8", "--no-sync"]
        made = subprocess.run(first, cwd=folder, capture_output=True, text=True, check=False, **who)
        if made.returncode:
            raise ServerError(f"initdb failed: {made.stderr.strip()}")
        settings = ["listen_addresses=127.0.0.1", f"port={port}", f"unix_socket_directories={folder}", "fsync=off"]
        command = [programs / "postgres", "-D", data, *(word for one in settings for word in ("-c", one))]
        with _running(command, folder, port, **who):
            yield f"postgresql://{USER}@127.0.0.1:{port}/postgres"


@contextmanager
def _running(command: Sequence[str | Path], folder: Path, port: int, **options: Any) -> Iterator[None]:
    """A program for as long as the block lasts, from when its port answers; it and its children are ended, nobody else."""
    with open(folder / "log.txt", "w", encoding="utf-8") as log:
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log, start_new_session=True, **options)
    try:
        _wait_for(process, port, folder / "log.txt")
        yield
    finally:
        # SIGINT is PostgreSQL's fast shutdown (SIGTERM waits for its clients) and mostly ends Java too
        for sign, patience in ((signal.SIGINT, 10), (signal.SIGTERM, 10), (signal.SIGKILL, 10)):
            try:
                os.killpg(process.pid, sign)
                process.wait(patience)
            except ProcessLookupError:
                break
            except subprocess.TimeoutExpired:
                continue


def _wait_for(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Until a port answers; an error with the end of the log where the program ends or takes too long."""
    last = time.monotonic() + START_SECONDS
    while time.monotonic() < last and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.3)
    ended = "ended" if process.poll() is not None else f"did not answer within {START_SECONDS} s"
    raise ServerError(f"{process.args[0]} {ended}:\n" + "\n".join(log.read_text(errors="replace").splitlines()[-20:]))


def _free_port() -> int:
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        return int(tried.getsockname()[1])


@contextmanager
def _scratch() -> Iterator[Path]:
    """A temporary folder; another user may walk into it, and finds nothing but what is theirs."""
    folder = Path(tempfile.mkdtemp(prefix="crampstats-server-"))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _other_user(folder: Path) -> dict[str, Any]:
    """Who runs PostgreSQL: nobody else, or, from root, a user without rights to whom the folder is given."""
    if os.geteuid() != 0:
        return {}
    names = {one.pw_name: one for one in pwd.getpwall()}
    who = names.get("postgres") or names["nobody"]
    os.chown(folder, who.pw_uid, who.pw_gid)
    return {"user": who.pw_uid, "group": who.pw_gid, "extra_groups": []}


def _postgres_programs() -> Path:
    """The folder of initdb and postgres; Debian keeps it off the path."""
    if found := shutil.which("initdb"):
        return Path(found).parent
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda name: int(name.parts[-3]))
    if not installed:
        raise ServerError("PostgreSQL is not installed (Debian: apt-get install postgresql)")
    return installed[-1].parent


def _spark_home() -> Path:
    try:
        import pyspark
    except ImportError as problem:
        raise ServerError("PySpark is not installed: make test-engines makes an environment with it (.venv-engines)") from problem
    return Path(pyspark.__file__).parent


def _need_java() -> None:
    java = Path(os.environ["JAVA_HOME"]) / "bin" / "java" if os.environ.get("JAVA_HOME") else shutil.which("java")
    if java is None or not Path(java).exists():
        raise ServerError("Java is not installed (Debian: apt-get install openjdk-17-jre-headless)")
