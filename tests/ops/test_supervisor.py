"""`make run`: ready, restarted, stopped, killed, side by side."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from reservehub.local import embedded
from tests.ops.support import (
    PROJECT,
    Copy,
    environment,
    eventually,
    processes_naming,
    running_copy,
    unused_port,
)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="looks into /proc"),
]


def status_of(port: int, path: str = "/readyz") -> int | None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except OSError:
        return None
    finally:
        connection.close()


def web_process(copy: Copy) -> int | None:
    for pid in processes_naming(f"RESERVEHUB_HOME={copy.home}"):
        if b"reservehub.local.web" in Path(f"/proc/{pid}/cmdline").read_bytes():
            return pid
    return None


START_SECONDS = 150  # also on a busy machine that makes the database first


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """One home for all: the first start makes its database, the others find it."""
    directory = tmp_path_factory.mktemp("home")
    yield directory
    embedded.down(directory)


@pytest.fixture
def copy(home: Path) -> Iterator[Copy]:
    with running_copy(home) as running:
        ready = f"ReserveHub is ready: http://127.0.0.1:{running.port}"
        assert eventually(lambda: running.said(ready), seconds=START_SECONDS), running.lines
        yield running


def test_make_run_from_ready_to_ctrl_c(copy: Copy) -> None:
    """One story, since every start costs seconds: ready, refusal, restart, kill, start, stop."""
    ready = [line for line in copy.lines if "is ready" in line]
    assert ready == [f"ReserveHub is ready: http://127.0.0.1:{copy.port}\n"]
    a_second_copy_from_the_same_home_is_refused(copy)
    a_child_that_dies_is_started_again(copy)

    copy.process.kill()
    copy.process.wait(timeout=5)
    with running_copy(copy.home, port=copy.port) as second:
        assert eventually(lambda: second.said("is ready"), seconds=START_SECONDS), second.lines
        ctrl_c_leaves_nothing(second)


def a_second_copy_from_the_same_home_is_refused(copy: Copy) -> None:
    done = run_to_its_end(copy.home, PORT=str(unused_port()))
    assert done.returncode == 1
    assert "runs from" in done.stderr


def a_child_that_dies_is_started_again(copy: Copy) -> None:
    victim = web_process(copy)
    assert victim is not None
    os.kill(victim, signal.SIGKILL)
    assert eventually(lambda: copy.said("ended (SIGKILL)"))
    answers = eventually(lambda: status_of(copy.port) == 200)
    assert answers, "the other web process answers meanwhile, and the new one after it"


def ctrl_c_leaves_nothing(copy: Copy) -> None:
    """Neither of this copy nor of the one that was killed before it."""
    copy.process.send_signal(signal.SIGINT)
    assert copy.process.wait(timeout=40) == 0
    assert eventually(lambda: not processes_naming(str(copy.home)), seconds=5)
    assert status_of(copy.port) is None


def test_a_port_in_use_is_said_clearly(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = run_to_its_end(tmp_path / "home", PORT=str(port))
    assert done.returncode == 1
    assert f"Port {port} is in use" in done.stderr
    assert "Traceback" not in done.stderr


def run_to_its_end(home: Path, **values: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "reservehub.local.run"],
        cwd=PROJECT,
        env=environment(RESERVEHUB_HOME=str(home), RESERVEHUB_DEMO="off", **values),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
