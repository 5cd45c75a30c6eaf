"""Its settings, apart from its client: the checks read them at every start."""

from __future__ import annotations

from reservehub.core.needs import Needs

NEEDS: Needs = (
    ("SQUARE_ACCESS_TOKEN",),
    ("SQUARE_APPLICATION_ID",),
    ("SQUARE_WEBHOOK_SIGNATURE_KEYS",),
)
