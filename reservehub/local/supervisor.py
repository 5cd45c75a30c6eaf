"""Starts programs, prefixes what they say, restarts those that die, and stops all together."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from .system import wait_until

PROJECT = Path(__file__).resolve().parent.parent.parent
COLOURS = (36, 32, 33, 35, 34, 31)
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0  # seconds before a restart
STEADY_AFTER = 20.0  # seconds of life after which a death counts as the first again
STOP_SECONDS = 12.0
QUIET = "ignore:You're running the worker with superuser"  # as in any container


@dataclass(frozen=True)
class Program:
    """A Python module to run as a child, with the descriptors it inherits."""

    name: str
    module: str
    arguments: tuple[str, ...] = ()
    descriptors: tuple[int, ...] = ()


class Console:
    """One writer for many processes: whole lines, prefixed, coloured on a terminal."""

    def __init__(self, stream: IO[str], *, width: int) -> None:
        self._stream = stream
        self._width = width
        self._lock = threading.Lock()
        self._is_coloured = stream.isatty() and "NO_COLOR" not in os.environ
        self._seen: dict[str, int] = {}

    def line(self, text: str, *, source: str = "") -> None:
        """Write one line; ``source`` becomes its prefix. A closed terminal is no error."""
        with self._lock, contextlib.suppress(BrokenPipeError, OSError):
            self._stream.write(f"{self._prefix(source)}{text}\n")
            self._stream.flush()

    def _prefix(self, source: str) -> str:
        if not source:
            return ""
        label = f"{source:<{self._width}} | "
        if not self._is_coloured:
            return label
        colour = COLOURS[self._seen.setdefault(source, len(self._seen)) % len(COLOURS)]
        return f"\x1b[{colour}m{label}\x1b[0m"


@dataclass
class _Child:
    program: Program
    process: subprocess.Popen[bytes]
    reader: threading.Thread
    started: float = field(default_factory=time.monotonic)


class Supervisor:
    """Keeps a set of programs running until :meth:`request_stop`."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._stopping = threading.Event()
        self._children: dict[str, _Child] = {}
        self._due: dict[str, tuple[float, Program]] = {}  # when to start again
        self._deaths: dict[str, int] = {}
        # Only we hold the writing end: children see it close when we are gone.
        self._life_read, self._life_write = os.pipe()

    @property
    def is_stopping(self) -> bool:
        return self._stopping.is_set()

    def request_stop(self) -> None:
        """Ask for an orderly end; safe in a signal handler."""
        self._stopping.set()

    def deaths(self, name: str) -> int:
        """How often in a row the program died soon after its start."""
        return self._deaths.get(name, 0)

    def pid(self, name: str) -> int | None:
        child = self._children.get(name)
        return child.process.pid if child else None

    def start(self, program: Program) -> None:
        """Start the program; it is started again whenever it ends."""
        self._children[program.name] = self._spawn(program)

    def run_once(self, program: Program) -> int:
        """Run the program to its end; its exit status, 130 where we were asked to stop."""
        child = self._spawn(program)
        while child.process.poll() is None:
            if self._stopping.wait(0.05):
                self._end([child])
                return 130
        child.reader.join(timeout=2)
        return child.process.returncode

    def supervise(self, on_tick: Callable[[], None]) -> None:
        """Restart what dies until asked to stop; ``on_tick`` runs a few times a second."""
        while not self._stopping.wait(0.2):
            self._bury_the_dead()
            self._start_the_due()
            on_tick()

    def stop(self) -> None:
        """End all programs: politely, then by force."""
        self._stopping.set()
        self._due.clear()
        self._end(list(self._children.values()))
        self._children.clear()
        for descriptor in (self._life_write, self._life_read):
            os.close(descriptor)

    def _spawn(self, program: Program) -> _Child:
        process = subprocess.Popen(
            [
                *(sys.executable, "-u", "-m", "reservehub.local.child"),
                *(str(self._life_read), program.module, *program.arguments),
            ],
            cwd=PROJECT,
            env=os.environ | {"PYTHONWARNINGS": QUIET},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            pass_fds=(self._life_read, *program.descriptors),
            start_new_session=True,  # Ctrl-C reaches us alone; we stop them in order
        )
        reader = threading.Thread(target=self._relay, args=[program.name, process], daemon=True)
        reader.start()
        return _Child(program, process, reader)

    def _relay(self, name: str, process: subprocess.Popen[bytes]) -> None:
        if process.stdout is None:
            return
        with process.stdout as output:
            for line in output:
                self._console.line(line.decode(errors="replace").rstrip(), source=name)

    def _bury_the_dead(self) -> None:
        now = time.monotonic()
        for name, child in list(self._children.items()):
            status = child.process.poll()
            if status is None:
                continue
            del self._children[name]
            is_steady = now - child.started > STEADY_AFTER
            self._deaths[name] = 1 if is_steady else self.deaths(name) + 1
            pause = min(FIRST_PAUSE * 2 ** (self._deaths[name] - 1), LONGEST_PAUSE)
            self._due[name] = (now + pause, child.program)
            self._console.line(f"ended ({_cause(status)}), again in {pause:.1f} s", source=name)

    def _start_the_due(self) -> None:
        for name, (at, program) in list(self._due.items()):
            if time.monotonic() >= at:
                del self._due[name]
                self.start(program)

    def _end(self, children: Sequence[_Child]) -> None:
        for child in children:
            _signal_group(child.process, signal.SIGTERM)
        wait_until(
            lambda: all(child.process.poll() is not None for child in children),
            seconds=STOP_SECONDS,
        )
        for child in children:
            _signal_group(child.process, signal.SIGKILL)  # also what a dead child left behind
            child.process.wait()
            child.reader.join(timeout=1)


def _signal_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)


def _cause(status: int) -> str:
    if status < 0:
        with contextlib.suppress(ValueError):
            return signal.Signals(-status).name
    return f"status {status}"
