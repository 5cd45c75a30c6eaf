"""Who can log in to the demo. Published on purpose; production refuses these accounts."""

from __future__ import annotations

from typing import Final

DEMO_NAMES: Final = ("admin", "owner", "manager", "host", "guest")
DEMO_ADDRESSES: Final = tuple(f"{name}@example.com" for name in DEMO_NAMES)
DEMO_PASSWORD: Final = "reservehub-demo"  # noqa: S105 - public
