from __future__ import annotations

import pytest

from payments.gateways import registry
from tests.bookings.deposits.bank import Bank


@pytest.fixture
def bank(monkeypatch: pytest.MonkeyPatch) -> Bank:
    """The provider of every account."""
    found = Bank()
    monkeypatch.setattr(registry, "gateway_named", lambda _provider: found)
    return found
