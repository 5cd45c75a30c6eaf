"""Providers are configured wholly or not at all, and with keys of one kind."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_django import Settings

from payments.checks import check_payments, check_payments_deployed

NOTHING: dict[str, Any] = {
    **dict.fromkeys(("STRIPE_SECRET_KEY", "STRIPE_PUBLISHABLE_KEY", "STRIPE_WEBHOOK_SECRET"), ""),
    **dict.fromkeys(("ADYEN_API_KEY", "ADYEN_CLIENT_KEY", "ADYEN_WEBHOOK_USER"), ""),
    "ADYEN_WEBHOOK_PASSWORD": "",
    "ADYEN_HMAC_KEYS": (),
    "ADYEN_ENVIRONMENT": "test",
    "ADYEN_API_URL": "https://checkout-test.adyen.com/v71",
    "SQUARE_ACCESS_TOKEN": "",
    "SQUARE_APPLICATION_ID": "",
    "SQUARE_WEBHOOK_SIGNATURE_KEYS": (),
    "SQUARE_API_URL": "https://connect.squareup.com",
}
STRIPE = {
    "STRIPE_SECRET_KEY": "sk_test_1",
    "STRIPE_PUBLISHABLE_KEY": "pk_test_1",
    "STRIPE_WEBHOOK_SECRET": "whsec_1",
}
ADYEN = {
    "ADYEN_API_KEY": "key",
    "ADYEN_CLIENT_KEY": "test_1",
    "ADYEN_HMAC_KEYS": ("00",),
    "ADYEN_WEBHOOK_USER": "adyen",
    "ADYEN_WEBHOOK_PASSWORD": "word",
}
SQUARE = {
    "SQUARE_ACCESS_TOKEN": "token",
    "SQUARE_APPLICATION_ID": "sq0idp-1",
    "SQUARE_WEBHOOK_SIGNATURE_KEYS": ("key",),
}


def said(settings: Settings, **given: Any) -> list[str]:
    """What the deployment is told, each with its number; the same as whoever develops is warned
    of.
    """
    for name, value in {**NOTHING, **given}.items():
        setattr(settings, name, value)
    found = check_payments_deployed()
    settings.DEBUG = True
    warned = check_payments()
    settings.DEBUG = False
    assert check_payments() == [], "those who run it ask for the deployment check"
    assert [one.msg for one in warned] == [one.msg for one in found]
    assert all(one.is_serious() for one in found)
    assert not any(one.is_serious() for one in warned)
    return [f"{one.id} {one.msg}" for one in found]


@pytest.mark.parametrize("whole", [{}, STRIPE, ADYEN, SQUARE, {**STRIPE, **ADYEN, **SQUARE}])
def test_nothing_or_all_of_it_is_right(settings: Settings, whole: dict[str, Any]) -> None:
    assert said(settings, **whole) == []


@pytest.mark.parametrize(
    ("name", "whole", "missing"),
    [
        ("Stripe", STRIPE, "STRIPE_WEBHOOK_SECRET"),
        ("Stripe", STRIPE, "STRIPE_SECRET_KEY"),
        ("Stripe", STRIPE, "STRIPE_PUBLISHABLE_KEY"),
        ("Adyen", ADYEN, "ADYEN_HMAC_KEYS"),
        ("Adyen", ADYEN, "ADYEN_API_URL"),
        ("Square", SQUARE, "SQUARE_WEBHOOK_SIGNATURE_KEYS"),
    ],
)
def test_half_of_it_is_named(
    settings: Settings, name: str, whole: dict[str, Any], missing: str
) -> None:
    assert said(settings, **{**whole, missing: ""}) == [
        f"payments.E001 {name} is half-configured: {missing} is not set."
    ]


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("Stripe", {**STRIPE, "STRIPE_SECRET_KEY": "sk_live_1"}),
        ("Stripe", {**STRIPE, "STRIPE_SECRET_KEY": "rk_live_1"}),
        ("Adyen", {**ADYEN, "ADYEN_CLIENT_KEY": "live_1"}),
        ("Adyen", {**ADYEN, "ADYEN_API_URL": "https://a-checkout-live.adyenpayments.com/v71"}),
        ("Adyen", {**ADYEN, "ADYEN_ENVIRONMENT": "live"}),
        ("Square", {**SQUARE, "SQUARE_API_URL": "https://connect.squareupsandbox.com"}),
        ("Square", {**SQUARE, "SQUARE_APPLICATION_ID": "sandbox-sq0idb-1"}),
    ],
)
def test_keys_of_both_kinds_are_named_without_their_values(
    settings: Settings, name: str, given: dict[str, Any]
) -> None:
    (message,) = said(settings, **given)
    assert message.startswith(f"payments.E002 {name} has keys of tests and of life:")
    assert not any(str(value) in message for value in given.values() if "_1" in str(value))


def test_a_stand_in_on_this_machine_is_of_either_kind(settings: Settings) -> None:
    assert said(settings, **{**SQUARE, "SQUARE_API_URL": "http://127.0.0.1:9"}) == []
