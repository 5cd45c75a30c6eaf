"""What guests say without our keyboards: /start, their number, free words, answers to messages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from bookings.models import Reservation
from bookings.presenters.visit import LATE_CHOICES
from guests.identity import BadPhone
from notifications.answers import Meaning
from notifications.channels.base import Inbound
from notifications.kinds import ChannelName
from notifications.models import MessageAttempt
from notifications.services import (
    Understood,
    contact_link_use,
    contact_point_disable,
    inbound_record,
)
from reservehub.core.errors import NotFound
from restaurants.selectors import restaurant_public
from telegram_bot.guest.acts.taps import Outcome, outcome_of, turn_answer
from telegram_bot.guest.acts.turn import Turn
from telegram_bot.guest.codes import Step, Tap, decode
from telegram_bot.guest.facts import Goal
from telegram_bot.guest.links import phone_text
from telegram_bot.guest.models import GuestProfile
from telegram_bot.guest.presenters.finding import party_screen
from telegram_bot.guest.presenters.home import (
    book_button,
    home_screen,
    said_screen,
    visits_button,
    visits_screen,
)
from telegram_bot.guest.presenters.places import places_screen
from telegram_bot.guest.presenters.visits import late_buttons, visit_screen
from telegram_bot.guest.profiles import Visitor, profile_awaits, profile_of, profile_phone_set
from telegram_bot.guest.reading import (
    places_of,
    reservation_of_chat,
    visits_ahead,
    waits_ahead,
)
from telegram_bot.guest.screens import Reply
from telegram_bot.screen import Button, Screen

PROVIDER = "telegram"
TOKEN_LENGTH = 43
_PHONE = re.compile(r"[\d\s()+.\-]{7,25}", re.ASCII)


def start_answer(*, visitor: Visitor, payload: str, now: datetime) -> Outcome:
    """/start, alone or from a link: ``r-<slug or number>`` of a restaurant, or a one-time token."""
    profile = profile_of(visitor, now=now)
    profile_awaits(profile, "", now=now)
    return outcome_of(Reply(screen=_start_screen(profile, payload, now=now)), profile)


def _start_screen(profile: GuestProfile, payload: str, *, now: datetime) -> Screen:
    is_token = len(payload) == TOKEN_LENGTH
    if payload.startswith("r-"):
        try:
            return party_screen(Goal(restaurant=restaurant_public(payload[2:])))
        except NotFound:
            if not is_token:
                said = _("This restaurant cannot be booked here.")
                return places_screen(places_of(profile.chat_id, page=0, city_id=0), said=said)
    if is_token:
        return _linked_screen(profile, payload, now=now)
    return home_screen()


def _linked_screen(profile: GuestProfile, token: str, *, now: datetime) -> Screen:
    try:
        reservation = contact_link_use(
            token=token, channel=ChannelName.TELEGRAM, address=str(profile.chat_id), now=now
        )
    except NotFound:
        return home_screen(said=_("This link was used before or is too old."))
    said = _("Connected: messages about your bookings come here from now on.")
    return visit_screen(reservation, now=now, said=said)


def visits_answer(*, visitor: Visitor, now: datetime) -> Outcome:
    """/bookings."""
    profile = profile_of(visitor, now=now)
    profile_awaits(profile, "", now=now)
    chat_id = profile.chat_id
    screen = visits_screen(visits_ahead(chat_id, now=now), waits_ahead(chat_id, now=now))
    return outcome_of(Reply(screen=screen), profile)


def contact_answer(*, visitor: Visitor, owner_id: int | None, phone: str, now: datetime) -> Outcome:
    """The number has come; the card that waited for it is booked.

    :param owner_id: whose contact it is: only one's own proves anything (rule 99)
    """
    profile = profile_of(visitor, now=now)
    return outcome_of(_contact_reply(profile, owner_id, phone, now=now), profile)


def _contact_reply(
    profile: GuestProfile, owner_id: int | None, phone: str, *, now: datetime
) -> Reply:
    if owner_id != profile.user_id:
        said = _("This is somebody else’s number. Please share your own with the button below.")
        return Reply(phone_prompt=said) if profile.awaiting else Reply(screen=home_screen())
    tap = decode(profile.awaiting) if profile.awaiting else None
    profile_awaits(profile, "", now=now)
    try:
        profile_phone_set(profile, phone, now=now)
    except BadPhone as error:
        said = _("Please book on our website: this number cannot be called.")
        return Reply(screen=home_screen(said=f"{said} {error}"))
    if tap is None:
        return Reply(screen=home_screen(said=_("Thank you, your number is saved.")))
    return turn_answer(Turn(profile, tap, now))


@dataclass(frozen=True)
class Words:
    """A free text, with Telegram's number of it."""

    text: str
    message_id: int
    at: datetime


