"""The page where a guest pays for a booking, and what the booking's own page says of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from math import ceil

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from bookings.deposits import Ending, Kind, Terms, kept_minor
from bookings.lifecycle import OCCUPYING, Status
from bookings.models import Deposit, DepositStatus, Reservation
from bookings.presenters.clock import clock_text, local, moment_text
from bookings.presenters.money import CARDS, money_text, price_full, terms_sentences
from bookings.services.deposits.records import (
    asked_until,
    has_deposit,
    is_asked_by_hand,
    is_paid_for,
    is_withdrawn,
    terms_agreed,
)
from payments.facts import SECURED, Mode
from payments.facts import Status as PaymentState
from payments.models import Payment
from restaurants.models import Restaurant


class PayState(StrEnum):
    """Where a guest stands who was asked for money."""

    OPEN = "open"
    CHECKING = "checking"
    REFUSED = "refused"
    GIVEN = "given"
    NOT_YET = "not_yet"
    """The restaurant has to say yes first."""
    NOTHING = "nothing"
    """Nothing is asked for any more."""
    OVER = "over"
    """The time to pay is over, and the table gone."""
    TOO_LATE = "too_late"
    """Paid when it was over and the table was gone: the money goes back."""


_WORDS: Mapping[PayState, tuple[str, Promise, Promise | str]] = {
    PayState.OPEN: ("", pgettext_lazy("page", "Payment"), ""),
    PayState.CHECKING: (
        "notice-wait",
        gettext_lazy("Your payment is being checked"),
        gettext_lazy("Your bank has not answered yet. This page looks by itself."),
    ),
    PayState.REFUSED: (
        "notice-error",
        gettext_lazy("The payment did not work"),
        gettext_lazy("Nothing was charged. Try again, or take another card."),
    ),
    PayState.GIVEN: ("notice-good", gettext_lazy("Paid"), gettext_lazy("Your table is booked.")),
    PayState.NOT_YET: (
        "notice-wait",
        gettext_lazy("There is nothing to pay yet"),
        gettext_lazy("You pay once the restaurant has said yes. We will send you a link."),
    ),
    PayState.NOTHING: (
        "notice",
        gettext_lazy("There is nothing to pay"),
        gettext_lazy("No money is asked for this booking any more."),
    ),
    PayState.OVER: (
        "notice",
        gettext_lazy("The time to pay is over"),
        gettext_lazy(
            "The table is free for others again, and nothing was charged. Should a payment still "
            "come in, you get your table or your money back."
        ),
    ),
    PayState.TOO_LATE: (
        "notice-error",
        gettext_lazy("Your payment came too late"),
        gettext_lazy(
            "We are sorry: the table had been given away. You get everything back; your bank may "
            "take some days until you see it."
        ),
    ),
}
_GIVEN: Mapping[Mode, Promise] = {
    Mode.CHARGE: gettext_lazy("Paid"),
    Mode.AUTHORISE: gettext_lazy("The amount is held on your card"),
    Mode.SAVE: gettext_lazy("Your card is saved"),
}
_TITLES: Mapping[Kind, Promise] = {
    Kind.GUARANTEE: gettext_lazy("Card guarantee"),
    Kind.AUTHORISATION: gettext_lazy("Amount held on the card"),
    Kind.DEPOSIT: gettext_lazy("Deposit"),
    Kind.PERCENTAGE: gettext_lazy("Deposit"),
    Kind.PREPAYMENT: gettext_lazy("Paid in advance"),
}


@dataclass(frozen=True)
class PayView:
    """What the page prints.

    :ivar seconds: left to pay; 0 where no table is waiting for it
    :ivar amount: asked for now; empty where only a card is kept
    """

    state: PayState
    tone: str
    title: str
    sentence: str
    what: str
    amount: str
    limit: str
    is_saving: bool
    button: str
    terms: tuple[str, ...]
    until: str
    seconds: int
    clock: str
    can_extend: bool
    again: str
    """Query of the restaurant's page for the same evening and party."""


