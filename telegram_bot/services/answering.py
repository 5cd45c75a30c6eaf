"""A tap on a card: as that staff member, for the version they saw (requirement I2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.errors import TransitionRefused
from bookings.lifecycle import Status
from bookings.models import Reservation, ReservationStatus
from bookings.services import reservation_approve, reservation_decline, reservation_undo
from reservehub.core.errors import VersionConflict
from restaurants.permissions import Capability
from telegram_bot.errors import AlreadyAnswered, ButtonOld
from telegram_bot.models import Card
from telegram_bot.selectors.cards import deed_of
from telegram_bot.selectors.people import Post, post_in
from telegram_bot.services.cards import card_found, cards_touch

REASONS: dict[str, str | Promise] = {
    "full": gettext_lazy("We are fully booked at that time."),
    "closed": gettext_lazy("We are closed at that time."),
    "size": gettext_lazy("We cannot seat a party of this size."),
    "event": gettext_lazy("A private event takes place then."),
}
"""What the guest is told, in their language; by the code in the button."""


@dataclass(frozen=True, kw_only=True)
class Tapped:
    """Who pressed a button of which card."""

    card_id: int
    chat_id: int
    message_id: int
    telegram_id: int
    version: int


def card_opened(*, tapped: Tapped, now: datetime) -> tuple[Card, Post]:
    """The card, if this person may answer it from this chat.

    :raises ButtonOld: if there is no such card in this chat
    :raises NotLinked, NoStaff: for strangers and those without the right
    """
    card = (
        Card.objects.select_related("chat__restaurant", "reservation")
        .filter(pk=tapped.card_id, chat__chat_id=tapped.chat_id)
        .first()
    )
    if card is None:
        raise ButtonOld
    post = post_in(
        card.chat.restaurant,
        telegram_id=tapped.telegram_id,
        capability=Capability.EDIT_BOOK,
        is_group=card.chat.is_group,
    )
    card_found(card=card, message_id=tapped.message_id, now=now)
    return card, post


def card_confirm(*, tapped: Tapped, now: datetime) -> str:
    """Say yes. Returns what the tap is answered with.

    :raises AlreadyAnswered: naming who did, if somebody was quicker
    """
    card, post = card_opened(tapped=tapped, now=now)
    try:
        reservation_approve(
            reservation_id=card.reservation_id,
            actor=post.actor,
            now=now,
            expected_version=tapped.version,
        )
    except (VersionConflict, TransitionRefused):
        raise _too_late(card, now) from None
    return _("Confirmed.")


def card_decline(*, tapped: Tapped, reason: str, now: datetime) -> str:
    """Say no, with one of `REASONS` or none.

    :raises AlreadyAnswered: naming who did, if somebody was quicker
    """
    card, post = card_opened(tapped=tapped, now=now)
    with translation.override(card.reservation.guest_language):
        words = str(REASONS.get(reason, ""))
    try:
        reservation_decline(
            reservation_id=card.reservation_id,
            actor=post.actor,
            now=now,
            reason=words,
            expected_version=tapped.version,
        )
    except (VersionConflict, TransitionRefused):
        raise _too_late(card, now) from None
    return _("Declined.")


def card_undo(*, tapped: Tapped, now: datetime) -> str:
    """Take the answer back, within a minute.

    :raises AlreadyAnswered: if something else has happened since
    :raises TransitionRefused: if it is too late
    :raises TableTaken: if the table was given away after a refusal
    """
    card, post = card_opened(tapped=tapped, now=now)
    status = Reservation.objects.values_list("status", flat=True).get(pk=card.reservation_id)
    if status not in (Status.CONFIRMED, Status.DECLINED):
        raise _too_late(card, now)
    try:
        reservation_undo(
            reservation_id=card.reservation_id,
            actor=post.actor,
            now=now,
            expected_version=tapped.version,
        )
    except VersionConflict:
        raise _too_late(card, now) from None
    return _("Taken back: it waits for an answer again.")


def _too_late(card: Card, now: datetime) -> AlreadyAnswered | ButtonOld:
    """Who was quicker, in words; the message is made to show it."""
    cards_touch(reservation_id=card.reservation_id, now=now)
    reservation = Reservation.objects.select_related("restaurant").get(pk=card.reservation_id)
    if reservation.status == Status.PENDING:
        return ButtonOld(_("The request has changed. Please look again."))
    status = ReservationStatus(reservation.status).label
    deed = deed_of(reservation)
    if deed is None:
        return AlreadyAnswered(_("The reservation is “%(status)s”.") % {"status": status})
    at = deed.at.astimezone(ZoneInfo(reservation.restaurant.timezone))
    return AlreadyAnswered(
        _("%(status)s: %(who)s, %(time)s.")
        % {"status": status, "who": deed.who, "time": f"{at:%H:%M}"}
    )
