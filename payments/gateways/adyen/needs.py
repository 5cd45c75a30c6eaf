"""Its settings, apart from its client: the checks read them at every start."""

from __future__ import annotations

from reservehub.core.needs import Needs

NEEDS: Needs = (
    ("ADYEN_API_KEY",),
    ("ADYEN_CLIENT_KEY",),
    ("ADYEN_API_URL",),
    ("ADYEN_HMAC_KEYS",),
    ("ADYEN_WEBHOOK_USER",),
    ("ADYEN_WEBHOOK_PASSWORD",),
)
