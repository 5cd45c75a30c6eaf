"""Asking a guest to pay by a link."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _

from bookings.deposits import Kind as DepositKind
from bookings.lifecycle import AWAITING
from notifications.channels.base import Action
from notifications.rendering.facts import Facts
from notifications.rendering.terms import amount_of, terms_lines, terms_of
from notifications.rendering.words.base import Tone, Words, cancel, manage
from payments.facts import Mode
from reservehub.core.money import Money


def payment_asked(facts: Facts) -> Words:
    """To book the table; because staff want it for one that was booked without; or, where it is
    booked or the visit is over, because the bank wants the guest to take part.
    """
    values = facts.values | {"amount": _asked(facts)}
    mode = _mode(facts)
    is_card = mode == Mode.SAVE
    is_booked = facts.reservation is not None and facts.reservation.status not in AWAITING
    if facts.given.flag("by_hand"):
        heading, opening, more = _asked_by_hand(facts, values, mode, is_booked=is_booked)
    elif is_booked:
        heading, opening, more = _asked_again(values)
    else:
        heading, opening, more = _asked_first(facts, values, mode)
    return Words(
        subject=(
            _("%(place)s: your table needs a card, %(when)s")
            if is_card
            else _("%(place)s: please pay for your table, %(when)s")
        )
        % values,
        heading=heading,
        tone=Tone.WAIT,
        opening=opening,
        more=(*more, *agreed(facts)),
        short=_asked_short(facts, values, is_card=is_card),
        brief=_("%(place)s: please pay for %(when)s:") % values,
        link=facts.links["pay"],
        actions=(
            Action(_("Leave a card") if is_card else _("Pay now"), facts.links["pay"]),
            *cancel(facts),
        ),
    )


def _mode(facts: Facts) -> str:
    """How the money is asked for: as the payment has it, else as the terms say."""
    terms = terms_of(facts.reservation)
    given = facts.given.text("mode")
    if given or terms is None:
        return given
    of_kind = {DepositKind.GUARANTEE: Mode.SAVE, DepositKind.AUTHORISATION: Mode.AUTHORISE}
    return of_kind.get(DepositKind(terms["kind"]), Mode.CHARGE)


def _asked(facts: Facts) -> str:
    """The amount asked for now; empty where none is known, or only a card is wanted."""
    given, terms = facts.given.money("amount"), terms_of(facts.reservation)
    if given is not None:
        return amount_text(given, facts) if given else ""
    if terms is None or not terms["amount_minor"]:
        return ""
    return amount_of(terms, terms["amount_minor"], facts.language)


def payment_withdrawn(facts: Facts) -> Words:
    """What a booking that stays was asked for is not asked for any more."""
    values = facts.values
    return Words(
        subject=_("%(place)s: nothing to pay any more, %(when)s") % values,
        heading=_("There is nothing to pay any more"),
        opening=_("This is about your booking: %(date)s, %(time)s, %(party)s.") % values,
        more=(
            _("The restaurant no longer asks you for a payment or a card."),
            _("Your table stays booked, and the link to pay no longer works."),
        ),
        short=_("%(place)s asks you for no payment any more. Your table stays booked, %(when)s:")
        % values,
        brief=_("%(place)s: nothing to pay, %(when)s stays booked:") % values,
        link=facts.links["manage"],
        actions=(manage(facts), *cancel(facts)),
    )


def _asked_first(
    facts: Facts, values: Mapping[str, str], mode: str
) -> tuple[str, str, tuple[str, ...]]:
    until = _("Please do this by %(answer_by)s; after that the table goes to others.") % values
    return (
        _("Your table is not booked yet"),
        _("Your table is kept for you: %(date)s, %(time)s, %(party)s.") % values,
        (_how(mode, values), *((until,) if facts.answer_by else ())),
    )


def _asked_by_hand(
    facts: Facts, values: Mapping[str, str], mode: str, *, is_booked: bool
) -> tuple[str, str, tuple[str, ...]]:
    """:param is_booked: the table is theirs whether they pay or not"""
    if mode == Mode.CHARGE:
        heading = _("The restaurant asks for a deposit")
        ask = _("Please pay %(amount)s; it comes off your bill.") % values
    elif mode == Mode.AUTHORISE:
        heading = _("The restaurant asks for your card")
        ask = _("Please let %(amount)s be held on your card. Nothing is taken now.") % values
    else:
        heading = _("The restaurant asks for your card")
        ask = _("Please leave a card. Nothing is charged now.")
    until = (
        _("Please do this by %(answer_by)s.")
        if is_booked
        else _("Please do this by %(answer_by)s; after that the table goes to others.")
    ) % values
    opening = _("This is about your booking: %(date)s, %(time)s, %(party)s.") % values
    return heading, opening, (ask, *((until,) if facts.answer_by else ()))


def _asked_again(values: Mapping[str, str]) -> tuple[str, str, tuple[str, ...]]:
    opening = _("This is about your booking: %(date)s, %(time)s, %(party)s.") % values
    if values["amount"]:
        ask = _("Your bank wants you to confirm the payment of %(amount)s yourself.") % values
    else:
        ask = _("Your bank wants you to confirm your card yourself.")
    return _("Your bank asks for you"), opening, (ask,)


def _how(mode: str, values: Mapping[str, str]) -> str:
    if mode == Mode.SAVE:
        return _("It is booked once you have left a card. Nothing is charged now.")
    if not values["amount"]:
        return _("It is booked once it is paid.")
    if mode == Mode.AUTHORISE:
        return (
            _("It is booked once %(amount)s is held on your card. Nothing is taken now.") % values
        )
    return _("It is booked once %(amount)s is paid.") % values


def _asked_short(facts: Facts, values: Mapping[str, str], *, is_card: bool) -> str:
    if is_card and facts.answer_by:
        return _("%(place)s: leave a card by %(answer_by)s for %(when)s:") % values
    if not facts.answer_by or not values["amount"]:
        return _("%(place)s: please pay for %(when)s:") % values
    return _("%(place)s: pay %(amount)s by %(answer_by)s for %(when)s:") % values


def agreed(facts: Facts) -> tuple[str, ...]:
    reservation, terms = facts.reservation, terms_of(facts.reservation)
    if reservation is None or terms is None:
        return ()
    return (" ".join(terms_lines(reservation, terms, facts.language)),)


def amount_text(money: Money | None, facts: Facts) -> str:
    return money.format(facts.language) if money is not None else ""