def pay_state(
    reservation: Reservation,
    payment: Payment | None,
    deposit: Deposit,
    *,
    now: datetime,
) -> PayState:
    """Where the guest stands, by what is known."""
    status = Status(reservation.status)
    if deposit.too_late_at is not None:
        return PayState.TOO_LATE
    if payment is not None and payment.status in SECURED:
        return PayState.GIVEN
    is_late = reservation.expires_at is not None and now >= reservation.expires_at
    if status is Status.EXPIRED or (status is Status.PENDING_PAYMENT and is_late):
        return PayState.OVER
    if payment is not None and payment.status == PaymentState.OPEN:
        return PayState.OPEN
    return PayState.NOT_YET if status is Status.PENDING else PayState.NOTHING


def pay_view(
    reservation: Reservation,
    payment: Payment | None,
    deposit: Deposit,
    *,
    state: PayState,
    now: datetime,
) -> PayView:
    """The page at an instant."""
    restaurant, terms = reservation.restaurant, terms_agreed(reservation)
    mode = Mode(payment.mode) if payment else Mode.CHARGE
    tone, title, sentence = _WORDS[state]
    is_over = Status(reservation.status) not in OCCUPYING
    amount = money_text(payment.amount_minor, payment.currency) if payment else ""
    until = reservation.expires_at if reservation.status == Status.PENDING_PAYMENT else None
    seconds = max(0, ceil((until - now).total_seconds())) if until else 0
    return PayView(
        state=state,
        tone=tone,
        title=str(_GIVEN[mode] if state is PayState.GIVEN else title),
        sentence="" if is_over and state is PayState.GIVEN else str(sentence),
        what=_what(terms, payment),
        amount="" if mode is Mode.SAVE else amount,
        limit=money_text(payment.limit_minor, payment.currency) if payment else "",
        is_saving=mode is Mode.SAVE,
        button=_button(mode, amount),
        terms=terms_sentences(terms, restaurant, now=now),
        until=until_text(until, restaurant, now=now) if until else "",
        seconds=seconds,
        clock=_clock(seconds),
        can_extend=bool(until) and deposit.extensions < restaurant.policy.hold_extensions,
        again=f"?date={reservation.service_date.isoformat()}&guests={reservation.party_size}",
    )


def until_text(until: datetime, restaurant: Restaurant, *, now: datetime) -> str:
    """``11:15``, with the day where that is not today."""
    if local(until, restaurant).date() == local(now, restaurant).date():
        return clock_text(local(until, restaurant), restaurant)
    return moment_text(until, restaurant)


def _what(terms: Terms, payment: Payment | None) -> str:
    """What the money is for: what was agreed, or a fee that the bank wants confirmed."""
    if payment is not None and payment.mode == Mode.CHARGE and Kind(terms["kind"]) in CARDS:
        return _("Fee as agreed")
    full = price_full(terms)
    return full[:1].upper() + full[1:]


def _button(mode: Mode, amount: str) -> str:
    if mode is Mode.SAVE:
        return _("Save the card")
    if mode is Mode.AUTHORISE:
        return _("Let %(amount)s be held") % {"amount": amount}
    return _("Pay %(amount)s") % {"amount": amount}


def _clock(seconds: int) -> str:
    hours, rest = divmod(seconds, 3600)
    minutes, left = divmod(rest, 60)
    return f"{hours}:{minutes:02d}:{left:02d}" if hours else f"{minutes}:{left:02d}"


# --- On the page of the booking -------------------------------------------------------------------


@dataclass(frozen=True)
class DepositView:
    """The money of a booking in its guest's words.

    :ivar amount: what was agreed
    :ivar lines: who asks for it by hand, and what became of it
    :ivar terms: what is agreed of cancelling; nothing once it was given up
    :ivar is_due: the guest is asked for it now
    """

    title: str
    status: str
    amount: str
    lines: tuple[str, ...]
    terms: tuple[str, ...]
    is_due: bool
    has_receipt: bool


