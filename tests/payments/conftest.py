"""A provider in memory for whoever asks for it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.payments.provider import TestGateway
from tests.payments.provider_in_use import gateway_for_tests


@pytest.fixture
def gateway(monkeypatch: pytest.MonkeyPatch) -> Iterator[TestGateway]:
    with gateway_for_tests(monkeypatch) as one:
        yield one
