"""The templates WhatsApp wants approved before a business may write first.

Their bodies are registered at Meta as docs/messages-texts.md lists them; here are their names and
the order of their parameters.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from notifications.kinds import Kind
from notifications.rendering.clean import one_line
from notifications.rendering.facts import Facts
from notifications.rendering.words import Words

_VISIT = ("name", "restaurant", "when", "guests", "link")
_MONEY = ("name", "restaurant", "total", "when", "link")

PARAMETERS: Mapping[Kind, tuple[str, ...]] = MappingProxyType(
    {
        Kind.REQUEST_RECEIVED: _VISIT,
        Kind.CONFIRMED: _VISIT,
        Kind.CHANGED: _VISIT,
        Kind.DECLINED: ("name", "restaurant", "when", "guests", "reason", "link"),
        Kind.EXPIRED: _VISIT,
        Kind.CANCELLED: _VISIT,
        Kind.REMINDER_DAY: _VISIT,
        Kind.REMINDER_SOON: _VISIT,
        Kind.RECONFIRM: _VISIT,
        Kind.ON_YOUR_WAY: ("name", "restaurant", "time", "link"),
        Kind.TABLE_READY: ("name", "restaurant", "link"),
        Kind.WAITLIST_JOINED: _VISIT,
        Kind.WAITLIST_OFFER: _VISIT,
        Kind.WAITLIST_GONE: ("name", "restaurant", "link"),
        Kind.QUEUE_JOINED: ("name", "restaurant", "link"),
        Kind.QUEUE_LONGER: ("name", "restaurant", "link"),
        Kind.QUEUE_READY: ("name", "restaurant", "link"),
        Kind.QUEUE_NUDGE: ("name", "restaurant", "link"),
        Kind.REVIEW_REQUEST: ("name", "restaurant", "link"),
        Kind.PAYMENT_ASKED: ("name", "restaurant", "when", "until", "link"),
        Kind.PAYMENT_WITHDRAWN: _VISIT,
        Kind.RECEIPT: ("name", "restaurant", "total", "link"),
        Kind.REFUNDED: _MONEY,
        Kind.PAYMENT_TOO_LATE: ("name", "restaurant", "when", "link"),
        Kind.FEE_CHARGED: _MONEY,
        Kind.DEPOSIT_KEPT: _MONEY,
        Kind.HOLD_RELEASED: _MONEY,
        Kind.REPLY: ("restaurant", "text", "link"),
        Kind.CAMPAIGN: ("restaurant", "news", "link"),
        Kind.PRIVACY_LINK: ("name", "restaurant", "link"),
    }
)


def template_of(kind: Kind) -> str:
    """``reservehub_confirmed``; empty for what staff read, who are not written to here."""
    return f"reservehub_{kind.value}" if kind in PARAMETERS else ""


def parameters_of(kind: Kind, facts: Facts, words: Words) -> tuple[str, ...]:
    """The values in order. None may be empty or hold a line break: Meta refuses those."""
    values = {
        "name": facts.name,
        "restaurant": facts.place,
        "when": facts.values["when"] or facts.given.text("window"),
        "time": facts.time,
        "guests": facts.guests,
        "link": words.link,
        "reason": words.quote,
        "text": words.quote,
        "news": words.brief,
        "total": next((line.amount for line in words.lines if line.is_total), ""),
        "until": facts.answer_by,
    }
    return tuple(one_line(values[name], 300) or "—" for name in PARAMETERS.get(kind, ()))
