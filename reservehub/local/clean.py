"""Stops the embedded servers and deletes their data: ``python -m reservehub.local.clean``."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from . import embedded
from .run import home_directory
from .system import server_account, usable_home

MARK = "state.json"  # only a directory that holds it is ours to delete


def clean(home: Path) -> None:
    """Stop the demo and test clusters of ``home`` and delete them, and nothing that is not ours."""
    for directory in (home / "test", home):
        if not directory.exists():
            continue
        used = usable_home(directory.resolve(), server_account())
        if (used / MARK).exists():
            embedded.down(used)
            shutil.rmtree(used)
            if used != directory:
                shutil.rmtree(directory)


if __name__ == "__main__":
    clean(home_directory())
    sys.exit(0)
