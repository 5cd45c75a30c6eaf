"""What a booking costs, in words: before it is made, and as it was agreed (rules 77, 80, 82).

All amounts come from terms that the server worked out; nothing here adds up money.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from babel import Locale
from babel.numbers import format_currency
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from bookings.deposits import Ending, Kind, Terms, kept_minor
from bookings.models import Reservation
from bookings.presenters.clock import moment_text
from reservehub.core.money import Money, exponent_of
from restaurants.models import Restaurant

CARDS = frozenset({Kind.GUARANTEE, Kind.AUTHORISATION})
"""A card to fall back on, rather than money in advance."""


def bill_text(reservation: Reservation) -> str:
    """The bill of a visit; empty where nobody entered it."""
    if reservation.bill_minor is None:
        return ""
    amount = Money(reservation.bill_minor, reservation.restaurant.currency)
    return amount.format(get_language() or "en")


def money_text(amount_minor: int, currency: str) -> str:
    """``€12.50``, and ``€60`` where nothing stands behind the point."""
    amount, language = Money(amount_minor, currency), get_language() or "en"
    if not exponent_of(currency) or amount_minor % 10 ** exponent_of(currency):
        return amount.format(language)
    locale = Locale.parse(language, sep="-")
    pattern = locale.currency_formats["standard"].pattern.replace(".00", "")
    return format_currency(
        amount.to_decimal(), currency, format=pattern, locale=locale, currency_digits=False
    )


@dataclass(frozen=True)
class Price:
    """The price of a time before anybody books it.

    :ivar short: for a narrow chip
    :ivar full: the same in words
    :ivar sentences: what is agreed by booking
    :ivar button: says what the tap does
    """

    short: str
    full: str
    sentences: tuple[str, ...]
    button: str


def price_of(
    terms: Terms, restaurant: Restaurant, *, now: datetime, asks: bool = False, is_far: bool = False
) -> Price:
    """:param asks: the restaurant has to say yes first, and the guest pays afterwards
    :param is_far: too far ahead for an amount to be held: the card is saved first
    """
    kind = Kind(terms["kind"])
    return Price(
        short=price_short(terms),
        full=price_full(terms),
        sentences=(
            *_ask(terms, kind, asks=asks, is_far=is_far),
            *terms_sentences(terms, restaurant, now=now),
        ),
        button=_("Ask for this table") if asks else _button(terms, kind, is_far=is_far),
    )


def price_short(terms: Terms) -> str:
    """For a chip: ``€10`` (of each person, where it is so), ``card``; `price_full` is beside it."""
    if terms["kind"] == Kind.GUARANTEE:
        return pgettext("slot", "card")
    return money_text(terms["per_person_minor"] or terms["limit_minor"], terms["currency"])


def price_full(terms: Terms) -> str:
    """``deposit €10 per person``."""
    kind = Kind(terms["kind"])
    each = terms["per_person_minor"]
    values = {"amount": money_text(each or terms["limit_minor"], terms["currency"])}
    words = {
        Kind.GUARANTEE: (
            _("card guarantee, %(amount)s per person"),
            _("card guarantee, %(amount)s"),
        ),
        Kind.AUTHORISATION: (
            _("%(amount)s per person held on your card"),
            _("%(amount)s held on your card"),
        ),
        Kind.PREPAYMENT: (
            _("paid in advance, %(amount)s per person"),
            _("paid in advance, %(amount)s"),
        ),
    }.get(kind, (_("deposit %(amount)s per person"), _("deposit %(amount)s")))
    return words[0 if each else 1] % values


def _ask(terms: Terms, kind: Kind, *, asks: bool, is_far: bool) -> list[str]:
    values = {"amount": money_text(terms["limit_minor"], terms["currency"])}
    if kind is Kind.GUARANTEE:
        said = _("Your card guarantees the table. Nothing is charged now.")
    elif kind is Kind.AUTHORISATION and is_far:
        said = (
            _("Your card is saved now, and %(amount)s are held on it five days before you come.")
            % values
        )
    elif kind is Kind.AUTHORISATION:
        said = _("%(amount)s are held on your card; they are not charged.") % values
    elif kind is Kind.PREPAYMENT:
        said = _("You pay %(amount)s in advance.") % values
    else:
        said = _("You pay a deposit of %(amount)s; it comes off your bill.") % values
    if asks:
        return [_("You pay only once the restaurant says yes, by a link that we send you."), said]
    return [said]


def _button(terms: Terms, kind: Kind, *, is_far: bool) -> str:
    values = {"amount": money_text(terms["limit_minor"], terms["currency"])}
    if kind is Kind.GUARANTEE or (kind is Kind.AUTHORISATION and is_far):
        return _("Book with a card")
    if kind is Kind.AUTHORISATION:
        return _("Book and let %(amount)s be held") % values
    return _("Book and pay %(amount)s") % values


def terms_sentences(terms: Terms, restaurant: Restaurant, *, now: datetime) -> tuple[str, ...]:
    """What a cancellation and staying away cost; the time to cancel only while it lasts."""
    until = datetime.fromisoformat(terms["refund_until"])
    is_paid = Kind(terms["kind"]) not in CARDS
    values = {
        "until": moment_text(until, restaurant),
        "late": money_text(kept_minor(terms, Ending.CANCELLED_LATE), terms["currency"]),
        "missed": money_text(kept_minor(terms, Ending.NO_SHOW), terms["currency"]),
    }
    said = []
    if until > now:
        said.append(
            _("If you cancel by %(until)s, you get everything back.")
            if is_paid
            else _("If you cancel by %(until)s, nothing is charged.")
        )
        late, missed = (
            (
                _("If you cancel later, the restaurant keeps %(late)s."),
                _("If nobody comes, it keeps %(missed)s."),
            )
            if is_paid
            else (
                _("If you cancel later, the restaurant may charge %(late)s."),
                _("If nobody comes, it may charge %(missed)s."),
            )
        )
    else:
        late, missed = (
            (
                _("If you cancel, the restaurant keeps %(late)s."),
                _("If nobody comes, it keeps %(missed)s."),
            )
            if is_paid
            else (
                _("If you cancel, the restaurant may charge %(late)s."),
                _("If nobody comes, it may charge %(missed)s."),
            )
        )
    return tuple(sentence % values for sentence in (*said, late, missed))
