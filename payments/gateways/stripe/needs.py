"""Its settings, apart from its client: the checks read them at every start."""

from __future__ import annotations

from reservehub.core.needs import Needs

NEEDS: Needs = (
    ("STRIPE_SECRET_KEY",),
    ("STRIPE_PUBLISHABLE_KEY",),
    ("STRIPE_WEBHOOK_SECRET",),
)
