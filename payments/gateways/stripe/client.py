"""The SDK: which keys it uses, where it calls, how long it waits, and what its errors mean."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import stripe
from django.conf import settings
from stripe import RequestOptions, StripeClient

from payments.gateways.base import GatewayError, NotDone, OutcomeUnknown, Refused
from reservehub.core.wire import never_left

_CONNECT_SECONDS = 5.0
#: Stripe gives up on a bank after about half a minute; who waits less asks about its outcome later.
_ANSWER_SECONDS = 30.0
_AUTHENTICATION = "authentication_required"
_LOCKED = "lock_timeout"

# It would tell Stripe about this machine, in a header of every call.
stripe.enable_telemetry = False
# And it would log what Stripe says of errors in words, in which there may be a name.
logging.getLogger("stripe").setLevel(logging.WARNING)


def client_for(account: str) -> StripeClient:
    """A client for one call or a few.

    :param account: the connected account that the calls are made for; empty: the platform's own
    :raises NotDone: without a key
    """
    if not settings.STRIPE_SECRET_KEY:
        raise NotDone("no_keys")
    return StripeClient(
        settings.STRIPE_SECRET_KEY,
        stripe_account=account or None,
        base_addresses={"api": settings.STRIPE_API_URL.rstrip("/")},
        # Who repeats a call must keep its key and say so: that is the instruction's business.
        max_network_retries=0,
        http_client=stripe.RequestsClient(timeout=(_CONNECT_SECONDS, _ANSWER_SECONDS)),
    )


def keyed(key: str) -> RequestOptions:
    """Options of a call that acts: done once however often it is made within 24 hours."""
    return {"idempotency_key": key}


@contextmanager
def asking() -> Iterator[None]:
    """Around calls that only read: whatever goes wrong, nothing was done.

    :raises Refused: Stripe does not know the object
    :raises NotDone: anything else
    """
    try:
        yield
    except stripe.StripeError as error:
        failure = failure_of(error)
        if isinstance(failure, OutcomeUnknown):
            failure = NotDone(failure.code)
        raise failure from None


@contextmanager
def acting() -> Iterator[None]:
    """Around calls that change something.

    :raises Refused: nothing happened, and will not
    :raises NotDone: nothing happened, and may be tried again
    :raises OutcomeUnknown: it may have happened
    """
    try:
        yield
    except stripe.StripeError as error:
        raise failure_of(error) from None


def failure_of(error: stripe.StripeError) -> GatewayError:
    """What an exception of the SDK means. Its words are dropped: they may hold a name."""
    code = code_of(error)
    if isinstance(error, stripe.APIConnectionError):
        return _unanswered(error.__cause__)
    if isinstance(error, stripe.CardError):
        return Refused(code, needs_guest=_AUTHENTICATION in (code, error.code))
    if isinstance(error, stripe.AuthenticationError | stripe.PermissionError):
        return NotDone("keys_refused")
    if isinstance(error, stripe.RateLimitError) or code == _LOCKED:
        return NotDone(code)
    if isinstance(error, stripe.InvalidRequestError):
        return Refused(code)
    # What is left: another call with our key is under way (409), the key was used for something
    # else, an answer that is no JSON, and 5xx, behind which the work may be done.
    return OutcomeUnknown(code)


def _unanswered(cause: BaseException | None) -> GatewayError:
    name = type(cause).__name__
    if never_left(cause):
        return NotDone(f"unreachable: {name}")
    return OutcomeUnknown(f"no_answer: {name}")


def code_of(error: stripe.StripeError) -> str:
    """Why, in the provider's code: the bank's where it gives one."""
    details = error.json_body.get("error") if isinstance(error.json_body, dict) else None
    details = details if isinstance(details, dict) else {}
    for name in ("decline_code", "code", "type"):
        if isinstance(details.get(name), str) and details[name]:
            return str(details[name])[:100]
    return f"http_{error.http_status}"
