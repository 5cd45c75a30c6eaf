"""System checks of the payment providers: configured wholly or not at all, live or for tests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.core.checks import Warning as CheckWarning

from payments.gateways.adyen.needs import NEEDS as ADYEN
from payments.gateways.square.needs import NEEDS as SQUARE
from payments.gateways.stripe.needs import NEEDS as STRIPE
from reservehub.core.needs import Needs, is_begun, setting, unmet

_PROVIDERS: Mapping[str, Needs] = {"Stripe": STRIPE, "Adyen": ADYEN, "Square": SQUARE}
_BY_ITSELF = frozenset({("ADYEN_API_URL",)})
"""It has a default: it does not say that somebody has begun."""
_LIVE, _TEST = "live", "test"


class Problem(NamedTuple):
    """What is wrong, what to do, and the number of the check."""

    text: str
    hint: str
    number: str


@register()
def check_payments(**_: Any) -> Sequence[CheckMessage]:
    """Who develops is told of half-configured providers (payments.W001, W002)."""
    if not settings.DEBUG:
        return []
    return [
        CheckWarning(one.text, hint=one.hint, id=f"payments.W{one.number}") for one in _problems()
    ]


@register(deploy=True)
def check_payments_deployed(**_: Any) -> Sequence[CheckMessage]:
    """No provider is deployed half-configured, or with keys of tests and of life (payments.E001,
    E002).
    """
    return [Error(one.text, hint=one.hint, id=f"payments.E{one.number}") for one in _problems()]


def _problems() -> Iterator[Problem]:
    for name, needs in _PROVIDERS.items():
        if is_begun(tuple(names for names in needs if names not in _BY_ITSELF)):
            for missing in unmet(needs):
                yield Problem(
                    f"{name} is half-configured: {missing} is not set.",
                    "Set it in the environment (.env), or remove the provider's other settings.",
                    "001",
                )
    for name, modes in _modes():
        if len(set(modes.values())) > 1:
            said = ", ".join(f"{key} is {mode}" for key, mode in modes.items())
            yield Problem(
                f"{name} has keys of tests and of life: {said}.",
                "Take all of them from the same side of the provider.",
                "002",
            )


def _modes() -> Iterator[tuple[str, Mapping[str, str]]]:
    """Of each provider which settings say live, and which test; never their values."""
    yield (
        "Stripe",
        _known(
            STRIPE_SECRET_KEY=_of_key("STRIPE_SECRET_KEY"),
            STRIPE_PUBLISHABLE_KEY=_of_key("STRIPE_PUBLISHABLE_KEY"),
        ),
    )
    if setting("ADYEN_CLIENT_KEY"):
        is_test = setting("ADYEN_ENVIRONMENT") == "test"
        yield (
            "Adyen",
            _known(
                ADYEN_ENVIRONMENT=_TEST if is_test else _LIVE,
                ADYEN_CLIENT_KEY=_of_prefix("ADYEN_CLIENT_KEY", test="test_", live="live_"),
                ADYEN_API_URL=_of_address("ADYEN_API_URL", "-test"),
            ),
        )
    if setting("SQUARE_APPLICATION_ID"):
        yield (
            "Square",
            _known(
                SQUARE_APPLICATION_ID=_of_prefix(
                    "SQUARE_APPLICATION_ID", test="sandbox-", live="sq0"
                ),
                SQUARE_API_URL=_of_address("SQUARE_API_URL", "sandbox"),
            ),
        )


def _known(**modes: str) -> Mapping[str, str]:
    return {name: mode for name, mode in modes.items() if mode}


def _of_key(name: str) -> str:
    """``sk_live_…``, ``rk_test_…``, ``pk_test_…``."""
    parts = setting(name).split("_")
    return parts[1] if len(parts) > 2 and parts[1] in (_LIVE, _TEST) else ""


def _of_prefix(name: str, *, test: str, live: str) -> str:
    if setting(name).startswith(test):
        return _TEST
    return _LIVE if setting(name).startswith(live) else ""


def _of_address(name: str, test: str) -> str:
    address = setting(name)
    if not address.startswith("https://"):
        return ""  # a stand-in on this machine
    return _TEST if test in address else _LIVE
