from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory
from pytest_django import Settings

from reservehub.core.http import caller_of, client_ip


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, None, "10.0.0.1"),
        (0, "192.0.2.1", "10.0.0.1"),
        (1, "203.0.113.9, 192.0.2.1", "192.0.2.1"),
        (2, "203.0.113.9, 192.0.2.1", "203.0.113.9"),
        (3, "203.0.113.9, 192.0.2.1", "203.0.113.9"),
        (1, None, "10.0.0.1"),
        (1, "rubbish", None),
        (1, "2001:DB8::1", "2001:db8::1"),
    ],
)
def test_only_our_own_proxies_are_believed(
    settings: Settings, proxies: int, forwarded: str | None, address: str | None
) -> None:
    settings.RESERVEHUB_PROXIES = proxies
    headers = {} if forwarded is None else {"X-Forwarded-For": forwarded}
    request = RequestFactory(REMOTE_ADDR="10.0.0.1").get("/", headers=headers)
    assert client_ip(request) == address


def test_a_caller_is_a_key_or_a_user_or_an_address() -> None:
    request = RequestFactory(REMOTE_ADDR="10.0.0.1").get("/")
    assert caller_of(request) == "ip:10.0.0.1"
    request.user = AnonymousUser()
    assert caller_of(request) == "ip:10.0.0.1"
    request.user = get_user_model()(pk=7)
    assert caller_of(request) == "user:7"
