"""A provider in memory, and a clock that stands, for whoever asks for them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from reservehub.core import clock
from tests.factories import NOW
from tests.payments.provider import TestGateway
from tests.payments.provider_in_use import gateway_for_tests


@pytest.fixture
def gateway(monkeypatch: pytest.MonkeyPatch) -> Iterator[TestGateway]:
    with gateway_for_tests(monkeypatch) as one:
        yield one


@pytest.fixture
def _frozen() -> Iterator[None]:
    with clock.freeze(NOW):
        yield
