"""The life of a reservation: states, allowed transitions and the clocks around them.

Pure: no database and no clock. The services wrap :class:`TransitionRefused`. Rules 54, 59-69.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum


class Status(StrEnum):
    """State of a reservation (rule 59). A hold is not a reservation; late is a flag with an ETA."""

    PENDING = "pending"
    PENDING_PAYMENT = "pending_payment"
    CONFIRMED = "confirmed"
    ARRIVED = "arrived"
    PARTIALLY_SEATED = "partially_seated"
    SEATED = "seated"
    COMPLETED = "completed"
    NO_SHOW = "no_show"
    CANCELLED_BY_GUEST = "cancelled_by_guest"
    CANCELLED_BY_RESTAURANT = "cancelled_by_restaurant"
    DECLINED = "declined"
    EXPIRED = "expired"
    MOVED = "moved"


_S = Status

TRANSITIONS: Mapping[Status, frozenset[Status]] = {
    _S.PENDING: frozenset(
        {
            _S.CONFIRMED,
            _S.PENDING_PAYMENT,
            _S.DECLINED,
            _S.EXPIRED,
            _S.CANCELLED_BY_GUEST,
            _S.CANCELLED_BY_RESTAURANT,
            _S.MOVED,
        }
    ),
    _S.PENDING_PAYMENT: frozenset(
        {
            _S.CONFIRMED,
            _S.PENDING,
            _S.EXPIRED,
            _S.CANCELLED_BY_GUEST,
            _S.CANCELLED_BY_RESTAURANT,
            _S.MOVED,
        }
    ),
    _S.CONFIRMED: frozenset(
        {
            # Staff ask for a deposit that was not agreed when booking.
            _S.PENDING_PAYMENT,
            _S.ARRIVED,
            _S.PARTIALLY_SEATED,
            _S.SEATED,
            _S.NO_SHOW,
            _S.CANCELLED_BY_GUEST,
            _S.CANCELLED_BY_RESTAURANT,
            _S.MOVED,
        }
    ),
    _S.ARRIVED: frozenset(
        {_S.PARTIALLY_SEATED, _S.SEATED, _S.NO_SHOW, _S.CANCELLED_BY_RESTAURANT, _S.MOVED}
    ),
    _S.PARTIALLY_SEATED: frozenset({_S.SEATED, _S.COMPLETED}),
    _S.SEATED: frozenset({_S.COMPLETED}),
    # A late arrival can be reinstated if a table exists (rule 66).
    _S.NO_SHOW: frozenset({_S.ARRIVED, _S.SEATED}),
    _S.COMPLETED: frozenset(),
    _S.CANCELLED_BY_GUEST: frozenset(),
    _S.CANCELLED_BY_RESTAURANT: frozenset(),
    _S.DECLINED: frozenset(),
    # Paid a moment too late, and the tables are still free (rule 79).
    _S.EXPIRED: frozenset({_S.CONFIRMED}),
    _S.MOVED: frozenset(),
}
"""Forward moves. Undo (:func:`check_undo`) goes back to the recorded previous state instead."""

AWAITING = frozenset({_S.PENDING, _S.PENDING_PAYMENT})
AT_TABLE = frozenset({_S.PARTIALLY_SEATED, _S.SEATED})
OCCUPYING = AWAITING | AT_TABLE | {_S.CONFIRMED, _S.ARRIVED}
"""States that take a table (rule 54)."""
ACTIVE = OCCUPYING
PACING = OCCUPYING
"""States that consume pacing for a start still to come or running (rule 44)."""
TERMINAL = frozenset(_S) - OCCUPYING
CANCELLED = frozenset({_S.CANCELLED_BY_GUEST, _S.CANCELLED_BY_RESTAURANT})

UNDO_WINDOW = timedelta(minutes=15)
UNDOABLE = frozenset({_S.ARRIVED, _S.PARTIALLY_SEATED, _S.SEATED, _S.COMPLETED, _S.NO_SHOW})
"""States that can be undone within :data:`UNDO_WINDOW` (rule 60). A cancellation has been told to
the guest and released the table: it is rebooked, not undone."""
ANSWER_UNDO_WINDOW = timedelta(seconds=60)
ANSWERS = frozenset({_S.CONFIRMED, _S.PENDING_PAYMENT, _S.DECLINED})
"""What staff answer to a request; where money is asked for, yes is "please pay". A slip of the
finger can be taken back at once, though the guest has been told: they are told of what follows as
well."""

GRACE = timedelta(minutes=15)
ASK_AFTER = timedelta(minutes=10)
MAX_ETA_EXTENSION = timedelta(minutes=30)
PENDING_LIFE = timedelta(hours=24)
PENDING_LEAD = timedelta(hours=2)
PENDING_MINIMUM = timedelta(minutes=15)

BY_MONEY = frozenset({_S.PENDING_PAYMENT, _S.EXPIRED})
"""What waits for money, or waited in vain, is confirmed by the money alone."""


class TransitionRefused(Exception):
    """A move the lifecycle does not allow. ``code`` is stable; ``why`` is a message key."""

    def __init__(self, code: str, why: str) -> None:
        super().__init__(why)
        self.code = code
        self.why = why


class LateState(StrEnum):
    """How late a party is (rule 65)."""

    NONE = "none"
    LATE = "late"
    ASK = "ask"
    SUGGEST_NO_SHOW = "suggest_no_show"


def check_transition(
    status: Status,
    to: Status,
    *,
    now: datetime,
    starts_at: datetime,
    actor_is_guest: bool = False,
    cancel_until: datetime | None = None,
    is_settled: bool = False,
) -> None:
    """Check one forward move (rules 60, 67, 72, 79).

    ``cancel_until`` is the last instant at which the guest may cancel; None means the start.
    ``is_settled`` says that what was asked for has been paid, or is no longer asked for.

    :raises TransitionRefused: ``not_allowed``, ``not_settled``, ``not_yours``,
        ``no_show_before_start``, ``cancel_after_start`` or ``cancel_after_cutoff``
    """
    if to not in TRANSITIONS[status]:
        raise TransitionRefused("not_allowed", f"{status} to {to}")
    if to is _S.CONFIRMED and status in BY_MONEY and not is_settled:
        raise TransitionRefused("not_settled", f"{status} to {to} without money")
    if actor_is_guest:
        _check_guest(to, now=now, starts_at=starts_at, cancel_until=cancel_until)
    elif to is _S.NO_SHOW and now < starts_at:
        raise TransitionRefused("no_show_before_start", "no-show before the start")


def _check_guest(
    to: Status, *, now: datetime, starts_at: datetime, cancel_until: datetime | None
) -> None:
    if to in {_S.CONFIRMED, _S.MOVED}:  # by paying, by accepting an offer, by changing the time
        return
    if to is not _S.CANCELLED_BY_GUEST:
        raise TransitionRefused("not_yours", f"a guest cannot set {to}")
    if now >= starts_at:
        raise TransitionRefused("cancel_after_start", "cancelling after the start")
    if cancel_until is not None and now > cancel_until:
        raise TransitionRefused("cancel_after_cutoff", "cancelling after the cut-off")


def check_undo(
    status: Status, *, previous: Status | None, changed_at: datetime, now: datetime
) -> Status:
    """Return the state that undo restores (rule 60): the previous one, within 15 minutes; the
    answer to a request within one.

    What left the state alone (other tables, another size, an ETA, a longer stay) can be taken back
    while the party is expected or there.

    :raises TransitionRefused: ``not_undoable``, ``undo_too_late`` or ``answer_undo_too_late``
    """
    is_step = previous is not None and status in UNDOABLE and status in TRANSITIONS[previous]
    is_detail = previous is status and status in OCCUPYING
    is_answer = undoes_answer(status, previous)
    if previous is None or not (is_step or is_detail or is_answer):
        raise TransitionRefused("not_undoable", f"{status} cannot be undone")
    if is_answer and now - changed_at > ANSWER_UNDO_WINDOW:
        raise TransitionRefused("answer_undo_too_late", "the answer stands")
    if now - changed_at > UNDO_WINDOW:
        raise TransitionRefused("undo_too_late", "the undo window has passed")
    return previous


def undoes_answer(status: Status, previous: Status | None) -> bool:
    """Whether undo would make it a request again."""
    return previous is _S.PENDING and status in ANSWERS


def extended_grace(starts_at: datetime, eta: datetime | None, grace: timedelta = GRACE) -> datetime:
    """The instant at which grace ends; an acknowledged ETA extends it once, at most 30 minutes."""
    until = starts_at + grace
    if eta is None or eta <= until:
        return until
    return min(eta, until + MAX_ETA_EXTENSION)


def late_state(
    now: datetime,
    starts_at: datetime,
    eta: datetime | None = None,
    grace: timedelta = GRACE,
) -> LateState:
    """How late a party that has not arrived is: late at +0, ask at +10, suggest no-show at +15."""
    if now < starts_at:
        return LateState.NONE
    if now >= extended_grace(starts_at, eta, grace):
        return LateState.SUGGEST_NO_SHOW
    if eta is None and now >= starts_at + min(ASK_AFTER, grace):
        return LateState.ASK
    return LateState.LATE


def no_show_due(
    status: Status,
    *,
    now: datetime,
    starts_at: datetime,
    eta: datetime | None = None,
    grace: timedelta = GRACE,
) -> bool:
    """Whether an opted-in automatic no-show applies now (rule 65)."""
    return status is _S.CONFIRMED and now >= extended_grace(starts_at, eta, grace)


def pending_expires_at(
    created_at: datetime,
    starts_at: datetime,
    *,
    life: timedelta = PENDING_LIFE,
    lead: timedelta = PENDING_LEAD,
) -> datetime:
    """When an unanswered request expires: 24 h after asking or 2 h before the start (rule 54).

    A request made later than that gets 15 minutes, but never past its start.
    """
    return _expires_at(created_at, starts_at, life=life, lead=lead)


def payment_expires_at(
    asked_at: datetime,
    starts_at: datetime,
    *,
    life: timedelta,
    lead: timedelta = timedelta(0),
) -> datetime:
    """When a booking that waits for money expires (rule 78): in the same way, with the times of
    those who pay at once, or by a link.
    """
    return _expires_at(asked_at, starts_at, life=life, lead=lead)


def _expires_at(
    created_at: datetime, starts_at: datetime, *, life: timedelta, lead: timedelta
) -> datetime:
    usual = min(created_at + life, starts_at - lead)
    soonest = min(created_at + PENDING_MINIMUM, max(starts_at, created_at))
    return max(usual, soonest)
