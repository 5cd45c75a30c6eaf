"""What a guest waits for: look, take the offer or not, wait again, leave (rules 88-90)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.utils.translation import gettext as _

from bookings.errors import SlotUnavailable
from reservehub.core.errors import DomainError, NotFound, VersionConflict
from telegram_bot.guest.acts.turn import Turn, refreshed
from telegram_bot.guest.presenters.visits import visit_screen
from telegram_bot.guest.presenters.waiting import wait_leave_screen, wait_screen
from telegram_bot.guest.reading import entry_of_chat, reservation_of_chat
from telegram_bot.guest.screens import Reply
from telegram_bot.guest.writing import GUEST
from telegram_bot.screen import Screen
from waitlist.models import WaitlistEntry, WaitlistOffer
from waitlist.presenters.entry import entry_view
from waitlist.selectors import open_offer_of, position_of
from waitlist.services import (
    entry_leave,
    entry_resume,
    offer_accept,
    offer_decline,
)


def screen_of(entry: WaitlistEntry, *, now: datetime, said: str = "") -> Screen:
    """An entry as it is now."""
    names = dict(entry.restaurant.areas.values_list("pk", "name")) if entry.area_ids else {}
    offer = open_offer_of(entry, now) if entry.is_live else None
    view = entry_view(entry, offer, position=position_of(entry), areas=names, now=now)
    return wait_screen(entry, view, said=said)


def wait(turn: Turn) -> Reply:
    return Reply(screen=screen_of(_own(turn), now=turn.now))


def _own(turn: Turn) -> WaitlistEntry:
    """:raises NotFound: for anybody else's entry"""
    return entry_of_chat(turn.chat_id, turn.tap.reservation_id)


def take(turn: Turn) -> Reply:
    """The offer that was seen becomes a booking; the second tap finds it."""
    entry = _own(turn)
    if entry.reservation is not None:
        return _booked(turn, entry.reservation.pk)
    offer = _offer_seen(turn, entry)
    if offer is None:
        return refreshed(screen_of(entry, now=turn.now))
    try:
        booked = offer_accept(offer_id=offer.pk, actor=GUEST, now=turn.now)
    except SlotUnavailable:
        said = _("This table can no longer be booked. You stay on the waitlist.")
        return Reply(screen=screen_of(_own(turn), now=turn.now, said=said))
    except DomainError as refusal:
        return Reply(screen=screen_of(_own(turn), now=turn.now, said=f"{refusal.title}."))
    return _booked(turn, booked.reservation.pk)


def _booked(turn: Turn, reservation_id: int) -> Reply:
    booking = reservation_of_chat(turn.chat_id, reservation_id)
    return Reply(screen=visit_screen(booking, now=turn.now))


def decline(turn: Turn) -> Reply:
    """No, thank you: the next is asked, this guest goes on waiting."""
    entry = _own(turn)
    offer = _offer_seen(turn, entry)
    if offer is None:
        return refreshed(screen_of(entry, now=turn.now))
    return _done(
        turn,
        lambda: offer_decline(offer_id=offer.pk, actor=GUEST, now=turn.now),
        _("Thank you. You stay on the waitlist."),
    )


def _offer_seen(turn: Turn, entry: WaitlistEntry) -> WaitlistOffer | None:
    """Never another one that came in between: every offer makes a new version of its entry."""
    return open_offer_of(entry, turn.now) if entry.version == turn.tap.version else None


def resume(turn: Turn) -> Reply:
    """Yes, I still wait (rule 89)."""
    entry = _own(turn)
    return _done(turn, lambda: entry_resume(entry_id=entry.pk, actor=GUEST, now=turn.now))


def leave(turn: Turn) -> Reply:
    """The first tap asks; only the second leaves."""
    entry = _own(turn)
    if not entry.is_live:
        return refreshed(screen_of(entry, now=turn.now))
    return Reply(screen=wait_leave_screen(entry))


def leave_now(turn: Turn) -> Reply:
    entry, version = _own(turn), turn.tap.version

    def work() -> object:
        return entry_leave(
            entry_id=entry.pk, actor=GUEST, now=turn.now, expected_version=version or None
        )

    return _done(turn, work)


def _done(turn: Turn, work: Callable[[], object], notice: str = "") -> Reply:
    """Do it; then the entry as it is now, where it was refused with the reason."""
    try:
        work()
    except NotFound:
        raise
    except VersionConflict:
        said = _("Meanwhile something has changed. This is how it is now; try again.")
        return refreshed(screen_of(_own(turn), now=turn.now, said=said))
    except DomainError as refusal:
        return refreshed(screen_of(_own(turn), now=turn.now, said=f"{refusal.title}."))
    return Reply(screen=screen_of(_own(turn), now=turn.now), notice=notice)
