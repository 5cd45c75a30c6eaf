"""Small marks of a party: a sign for the eye, a word for everybody."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from babel.numbers import get_currency_symbol
from django.utils.functional import Promise
from django.utils.translation import get_language, pgettext, pgettext_lazy

from bookings.models import DepositStatus, Reservation
from bookings.presenters.floor import HEALTH
from bookings.presenters.words import DIETARY

_DIETARY = dict(DIETARY)


@dataclass(frozen=True)
class Mark:
    """`key` chooses the style, `sign` is decoration, `word` is said."""

    key: str
    sign: str
    word: str | Promise


MARKS: Mapping[str, Mark] = {
    mark.key: mark
    for mark in (
        Mark("vip", "★", pgettext_lazy("mark of a party", "VIP")),
        Mark("allergy", "⚠", pgettext_lazy("mark of a party", "Allergy or diet")),
        Mark("birthday", "♥", pgettext_lazy("mark of a party", "Birthday")),
        Mark("occasion", "✦", pgettext_lazy("mark of a party", "Special occasion")),
        Mark("first_visit", "1", pgettext_lazy("mark of a party", "First visit")),
        Mark("note", "✎", pgettext_lazy("mark of a party", "Note")),
        Mark("walk_in", "↓", pgettext_lazy("mark of a party", "Walk-in")),
        Mark("partly_seated", "½", pgettext_lazy("mark of a party", "Partly seated")),
        Mark("locked", "●", pgettext_lazy("mark of a party", "Table is fixed")),
        Mark("unpaid", "…", pgettext_lazy("mark of a party", "Waiting for payment")),
    )
}
_PRIVATE = HEALTH | {"note"}


_OF_MONEY = {
    DepositStatus.PENDING: "due",
    DepositStatus.GUARANTEED: "sure",
    DepositStatus.HELD: "sure",
    DepositStatus.PAID: "paid",
    DepositStatus.REDEEMED: "paid",
    DepositStatus.FORFEITED: "kept",
    DepositStatus.CHARGED: "kept",
    DepositStatus.DISPUTED: "disputed",
}
"""What the mark of a deposit looks like; other states are not worth one."""


def deposit_mark(status: str, *, currency: str) -> Mark | None:
    """The deposit of a party: the sign of the currency, and the state in a word."""
    key = _OF_MONEY.get(DepositStatus(status))
    if key is None:
        return None
    word = pgettext("mark of a party", "Deposit: %(state)s")
    sign = get_currency_symbol(currency, locale=(get_language() or "en").replace("-", "_"))
    return Mark(f"deposit-{key}", sign, word % {"state": DepositStatus(status).label})


def marks_of(flags: Iterable[str], *, sees_contact: bool) -> tuple[Mark, ...]:
    """The marks of a party, health and notes only for those who may see them (rule 107)."""
    return tuple(
        MARKS[flag] for flag in flags if flag in MARKS and (sees_contact or flag not in _PRIVATE)
    )


def note_of(row: Reservation) -> str:
    """What the guest asked for and what staff noted, on one line."""
    return " · ".join(text for text in (row.special_requests, row.internal_notes) if text)


def allergy_text(row: Reservation) -> str:
    """Dietary needs in words."""
    return ", ".join(str(_DIETARY.get(code, code)) for code in row.dietary_restrictions)