def words_answer(*, visitor: Visitor, words: Words, now: datetime) -> Outcome:
    """Free words: "yes" and "cancel" act, everything else goes to the restaurant (H4)."""
    profile = profile_of(visitor, now=now)
    if profile.awaiting and _PHONE.fullmatch(words.text.strip()):
        said = _("Please use the button below, so that nobody has to check the number.")
        return outcome_of(Reply(phone_prompt=said), profile)
    profile_awaits(profile, "", now=now)
    understood = inbound_record(
        provider=PROVIDER,
        channel=ChannelName.TELEGRAM,
        inbound=Inbound(
            provider_id=f"{profile.chat_id}:{words.message_id}",
            sender=str(profile.chat_id),
            text=words.text,
            at=words.at,
        ),
        now=now,
    )
    return outcome_of(Reply(screen=_words_screen(profile, understood, now=now)), profile)


def pictures_answer(*, visitor: Visitor, now: datetime) -> Outcome:
    """Something without words."""
    profile = profile_of(visitor, now=now)
    said = _("Only words can be passed on to the restaurant.")
    return outcome_of(Reply(screen=home_screen(said=said)), profile)


def _words_screen(profile: GuestProfile, understood: Understood, *, now: datetime) -> Screen:
    if understood.meaning is Meaning.STOP:
        return home_screen(said=_("No more messages will come here. Write START to undo that."))
    if understood.meaning is Meaning.START:
        return home_screen(said=_("Messages about your bookings come here again."))
    if understood.said:
        return said_screen(understood.said, [visits_button(), book_button()])
    entry = understood.entry
    if entry is None or entry.reservation_id is None:
        return home_screen()
    if understood.meaning is not Meaning.NOTHING or understood.refusal:
        reservation = _own(profile.chat_id, entry.reservation_id)
        if reservation is not None:
            return visit_screen(reservation, now=now, said=understood.refusal)
    said = _("Passed on to %(restaurant)s.") % {"restaurant": entry.restaurant.name}
    return said_screen(said, [visits_button(), book_button()])


def _own(chat_id: int, reservation_id: int) -> Reservation | None:
    try:
        return reservation_of_chat(chat_id, reservation_id)
    except NotFound:
        return None


@dataclass(frozen=True)
class Answered:
    """What becomes of a message of ours after one of its buttons was pressed: `buttons` replace
    those it had.
    """

    notice: str
    is_alert: bool = False
    buttons: tuple[Button, ...] = ()


def message_answer(
    *, chat_id: int, message_id: int, callback_id: str, code: str, now: datetime
) -> Answered:
    """A button under a message that the channel sent answers for that message's reservation."""
    sent_as = f"{chat_id}:{message_id}"
    if code == "late":
        return _late_answer(chat_id, sent_as)
    understood = inbound_record(
        provider=PROVIDER,
        channel=ChannelName.TELEGRAM,
        inbound=Inbound(
            provider_id=f"cb:{callback_id}",
            sender=str(chat_id),
            text="",
            answer_code=code,
            in_reply_to=sent_as,
        ),
        now=now,
    )
    if understood.said:
        return Answered(understood.said, is_alert=bool(understood.refusal))
    entry = understood.entry
    if entry is None:
        return Answered(_("There is no booking ahead that this could answer."), is_alert=True)
    if understood.refusal:
        return Answered(f"{understood.refusal}. {phone_text(entry.restaurant)}", is_alert=True)
    return Answered(_done_words(understood, entry.restaurant.name))


def _done_words(understood: Understood, restaurant: str) -> str:
    if understood.meaning is Meaning.CANCEL:
        return _("The booking is cancelled")
    if understood.meaning is Meaning.CONFIRM:
        return _("Thank you! The restaurant knows that you are coming.")
    return _("Passed on to %(restaurant)s.") % {"restaurant": restaurant}


def _late_answer(chat_id: int, sent_as: str) -> Answered:
    """How late is asked with the next tap."""
    attempt = (
        MessageAttempt.objects.filter(provider=PROVIDER, provider_id=sent_as, address=str(chat_id))
        .select_related("message")
        .first()
    )
    reservation_id = attempt.message.reservation_id if attempt is not None else None
    if reservation_id is None or _own(chat_id, reservation_id) is None:
        return Answered(_("There is no booking ahead that this could answer."), is_alert=True)
    here = Tap(step=Step.VISIT, reservation_id=reservation_id)
    return Answered("", buttons=tuple(late_buttons(here, LATE_CHOICES)))


def bot_was_blocked(*, chat_id: int, now: datetime) -> None:
    """Nothing reaches this chat any more; the next booking or link from it brings it back."""
    contact_point_disable(
        channel=ChannelName.TELEGRAM, address=str(chat_id), reason="blocked", now=now
    )
