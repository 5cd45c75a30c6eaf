"""What Adyen's notifications say happened. Pure: dictionaries in, answers out.

Each fact bears the PSP reference of the movement itself, and as its object that of the payment.
Money that is taken at once has no movement of its own: it bears the payment's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from payments.facts import Fact, FactKind, Mode
from payments.gateways.adyen.amounts import from_adyen
from payments.gateways.adyen.names import Reference, read_reference
from payments.gateways.base import Answer, Card, DisputeNews, Malformed
from reservehub.core.reading import clean, part

_MONTH = re.compile(r"(\d{1,2})/(\d{4})")
_CURRENCY = re.compile(r"[A-Z]{3}")
_AGAIN = "recaptured"


class Item(NamedTuple):
    """One notification.

    :param number: PSP reference of what it tells of
    :param payment: PSP reference of the payment that happened to
    """

    event: str
    is_success: bool
    number: str
    payment: str
    reference: Reference
    amount_minor: int
    currency: str
    at: datetime
    reason: str
    more: Mapping[str, Any]

    def fact(
        self, kind: FactKind, *, number: str = "", amount_minor: int | None = None, code: str = ""
    ) -> Fact:
        return Fact(
            kind=kind,
            provider_id=number or self.number,
            amount_minor=self.amount_minor if amount_minor is None else amount_minor,
            currency=self.currency,
            occurred_at=self.at,
            code=code,
            object_id=self.payment,
        )

    def refusal(self, kind: FactKind) -> Fact:
        return self.fact(kind, code=slug(self.reason) or "refused")


def item_of(raw: dict[str, Any]) -> Item:
    """
    :raises Malformed: without what every notification has
    """
    number, amount = clean(raw.get("pspReference")), part(raw, "amount")
    value, currency = amount.get("value"), clean(amount.get("currency"))
    if not number or type(value) is not int or value < 0 or not _CURRENCY.fullmatch(currency):
        raise Malformed("pspReference or amount")
    return Item(
        event=clean(raw.get("eventCode"), 60),
        is_success=raw.get("success") == "true",
        number=number,
        payment=clean(raw.get("originalReference")) or number,
        reference=read_reference(clean(raw.get("merchantReference"))),
        amount_minor=from_adyen(value, currency),
        currency=currency,
        at=_instant(raw.get("eventDate"), "eventDate"),
        reason=clean(raw.get("reason")),
        more=part(raw, "additionalData"),
    )


def answer_of(item: Item) -> Answer | None:
    """What a notification tells; None for one that is not about a payment's money or card."""
    teller = _TELLERS.get(item.event)
    return teller(item) if teller else None


def fact_of_money(mode: Mode, payment: Mapping[str, Any], *, now: datetime) -> Fact:
    """What an authorised payment of `mode` is: money that came in, or that is held.

    :param payment: with `pspReference` and `amount`, as sessions and payments are answered
    :raises Malformed: without them
    """
    number, amount = clean(payment.get("pspReference")), part(dict(payment), "amount")
    value, currency = amount.get("value"), clean(amount.get("currency"))
    if not number or type(value) is not int or not _CURRENCY.fullmatch(currency):
        raise Malformed("pspReference or amount")
    return Fact(
        kind=FactKind.AUTHORISED if mode is Mode.AUTHORISE else FactKind.CAPTURED,
        provider_id=number,
        amount_minor=from_adyen(value, currency),
        currency=currency,
        occurred_at=now,
        object_id=number,
    )


def slug(words: Any) -> str:
    """Adyen's reason as a code; digits go, as some are of cards: ``CVC Declined`` ->
    ``cvc_declined``.
    """
    return re.sub(r"[^a-z]+", "_", clean(words, 80).lower()).strip("_")[:60]


# --- Payments ---------------------------------------------------------------------------------


def _authorisation(item: Item) -> Answer:
    if not item.is_success:
        # Not the number of the payment: the session may still see another card.
        return Answer(facts=(item.refusal(FactKind.REFUSED),))
    if item.reference.what == Mode.SAVE:
        card = _card_of(item, token="")
        saved = (item.fact(FactKind.SAVED, amount_minor=0),) if card else ()
        return Answer(facts=saved, provider_id=item.number, card=card)
    kind = FactKind.AUTHORISED if item.reference.what == Mode.AUTHORISE else FactKind.CAPTURED
    return Answer(facts=(item.fact(kind),), provider_id=item.number)


def _contract(item: Item) -> Answer | None:
    """A card was kept; accounts that do not put its token into the authorisation send this."""
    if not item.is_success or item.reference.what != Mode.SAVE:
        return None
    saved = item.fact(FactKind.SAVED, number=item.payment, amount_minor=0)
    return Answer(facts=(saved,), card=_card_of(item, token=item.number))


def _capture(item: Item) -> Answer:
    is_of_itself = item.reference.what == Mode.CHARGE
    number = item.payment if is_of_itself else item.number
    if not item.is_success:
        return Answer(facts=(_failed(item, FactKind.CAPTURE_FAILED, number),))
    if _AGAIN in item.reason.lower():
        # Adyen mended a capture that it had told to have failed.
        number = f"{number}:again"
    return Answer(facts=(item.fact(FactKind.CAPTURED, number=number),))


def _capture_failed(item: Item) -> Answer:
    number = item.payment if item.reference.what == Mode.CHARGE else item.number
    return Answer(facts=(_failed(item, FactKind.CAPTURE_FAILED, number),))


