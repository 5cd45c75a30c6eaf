"""Runs a program that must not outlive the process that started it.

    python -m reservehub.local.child DESCRIPTOR MODULE [ARGUMENT ...]

DESCRIPTOR is the reading end of a pipe whose writing end only the parent holds. However the parent
dies, the kernel closes it, the read returns, and the program ends: the same on Linux and macOS.
"""

from __future__ import annotations

import os
import runpy
import signal
import sys
import threading
import time

SECONDS_TO_FINISH = 8.0


def _end_with_parent(descriptor: int) -> None:
    os.read(descriptor, 1)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(SECONDS_TO_FINISH)
    os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    descriptor, module, *arguments = sys.argv[1:]
    threading.Thread(target=_end_with_parent, args=[int(descriptor)], daemon=True).start()
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
