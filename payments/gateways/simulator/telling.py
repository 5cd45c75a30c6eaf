"""What the simulator says, in answers and in messages: both come from the same rows."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from payments.facts import Fact, FactKind
from payments.gateways.base import Answer, Card, DisputeNews, Notice
from payments.models import (
    SimulatedCard,
    SimulatedDispute,
    SimulatedMovement,
    SimulatedPayment,
    SimulatedState,
)

PAYMENT, DISPUTE = "payment.changed", "dispute.changed"


def answer_of(payments: Sequence[SimulatedPayment], *, now: datetime, about: str = "") -> Answer:
    """All that may be told of these tries by now.

    :param about: number of the try that the question was about
    """
    movements = list(
        SimulatedMovement.objects.filter(payment__in=payments, visible_at__lte=now).select_related(
            "payment"
        )
    )
    disputes = SimulatedDispute.objects.filter(payment__in=payments)
    saved = {one.payment_id for one in movements if one.kind == FactKind.SAVED}
    held = {one.payment_id for one in movements if one.kind == FactKind.AUTHORISED}
    return Answer(
        facts=tuple(fact_of(movement) for movement in movements),
        provider_id=about,
        card=_last(card_of(one.card) for one in payments if one.card and one.pk in saved),
        disputes=tuple(news_of(dispute) for dispute in disputes),
        held_until=_last(one.held_until for one in payments if one.pk in held),
        is_dead=any(
            one.provider_id == about and one.state == SimulatedState.DEAD for one in payments
        ),
    )


def _last(found: Iterable[Any]) -> Any:
    return next(iter(reversed(list(found))), None)


def fact_of(movement: SimulatedMovement) -> Fact:
    return Fact(
        kind=FactKind(movement.kind),
        provider_id=movement.provider_id,
        amount_minor=movement.amount_minor,
        currency=movement.currency,
        occurred_at=movement.occurred_at,
        code=movement.code,
        object_id=movement.payment.provider_id,
    )


def card_of(card: SimulatedCard) -> Card:
    return Card(
        customer_token=card.customer_token,
        method_token=card.method_token,
        brand=card.brand,
        last4=card.last4,
        expires=card.expires,
    )


def news_of(dispute: SimulatedDispute) -> DisputeNews:
    return DisputeNews(
        provider_id=dispute.provider_id,
        status=dispute.status,
        reason=dispute.reason,
        amount_minor=dispute.amount_minor,
        currency=dispute.currency,
        opened_at=dispute.opened_at,
        told_at=dispute.told_at,
        respond_by=dispute.respond_by,
    )


# --- Messages -------------------------------------------------------------------------------------


def message(
    payment: SimulatedPayment,
    *,
    event_id: str,
    movements: Iterable[SimulatedMovement] = (),
    dispute: SimulatedDispute | None = None,
) -> str:
    """The body of a message about what has just changed: never the whole story, as a message may
    overtake another.
    """
    told = list(movements)
    data: dict[str, Any] = {
        "reference": payment.public_id,
        "payment": payment.provider_id,
        "is_dead": payment.state == SimulatedState.DEAD,
        "facts": [_fact_json(fact_of(one)) for one in told],
        "disputes": [_dispute_json(news_of(dispute))] if dispute else [],
    }
    if payment.card and any(one.kind == FactKind.SAVED for one in told):
        data["card"] = vars(card_of(payment.card))
    if payment.held_until and any(one.kind == FactKind.AUTHORISED for one in told):
        data["held_until"] = payment.held_until.isoformat()
    kind = DISPUTE if dispute else PAYMENT
    return json.dumps({"id": event_id, "type": kind, "data": data}, separators=(",", ":"))


def notice_of(told: Mapping[str, Any]) -> Notice:
    """A message, read again.

    :raises KeyError, TypeError, ValueError: if it is none of ours
    """
    data = told["data"]
    held_until = data.get("held_until")
    return Notice(
        event_id=str(told["id"]),
        kind=str(told["type"]),
        public_id=str(data["reference"]),
        provider_id=str(data["payment"]),
        answer=Answer(
            facts=tuple(_fact_from(one) for one in data["facts"]),
            provider_id=str(data["payment"]),
            card=Card(**data["card"]) if "card" in data else None,
            disputes=tuple(_dispute_from(one) for one in data["disputes"]),
            held_until=datetime.fromisoformat(held_until) if held_until else None,
            is_dead=bool(data["is_dead"]),
        ),
    )


def _fact_json(fact: Fact) -> dict[str, Any]:
    return vars(fact) | {"occurred_at": fact.occurred_at.isoformat()}


def _fact_from(one: Mapping[str, Any]) -> Fact:
    at = datetime.fromisoformat(one["occurred_at"])
    return Fact(**{**one, "kind": FactKind(one["kind"]), "occurred_at": at})


_MOMENTS = ("opened_at", "told_at", "respond_by")


def _dispute_json(news: DisputeNews) -> dict[str, Any]:
    return vars(news) | {name: getattr(news, name).isoformat() for name in _MOMENTS}


def _dispute_from(one: Mapping[str, Any]) -> DisputeNews:
    moments = {name: datetime.fromisoformat(one[name]) for name in _MOMENTS}
    return DisputeNews(**{**one, **moments})
