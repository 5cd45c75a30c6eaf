"""What should become of the money of a reservation now: kept, taken, given back, let go. Pure.

Asked again with the same facts it says the same, whatever came in which order: every step of a
reservation and all that its provider tells ends here (rules 79-84). Amounts are minor units.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bookings.deposits import IN_ADVANCE, Ending, Kind, Terms, kept_minor
from bookings.lifecycle import ANSWER_UNDO_WINDOW, OCCUPYING, UNDO_WINDOW, Status

FEE_UNTIL = timedelta(days=7)
"""So long after the start a fee may be charged (rule 82)."""
HOLD_AHEAD = timedelta(days=5)
"""When an amount is held for a booking far ahead: banks keep it for about a week (rule 84)."""
FAR = timedelta(days=6)
"""Bookings further ahead save the card first."""

_WINDOWS = {
    Status.NO_SHOW: UNDO_WINDOW,
    Status.COMPLETED: UNDO_WINDOW,
    Status.DECLINED: ANSWER_UNDO_WINDOW,
}


@dataclass(frozen=True, kw_only=True)
class Case:
    """Where a reservation stands, as far as its money goes.

    :param ended_at: when it came to its end, for the ends that can be taken back
    :param is_too_late: the guest gave it when the time was over and the tables were gone
    :param waived_minor: of the terms' limit, given up by staff
    :param fee_minor: decided by staff: for guests who did not come, or a part of them
    """

    terms: Terms
    status: Status
    starts_at: datetime
    ended_at: datetime | None = None
    cancelled_at: datetime | None = None
    is_too_late: bool = False
    waived_minor: int = 0
    fee_minor: int = 0

    @property
    def kind(self) -> Kind:
        return Kind(self.terms["kind"])

    @property
    def is_prepaid(self) -> bool:
        """Money in advance, rather than a card to fall back on."""
        return self.kind in IN_ADVANCE

    @property
    def due_minor(self) -> int:
        """What the guest is asked for: to pay, to have held, or to stand good for."""
        return max(self.terms["limit_minor"] - self.waived_minor, 0)

    @property
    def cancelled_late(self) -> bool:
        if self.status is not Status.CANCELLED_BY_GUEST or self.cancelled_at is None:
            return False
        return self.cancelled_at > datetime.fromisoformat(self.terms["refund_until"])

    @property
    def ending(self) -> Ending | None:
        """How it ended; None while it has not."""
        if self.status in OCCUPYING:
            return None
        if self.status is Status.COMPLETED:
            return Ending.CAME
        if self.status is Status.NO_SHOW:
            return Ending.NO_SHOW
        if self.status is Status.CANCELLED_BY_GUEST:
            return Ending.CANCELLED_LATE if self.cancelled_late else Ending.CANCELLED_IN_TIME
        return Ending.CANCELLED_BY_RESTAURANT

    def settles_at(self) -> datetime | None:
        """Until when its end can be taken back, so that no money moves before; None: at once."""
        window = _WINDOWS.get(self.status)
        return None if window is None or self.ended_at is None else self.ended_at + window

    def is_final(self, now: datetime) -> bool:
        """It is over, and nobody can take that back any more."""
        until = self.settles_at()
        return self.status not in OCCUPYING and (until is None or now >= until)

    @property
    def fee_limit_minor(self) -> int:
        """The most that may be taken for not coming, or for cancelling late."""
        ending = Ending.CANCELLED_LATE if self.cancelled_late else Ending.NO_SHOW
        return max(kept_minor(self.terms, ending) - self.waived_minor, 0)


class Do(StrEnum):
    """What a provider is to be told."""

    CLOSE = "close"
    HOLD = "authorise"
    CAPTURE = "capture"
    CHARGE = "charge"
    REFUND = "refund"


@dataclass(frozen=True, kw_only=True)
class Purse:
    """One payment of a reservation, as its ledger and its open instructions have it.

    :param is_saved: a card was given
    :param has_card: and is still kept
    :param in_hand_minor: taken, and neither back with the guest or the bank nor on its way there
    :param ready_minor: held, and still ours to take
    :param room_minor: how much more may be taken from the card that is kept
    :param is_taking: the provider is being told to charge, hold or capture
    :param is_said_taken: staff have said that it was charged or taken; the provider has not
    :param is_holding: namely to hold
    :param is_letting_go: the provider is being told to release
    :param refused: kinds of instructions that the provider refused last: somebody must look
    """

    payment_id: int
    mode: str = "charge"
    is_open: bool = False
    is_closed: bool = False
    is_saved: bool = False
    has_card: bool = False
    captured_minor: int = 0
    refunded_minor: int = 0
    in_hand_minor: int = 0
    disputed_minor: int = 0
    held_minor: int = 0
    ready_minor: int = 0
    room_minor: int = 0
    was_held: bool = False
    is_taking: bool = False
    is_said_taken: bool = False
    is_holding: bool = False
    is_letting_go: bool = False
    is_disputed: bool = False
    refused: frozenset[str] = frozenset()

    def may(self, do: Do, again: frozenset[Do]) -> bool:
        """Whether the provider may be told: not what it refused last, unless somebody wants it."""
        return do in again or do not in self.refused


@dataclass(frozen=True)
class Order:
    """:param amount_minor: 0 for `Do.CLOSE`"""

    payment_id: int
    do: Do
    amount_minor: int = 0


def is_secured(case: Case, purses: Iterable[Purse]) -> bool:
    """What was asked for has been given and is still there, or nothing is due any more."""
    held = list(purses)
    due = case.due_minor
    if due == 0 or case.is_prepaid:
        return sum(purse.in_hand_minor for purse in held) >= due
    return any(purse.is_saved or purse.ready_minor or purse.in_hand_minor for purse in held)


def keeps_minor(case: Case, *, now: datetime) -> int:
    """How much of what was taken the restaurant may have at the moment."""
    paid = case.due_minor if case.is_prepaid else 0
    if not case.is_final(now):
        return paid + case.fee_minor
    if case.ending is Ending.CAME:
        return paid + case.fee_minor
    if case.ending in (Ending.NO_SHOW, Ending.CANCELLED_LATE):
        is_by_hand = case.kind is Kind.GUARANTEE
        return min(case.fee_minor, case.fee_limit_minor) if is_by_hand else case.fee_limit_minor
    return 0


def orders(
    case: Case,
    purses: Sequence[Purse],
    *,
    now: datetime,
    again: frozenset[Do] = frozenset(),
) -> Iterator[Order]:
    """What the providers are to be told now; nothing if all is as it should be.

    What was refused once is not tried again by itself, and nothing is told twice.

    :param again: what is tried all the same, as somebody asked for it
    """
    left = keeps_minor(case, now=now)
    for purse in purses:
        kept = min(purse.in_hand_minor, left)
        left -= kept
        surplus = purse.in_hand_minor - kept
        if surplus and purse.may(Do.REFUND, again):
            yield Order(purse.payment_id, Do.REFUND, surplus)
    taking = _taking(case, purses, left, again=again, now=now)
    if taking is not None:
        yield taking
    spared = None if taking is None else taking.payment_id
    is_there = _is_there(case, purses)
    for purse in purses:
        if purse.payment_id != spared and _is_let_go(case, purse, left, is_there, now=now):
            yield Order(purse.payment_id, Do.CLOSE)


def _taking(
    case: Case,
    purses: Sequence[Purse],
    missing: int,
    *,
    now: datetime,
    again: frozenset[Do],
) -> Order | None:
    """Take what is ours and not in hand yet; or hold it, when the day comes near."""
    if case.is_prepaid or any(purse.is_taking for purse in purses):
        return None  # what comes of it is told, and leads here again
    for purse in purses:
        amount = min(missing, purse.ready_minor)
        if amount > 0 and purse.may(Do.CAPTURE, again):
            return Order(purse.payment_id, Do.CAPTURE, amount)
    for purse in purses:
        amount = min(missing, case.fee_minor, purse.room_minor)
        if amount > 0 and purse.is_saved and purse.may(Do.CHARGE, again):
            return Order(purse.payment_id, Do.CHARGE, amount)
    if _is_to_be_held(case, purses, now=now):
        for purse in purses:
            amount = min(case.due_minor, purse.room_minor)
            is_new = not purse.was_held and not purse.is_closed
            if amount > 0 and purse.is_saved and is_new and purse.may(Do.HOLD, again):
                return Order(purse.payment_id, Do.HOLD, amount)
    return None


def _is_to_be_held(case: Case, purses: Iterable[Purse], *, now: datetime) -> bool:
    return (
        case.kind is Kind.AUTHORISATION
        and case.status is Status.CONFIRMED
        and case.due_minor > 0
        and case.starts_at - HOLD_AHEAD <= now < case.starts_at
        and not any(purse.ready_minor or purse.in_hand_minor for purse in purses)
    )


def _is_there(case: Case, purses: Iterable[Purse]) -> bool:
    """What was asked for has been given, so that no other try is needed: more than a card on which
    nothing is held yet.
    """
    held = list(purses)
    if case.is_prepaid:
        return sum(purse.in_hand_minor for purse in held) >= case.due_minor
    is_card_enough = case.kind is Kind.GUARANTEE
    return any(
        purse.ready_minor or purse.in_hand_minor or (is_card_enough and purse.is_saved)
        for purse in held
    )


def _is_let_go(case: Case, purse: Purse, missing: int, is_there: bool, *, now: datetime) -> bool:
    """Nothing will be asked of it any more: a try that is open, an amount held, a card kept."""
    is_being_taken = purse.is_taking and not purse.is_holding
    if purse.is_letting_go or is_being_taken or Do.CLOSE in purse.refused:
        return False
    is_over = case.is_final(now)
    if purse.is_open and not purse.is_closed:
        return _is_try_over(case, purse, missing, is_there, now=now)
    if purse.ready_minor:
        return case.due_minor == 0 or (is_over and missing == 0)
    is_idle_card = purse.is_saved and not purse.is_closed and not purse.captured_minor
    return is_idle_card and (case.due_minor == 0 or (is_over and not _may_charge(case, now=now)))


def _is_try_over(case: Case, purse: Purse, missing: int, is_there: bool, *, now: datetime) -> bool:
    """The guest may not pay any more."""
    if case.due_minor == 0 or case.status is Status.PENDING:
        return True
    if purse.mode == "charge" and not case.is_prepaid:
        # The bank wants the guest to confirm a fee: that is asked for after the end.
        is_wanted = case.fee_minor > 0 and missing > 0
        return not is_wanted or now >= case.starts_at + FEE_UNTIL
    return is_there or case.is_final(now)


def _may_charge(case: Case, *, now: datetime) -> bool:
    """Staff may still ask for a fee from the card that is kept."""
    ended = case.ending in (Ending.NO_SHOW, Ending.CANCELLED_LATE)
    return ended and case.fee_limit_minor > 0 and now < case.starts_at + FEE_UNTIL


def cards_over(case: Case, purses: Iterable[Purse], *, now: datetime) -> Iterator[int]:
    """Payments whose cards nothing can be asked of any more, by number."""
    if _is_card_over(case, now=now):
        for purse in purses:
            if purse.has_card and not purse.is_taking:  # what comes of it leads here again
                yield purse.payment_id


def _is_card_over(case: Case, *, now: datetime) -> bool:
    """Sooner than `FEE_UNTIL` only where staff cannot ask for a fee: those of a party that came may
    still be charged who did not.
    """
    if case.due_minor == 0 or now >= case.starts_at + FEE_UNTIL:
        return True
    if case.status is Status.EXPIRED and not case.is_too_late:
        return False  # a card that was given in time and told late finds its tables again
    return case.is_final(now) and case.ending is not Ending.CAME and not _may_charge(case, now=now)


def look_again_at(case: Case, purses: Iterable[Purse], *, now: datetime) -> datetime | None:
    """When time alone changes what should be done."""
    held = list(purses)
    times = [case.settles_at()]
    cards = [purse for purse in held if purse.is_saved and not purse.is_closed]
    if cards and case.status is Status.CONFIRMED and case.kind is Kind.AUTHORISATION:
        times.append(case.starts_at - HOLD_AHEAD)
    if any(purse.has_card for purse in held):
        times.append(case.starts_at + FEE_UNTIL)
    return min((at for at in times if at is not None and at > now), default=None)


def deposit_status(case: Case, purses: Sequence[Purse], *, now: datetime) -> str:
    """The state in one word (`bookings.models.DepositStatus`)."""
    if any(purse.disputed_minor or purse.is_disputed for purse in purses):
        return "disputed"
    if any(purse.captured_minor > 0 for purse in purses):
        return _of_taken(case, purses, now=now)
    if any(purse.held_minor for purse in purses):
        return "held"
    if case.due_minor == 0:
        return "waived"
    is_over = case.is_final(now)
    # A card may come after its time was over, for a booking that found its tables again.
    if any(purse.is_saved and not (is_over and purse.is_closed) for purse in purses):
        return "guaranteed"
    return "released" if is_over else "pending"


def _of_taken(case: Case, purses: Sequence[Purse], *, now: datetime) -> str:
    captured = sum(purse.captured_minor for purse in purses)
    refunded = sum(purse.refunded_minor for purse in purses)
    if refunded >= captured:
        return "refunded"
    if not case.is_prepaid:
        return "charged"
    if case.is_final(now):
        if case.ending is Ending.CAME:
            return "redeemed"
        if case.ending in (Ending.NO_SHOW, Ending.CANCELLED_LATE) and case.fee_limit_minor:
            return "forfeited"
    return "partly_refunded" if refunded else "paid"
