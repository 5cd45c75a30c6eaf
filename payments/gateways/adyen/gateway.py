"""Adyen as the house calls it.

Taking, releasing and refunding are only *received*: what came of them is told by webhook. Their
answers therefore tell no fact but the number under which the outcome will be told.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import quote

from django.conf import settings

from payments.facts import Mode
from payments.gateways.adyen import client, names
from payments.gateways.adyen.amounts import to_adyen
from payments.gateways.adyen.needs import NEEDS
from payments.gateways.adyen.telling import fact_of_money, slug
from payments.gateways.base import (
    Answer,
    CannotAsk,
    Listed,
    NotDone,
    Order,
    OutcomeUnknown,
    Refused,
    Session,
)
from reservehub.core import clock
from reservehub.core.money import Money
from reservehub.core.needs import problem_of
from reservehub.core.reading import clean

#: The longest that Adyen keeps a session; longer than any of our links lives.
_SESSION_LIVES = timedelta(hours=24)
_LATER = frozenset({"Pending", "Received", "PresentToShopper", "PartiallyAuthorised"})
_NEEDS_GUEST = frozenset({"RedirectShopper", "ChallengeShopper", "IdentifyShopper"})
#: Refusal reasons "3D Not Authenticated" and "Authentication required".
_AUTHENTICATION = frozenset({"11", "38"})
#: "Contract not found" and "PaymentDetail not found": the card is not kept any more.
_NOT_KEPT = frozenset({"adyen_800", "adyen_803"})
_DEAD = frozenset({"canceled", "expired", "refused"})


class AdyenGateway:
    """See `payments.gateways.base.Gateway`."""

    provider = "adyen"
    #: Banks show 3-D Secure in frames of their own, at addresses that nobody can list.
    csp: ClassVar[Mapping[str, Sequence[str]]] = {
        "script-src": ("https://*.adyen.com",),
        "style-src": ("https://*.adyen.com",),
        "connect-src": ("https://*.adyen.com",),
        "img-src": ("https://*.adyen.com",),
        "frame-src": ("https:",),
        "form-action": ("https:",),
    }

    def problem(self) -> str:
        return problem_of(NEEDS)

    def begin(self, order: Order, *, return_url: str, language: str) -> Session:
        body = {
            **_what(order, order.amount, order.mode),
            "returnUrl": return_url,
            "channel": "Web",
            "countryCode": settings.ADYEN_COUNTRY_CODE,
            "shopperLocale": language.replace("_", "-"),
            "shopperInteraction": "Ecommerce",
            "allowedPaymentMethods": ["scheme"],
            # In frames of the page, so that the guest need not leave it.
            "authenticationData": {"threeDSRequestData": {"nativeThreeDS": "preferred"}},
            "expiresAt": _session_end(clock.now()).isoformat(),
            **_terms(order, order.mode),
        }
        answer = client.act("sessions", body, key=order.key("begin"))
        session_id, data = clean(answer.get("id")), answer.get("sessionData")
        if not session_id or not isinstance(data, str):
            raise OutcomeUnknown("unreadable_answer")
        return Session(
            provider_id=names.try_of(session_id),
            data={
                "id": session_id,
                "sessionData": data,
                "clientKey": settings.ADYEN_CLIENT_KEY,
                "countryCode": settings.ADYEN_COUNTRY_CODE,
                "environment": settings.ADYEN_ENVIRONMENT,
                "locale": language.replace("_", "-"),
                "script": _script("adyen.js"),
                "style": _script("adyen.css"),
                "returnUrl": return_url,
            },
        )

    def pay(self, order: Order, *, source: str, key: str) -> Answer:  # noqa: ARG002 - reads only
        """Ask what came of a session that Drop-in has finished.

        :param source: the `sessionResult` that Drop-in gave to the page
        :raises CannotAsk: if the try has become a payment, of which the webhook has told
        """
        session_id = names.session_of(order.provider_id)
        if not session_id:
            raise CannotAsk("not_a_session")
        path = f"sessions/{quote(session_id, safe='')}"
        session = client.look(path, sessionResult=source)
        if clean(session.get("reference")) not in (
            "",
            names.reference_of(order.public_id, order.mode),
        ):
            raise Refused("not_this_payment")
        status = clean(session.get("status"))
        listed = session.get("payments")
        payments = (
            [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
        )
        done = [one for one in payments if one.get("resultCode") == "Authorised"]
        if not done and status in _DEAD:
            raise Refused(f"session_{status}")
        # A card that is kept has no token here; its webhook has.
        facts = [
            fact_of_money(order.mode, one, now=clock.now())
            for one in done
            if order.mode is not Mode.SAVE
        ]
        return Answer(
            facts=tuple(facts),
            provider_id=clean(done[0].get("pspReference")) if done else "",
        )

    def look_up(self, order: Order) -> Answer:  # noqa: ARG002
        raise CannotAsk("told_by_webhook")

    def charge(self, order: Order, amount: Money, *, key: str) -> Answer:
        return _with_card(order, amount, Mode.CHARGE, key=key)

    def authorise(self, order: Order, amount: Money, *, key: str) -> Answer:
        return _with_card(order, amount, Mode.AUTHORISE, key=key)

    def capture(self, order: Order, amount: Money, *, key: str) -> Answer:
        body = {"amount": to_adyen(amount)}
        return _modify(order, "captures", names.CAPTURE, body, key=key)

    def release(self, order: Order, *, key: str) -> Answer:
        """Give up a hold. A session of which no payment has come cannot be withdrawn: it ends by
        itself, and what is paid in it after all is told by webhook.
        """
        if not names.payment_of(order.provider_id):
            return Answer()
        return _modify(order, "cancels", names.RELEASE, {}, key=key)

    def refund(self, order: Order, amount: Money, *, key: str) -> Answer:
        body = {"amount": to_adyen(amount)}
        return _modify(order, "refunds", names.REFUND, body, key=key)

    def forget(self, order: Order, *, key: str) -> None:  # noqa: ARG002 - Adyen takes none here
        """The shopper is this payment: see `_terms`."""
        path = f"storedPaymentMethods/{quote(order.provider_id, safe='')}"
        try:
            client.remove(path, merchantAccount=_account(order), shopperReference=order.public_id)
        except Refused as refusal:
            if refusal.code not in _NOT_KEPT:
                raise

    def movements(
        self,
        account: str,  # noqa: ARG002
        *,
        since: datetime,  # noqa: ARG002
        until: datetime,  # noqa: ARG002
    ) -> Iterable[Listed]:
        raise CannotAsk("told_by_webhook")


def _what(order: Order, amount: Money, mode: Mode) -> dict[str, Any]:
    return {
        "merchantAccount": _account(order),
        "reference": names.reference_of(order.public_id, mode),
        "amount": to_adyen(amount if mode is not Mode.SAVE else Money.zero(amount.currency)),
    }


def _account(order: Order) -> str:
    account = order.account or settings.ADYEN_MERCHANT_ACCOUNT
    if not account:
        raise NotDone("no_merchant_account")
    return str(account)


def _terms(order: Order, mode: Mode) -> dict[str, Any]:
    """When the money is taken, whatever the account is set to; and whether the card is kept. The
    shopper is nobody but this payment: a card is kept for it alone.
    """
    if mode is Mode.CHARGE:
        return {"captureDelayHours": 0}
    if mode is Mode.AUTHORISE:
        return {"additionalData": {"manualCapture": "true"}}
    return {
        "shopperReference": order.public_id,
        "storePaymentMethodMode": "enabled",
        "recurringProcessingModel": "UnscheduledCardOnFile",
    }


def _session_end(now: datetime) -> datetime:
    """The same for repetitions within the hour, so that the same key brings the same request."""
    return now.replace(minute=0, second=0, microsecond=0) + _SESSION_LIVES


def _script(name: str) -> str:
    host = f"https://checkoutshopper-{settings.ADYEN_ENVIRONMENT}.cdn.adyen.com"
    return f"{host}/checkoutshopper/sdk/{settings.ADYEN_WEB_VERSION}/{name}"


def _modify(order: Order, path: str, what: str, body: dict[str, Any], *, key: str) -> Answer:
    """Ask for something to be done with a payment; it is only received."""
    payment = names.payment_of(order.provider_id)
    if not payment:
        raise Refused("not_paid")
    answer = client.act(
        f"payments/{quote(payment, safe='')}/{path}",
        {
            "merchantAccount": _account(order),
            "reference": names.reference_of(order.public_id, what),
            **body,
        },
        key=key,
    )
    number = clean(answer.get("pspReference"))
    if answer.get("status") != "received" or not number:
        raise OutcomeUnknown("unreadable_answer")
    return Answer(provider_id=number)


def _with_card(order: Order, amount: Money, mode: Mode, *, key: str) -> Answer:
    """Take or hold an amount on the card that was kept, while the guest is away."""
    if order.card is None:
        raise Refused("no_card")
    body = {
        **_what(order, amount, mode),
        "paymentMethod": {
            "type": "scheme",
            "storedPaymentMethodId": order.card.method_token,
        },
        "shopperReference": order.card.customer_token or order.public_id,
        "shopperInteraction": "ContAuth",
        "recurringProcessingModel": "UnscheduledCardOnFile",
        "returnUrl": settings.RESERVEHUB_BASE_URL,
        **_terms(order, mode),
    }
    answer = client.act("payments", body, key=key)
    number, result = clean(answer.get("pspReference")), clean(answer.get("resultCode"))
    if result == "Authorised" and number:
        told = {"pspReference": number, "amount": answer.get("amount") or body["amount"]}
        return Answer(facts=(fact_of_money(mode, told, now=clock.now()),), provider_id=number)
    if result in _LATER and number:
        return Answer(provider_id=number)
    if result in _NEEDS_GUEST:
        raise Refused("authentication_required", needs_guest=True)
    if result in {"Refused", "Cancelled", "Error"}:
        reason = clean(answer.get("refusalReasonCode"), 20)
        code = slug(answer.get("refusalReason")) or "refused"
        raise Refused(code, needs_guest=reason in _AUTHENTICATION)
    raise OutcomeUnknown("unreadable_answer")
