"""The guest's own bookings: look, change, cancel, be late, come all the same (C6, rules 65-72)."""

from __future__ import annotations

from collections.abc import Callable

from django.utils.translation import gettext as _

from bookings.models import Reservation
from bookings.presenters.visit import LATE_CHOICES, visit_of
from bookings.services import (
    reservation_cancel,
    reservation_reconfirm,
    reservation_running_late,
)
from reservehub.core.errors import DomainError, NotFound, VersionConflict
from telegram_bot.guest.acts.turn import Turn, refreshed
from telegram_bot.guest.presenters.home import visits_screen
from telegram_bot.guest.presenters.visits import (
    cancel_screen,
    cancelled_screen,
    change_screen,
    visit_screen,
)
from telegram_bot.guest.reading import reservation_of_chat, visits_ahead, waits_ahead
from telegram_bot.guest.screens import Reply
from telegram_bot.guest.writing import GUEST


def visits(turn: Turn) -> Reply:
    chat_id, now = turn.chat_id, turn.now
    return Reply(
        screen=visits_screen(visits_ahead(chat_id, now=now), waits_ahead(chat_id, now=now))
    )


def visit(turn: Turn) -> Reply:
    return Reply(screen=visit_screen(_own(turn), now=turn.now))


def _own(turn: Turn) -> Reservation:
    """:raises NotFound: for anybody else's booking"""
    return reservation_of_chat(turn.chat_id, turn.tap.reservation_id)


def change(turn: Turn) -> Reply:
    reservation = _own(turn)
    if not visit_of(reservation, now=turn.now).can_change:
        return _too_late(turn, reservation)
    return Reply(screen=change_screen(reservation))


def cancel(turn: Turn) -> Reply:
    """The first tap asks; only the second cancels."""
    reservation = _own(turn)
    if not visit_of(reservation, now=turn.now).can_cancel:
        return _too_late(turn, reservation)
    return Reply(screen=cancel_screen(reservation, now=turn.now))


def _too_late(turn: Turn, reservation: Reservation) -> Reply:
    """The booking as it is, with the telephone of the restaurant (rule 72)."""
    return refreshed(visit_screen(reservation, now=turn.now))


def cancel_now(turn: Turn) -> Reply:
    own = _own(turn)

    def work() -> Reservation:
        return reservation_cancel(
            reservation_id=own.pk, actor=GUEST, now=turn.now, expected_version=turn.tap.version
        )

    refused = _refused(turn, work)
    if refused is not None:
        return refused
    return Reply(screen=cancelled_screen(_own(turn), now=turn.now))


def late(turn: Turn) -> Reply:
    own = _own(turn)
    minutes = turn.tap.page if turn.tap.page in LATE_CHOICES else LATE_CHOICES[0]

    def work() -> Reservation:
        return reservation_running_late(
            reservation_id=own.pk, minutes=minutes, actor=GUEST, now=turn.now
        )

    return _refused(turn, work) or visit(turn)


def reconfirm(turn: Turn) -> Reply:
    own = _own(turn)

    def work() -> Reservation:
        return reservation_reconfirm(reservation_id=own.pk, actor=GUEST, now=turn.now)

    refused = _refused(turn, work)
    if refused is not None:
        return refused
    return Reply(
        screen=visit_screen(_own(turn), now=turn.now),
        notice=_("Thank you! The restaurant knows that you are coming."),
    )


def _refused(turn: Turn, work: Callable[[], Reservation]) -> Reply | None:
    """Do it; where it is refused, the booking as it is now with the reason."""
    try:
        work()
    except NotFound:
        raise
    except VersionConflict:
        said = _("The booking was changed in the meantime. This is how it is now; try again.")
        return refreshed(visit_screen(_own(turn), now=turn.now, said=said))
    except DomainError as error:
        return refreshed(visit_screen(_own(turn), now=turn.now, said=str(error)))
    return None