def deposit_view(
    reservation: Reservation, payments: Sequence[Payment], *, now: datetime
) -> DepositView | None:
    """None where no money was ever asked for."""
    if not has_deposit(reservation):
        return None
    terms = terms_agreed(reservation)
    currency = terms["currency"]
    captured = sum(payment.captured_minor for payment in payments)
    refunded = sum(payment.refunded_minor for payment in payments)
    is_due = (
        any(payment.status == PaymentState.OPEN for payment in payments)
        and Status(reservation.status) is not Status.EXPIRED
    )
    asked = _asked(reservation, now=now) if is_due else ()
    is_agreed = reservation.deposit_status != DepositStatus.WAIVED
    return DepositView(
        title=str(_TITLES[Kind(terms["kind"])]),
        status=_status(reservation),
        amount=_agreed(terms),
        lines=(*asked, *_sums(captured, refunded, currency)),
        terms=terms_sentences(terms, reservation.restaurant, now=now)
        if is_agreed and Status(reservation.status) in OCCUPYING
        else (),
        is_due=is_due,
        has_receipt=captured > 0,
    )


def _status(reservation: Reservation) -> str:
    if is_withdrawn(reservation):
        return _("No longer asked for")
    return str(DepositStatus(reservation.deposit_status).label)


def _asked(reservation: Reservation, *, now: datetime) -> tuple[str, ...]:
    """That staff want it though it was not agreed when booking, and until when."""
    if not is_asked_by_hand(reservation):
        return ()
    until = asked_until(reservation, reservation.deposit)
    if until is None or until <= now:
        return (_("The restaurant asks you for this."),)
    text = until_text(until, reservation.restaurant, now=now)
    return (_("The restaurant asks you for this by %(until)s.") % {"until": text},)


def _agreed(terms: Terms) -> str:
    full = price_full(terms)
    full = full[:1].upper() + full[1:]
    if not terms["per_person_minor"]:
        return full
    total = money_text(terms["limit_minor"], terms["currency"])
    return _("%(price)s: %(total)s in all") % {"price": full, "total": total}


def _sums(captured: int, refunded: int, currency: str) -> Iterable[str]:
    if captured:
        yield _("Paid: %(amount)s") % {"amount": money_text(captured, currency)}
    if refunded:
        yield _("Given back: %(amount)s") % {"amount": money_text(refunded, currency)}


@dataclass(frozen=True)
class CancelPrice:
    """What cancelling at this moment costs, to be said before it is done."""

    text: str
    is_dear: bool


def cancel_price(
    reservation: Reservation, deposit: Deposit | None, *, now: datetime
) -> CancelPrice | None:
    """None where no money is at stake."""
    if deposit is None or not is_paid_for(reservation):
        return None
    if Status(reservation.status) is Status.PENDING_PAYMENT:
        return CancelPrice(_("Nothing has been paid: cancelling is free."), is_dear=False)
    terms = terms_agreed(reservation)
    is_paid = Kind(terms["kind"]) not in CARDS
    kept = max(kept_minor(terms, Ending.CANCELLED_LATE) - deposit.waived_minor, 0)
    if not kept or now <= datetime.fromisoformat(terms["refund_until"]):
        text = (
            _("Cancelling is free now: you get everything back.")
            if is_paid
            else _("Cancelling is free now: nothing is charged.")
        )
        return CancelPrice(text, is_dear=False)
    if is_paid:
        text = _("It is late: if you cancel now, the restaurant keeps %(amount)s.")
    elif reservation.deposit_status == DepositStatus.HELD:
        text = _("It is late: if you cancel now, %(amount)s are taken from your card.")
    else:
        text = _("It is late: if you cancel now, the restaurant may charge %(amount)s.")
    values = {"amount": money_text(kept, terms["currency"])}
    return CancelPrice(text % values, is_dear=True)