def _released(item: Item) -> Answer:
    if not item.is_success:
        return Answer(facts=(item.refusal(FactKind.REFUSED),))
    return Answer(facts=(item.fact(FactKind.RELEASED),))


def _refund(item: Item) -> Answer:
    if not item.is_success:
        return _refund_failed(item)
    return Answer(facts=(item.fact(FactKind.REFUNDED),))


def _refund_failed(item: Item) -> Answer:
    return Answer(facts=(item.refusal(FactKind.REFUND_FAILED),))


def _cancel_or_refund(item: Item) -> Answer:
    is_cancel = item.more.get("modification.action") == "cancel"
    return _released(item) if is_cancel else _refund(item)


def _failed(item: Item, kind: FactKind, number: str) -> Fact:
    return item.fact(kind, number=number, code=slug(item.reason) or "refused")


def _card_of(item: Item, *, token: str) -> Card | None:
    names = ("tokenization.storedPaymentMethodId", "recurring.recurringDetailReference")
    token = token or next((found for name in names if (found := clean(item.more.get(name)))), "")
    if not token:
        return None
    month = _MONTH.fullmatch(clean(item.more.get("expiryDate"), 10))
    return Card(
        # We gave the shopper this name when the session was made.
        customer_token=item.reference.public_id,
        method_token=token,
        brand=clean(item.more.get("paymentMethod"), 30),
        last4=clean(item.more.get("cardSummary"), 4),
        expires=f"{month[2]}-{int(month[1]):02}" if month else "",
    )


# --- Disputes ---------------------------------------------------------------------------------

_DISPUTE_STATUSES = {
    "Undefended": "needs_response",
    "Unresponded": "needs_response",
    "Pending": "under_review",
    "Responded": "under_review",
    "Won": "won",
    "Lost": "lost",
    "Accepted": "accepted",
    "Expired": "lost",
}


def _dispute(status: str, *kinds: FactKind, suffix: str = "") -> Callable[[Item], Answer]:
    """:param status: where the notification does not say it itself"""

    def tell(item: Item) -> Answer:
        number = f"{item.number}{suffix}"
        return Answer(
            facts=tuple(item.fact(kind, number=number) for kind in kinds),
            disputes=(_news(item, status),),
        )

    return tell


def _chargeback(item: Item) -> Answer:
    """The money is gone at once; it may come back if there is an answer."""
    status = "lost" if item.more.get("defendable") == "false" else "needs_response"
    return _dispute(status, FactKind.DISPUTED)(item)


def _opened(item: Item) -> Answer:
    is_answered = item.more.get("autoDefended") == "true"
    return _dispute("under_review" if is_answered else "needs_response")(item)


def _news(item: Item, status: str) -> DisputeNews:
    due = item.more.get("defensePeriodEndsAt")
    words = (item.more.get("chargebackSchemeCode"), item.more.get("chargebackReasonCode"))
    return DisputeNews(
        provider_id=item.number,
        status=_DISPUTE_STATUSES.get(clean(item.more.get("disputeStatus")), status),
        reason=" ".join(filter(None, (clean(word, 40).strip() for word in words))),
        amount_minor=item.amount_minor,
        currency=item.currency,
        opened_at=item.at,
        told_at=item.at,
        respond_by=_instant(due, "defensePeriodEndsAt") if due else None,
    )


def _instant(value: Any, name: str) -> datetime:
    """:raises Malformed: for anything but ISO 8601 with an offset"""
    try:
        at = datetime.fromisoformat(clean(value, 40))
    except ValueError:
        raise Malformed(name) from None
    if at.tzinfo is None:
        raise Malformed(name)
    return at


_TELLERS: Mapping[str, Callable[[Item], Answer | None]] = {
    "AUTHORISATION": _authorisation,
    "RECURRING_CONTRACT": _contract,
    "CAPTURE": _capture,
    "CAPTURE_FAILED": _capture_failed,
    "CANCELLATION": _released,
    "TECHNICAL_CANCEL": _released,
    "EXPIRE": _released,
    "CANCEL_OR_REFUND": _cancel_or_refund,
    "REFUND": _refund,
    "REFUND_FAILED": _refund_failed,
    "REFUNDED_REVERSED": _refund_failed,
    "REQUEST_FOR_INFORMATION": _opened,
    "NOTIFICATION_OF_CHARGEBACK": _opened,
    "CHARGEBACK": _chargeback,
    "INFORMATION_SUPPLIED": _dispute("under_review"),
    "CHARGEBACK_REVERSED": _dispute("won", FactKind.DISPUTE_WON),
    # Taken a second time, hence under a number of its own.
    "SECOND_CHARGEBACK": _dispute("lost", FactKind.DISPUTED, suffix=":second"),
    "DISPUTE_DEFENSE_PERIOD_ENDED": _dispute("lost"),
    "ISSUER_RESPONSE_TIMEFRAME_EXPIRED": _dispute("won"),
    "PREARBITRATION_OPEN": _dispute("needs_response"),
    "PREARBITRATION_WON": _dispute("won"),
    "PREARBITRATION_LOST": _dispute("lost"),
    "SCHEME_ARBITRATION_WON": _dispute("won"),
    "SCHEME_ARBITRATION_LOST": _dispute("lost"),
}
