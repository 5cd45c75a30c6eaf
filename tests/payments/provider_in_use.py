"""The provider in memory, put where the registry of the payments finds it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from payments.gateways import registry
from payments.gateways.base import Gateway
from tests.payments.provider import TestGateway

_in_use = TestGateway()


def gateway_in_use() -> Gateway:
    """What the registry makes of the provider while `gateway_for_tests` lasts."""
    return _in_use


@contextmanager
def gateway_for_tests(monkeypatch: pytest.MonkeyPatch) -> Iterator[TestGateway]:
    """A fresh provider behind ``simulator``."""
    global _in_use  # noqa: PLW0603 - the registry keeps nothing but a path
    _in_use = TestGateway()
    monkeypatch.setitem(
        registry.GATEWAYS,
        "simulator",
        "tests.payments.provider_in_use.gateway_in_use",
    )
    registry.gateway_named.cache_clear()
    yield _in_use
    registry.gateway_named.cache_clear()
