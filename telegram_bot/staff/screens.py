"""From what somebody asked to the screen that answers it. Runs in the bridge's threads.

Every function finds out anew who asks and what they may do here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from restaurants.permissions import Capability
from telegram_bot.errors import ButtonOld
from telegram_bot.presenters.book import STAFF, floor_screen, found_screen, today_screen
from telegram_bot.presenters.visit import (
    pause_screen,
    reservation_screen,
    walk_in_size_screen,
    walk_in_table_screen,
    where_screen,
)
from telegram_bot.screen import Button, Screen, code, screen
from telegram_bot.selectors.people import Post, places_of, post_of
from telegram_bot.services.steps import (
    bookings_pause,
    chat_speak,
    pause_wish,
    restaurant_choose,
    step_take,
    walk_in_seat,
)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Who asks what, where. `words` follow a command, `parts` are of a button."""

    telegram_id: int
    chat_id: int
    now: datetime
    restaurant_id: int | None = None
    words: str = ""
    parts: tuple[str, ...] = ()

    def post(self, capability: Capability = Capability.VIEW_BOOK) -> Post:
        """:raises NotLinked, NoStaff: if they may not do this here"""
        return post_of(
            telegram_id=self.telegram_id,
            chat_id=self.chat_id,
            restaurant_id=self.restaurant_id,
            capability=capability,
        )

    def number(self, at: int) -> int:
        """:raises ButtonOld: if there is no number in this place"""
        if at >= len(self.parts) or not self.parts[at].isdecimal() or len(self.parts[at]) > 18:
            raise ButtonOld
        return int(self.parts[at])


Work = Callable[[Asked], Screen]


@dataclass(frozen=True)
class Deed:
    """`otherwise` is what the message shows after a refusal; None leaves it."""

    work: Work
    otherwise: Work | None = None


def today(asked: Asked) -> Screen:
    page = asked.number(0) if asked.parts else 0
    return today_screen(asked.post(), now=asked.now, page=page)


def floor(asked: Asked) -> Screen:
    return floor_screen(asked.post(), now=asked.now)


def find(asked: Asked) -> Screen:
    post = asked.post()
    if len(asked.words.strip()) < 2:
        return screen([_("Write a name, a reference or the end of a phone number: /find Anna")])
    return found_screen(post, asked.words, now=asked.now)


def reservation(asked: Asked) -> Screen:
    return reservation_screen(asked.post(), asked.number(0), now=asked.now)


def step(asked: Asked) -> Screen:
    """``reservation, version, step``"""
    post = asked.post()
    reservation_id, version = asked.number(0), asked.number(1)
    step_take(
        post=post,
        reservation_id=reservation_id,
        step="".join(asked.parts[2:3]),
        version=version,
        now=asked.now,
    )
    return reservation_screen(post, reservation_id, now=asked.now)


def walk_in(asked: Asked) -> Screen:
    """How many, then where, then seated; ``/walkin 4`` leaves the first question out."""
    post = asked.post(Capability.EDIT_BOOK)
    wish = asked.words.strip()
    if wish.isascii() and wish.isdigit() and len(wish) < 4:
        return walk_in_table_screen(post, int(wish), now=asked.now)
    if not asked.parts:
        return walk_in_size_screen(post)
    size = asked.number(0)
    if len(asked.parts) == 1:
        return walk_in_table_screen(post, size, now=asked.now)
    table_id = None if asked.parts[1] == "best" else asked.number(1)
    made = walk_in_seat(post=post, party_size=size, table_id=table_id, now=asked.now)
    return reservation_screen(post, made, now=asked.now)


def walk_in_again(asked: Asked) -> Screen:
    """The tables as they are now, after one was refused."""
    post = asked.post(Capability.EDIT_BOOK)
    if not asked.parts:
        return walk_in_size_screen(post)
    return walk_in_table_screen(post, asked.number(0), now=asked.now)


def pause(asked: Asked) -> Screen:
    post = asked.post(Capability.CONFIGURE)
    wish = asked.words or "".join(asked.parts[:1])
    restaurant = post.restaurant
    if wish:
        until = pause_wish(wish, restaurant, now=asked.now)
        restaurant = bookings_pause(post=post, until=until, now=asked.now)
    return pause_screen(post, restaurant, now=asked.now)


def where(asked: Asked) -> Screen:
    return where_screen(places_of(telegram_id=asked.telegram_id, chat_id=asked.chat_id))


def go_to(asked: Asked) -> Screen:
    post = asked.post()
    if not post.is_group:
        restaurant_choose(post=post)
    return today_screen(post, now=asked.now)


def language_asked(asked: Asked) -> Screen:
    place = asked.post().restaurant.pk
    names = {"en": "English", "ru": "Русский"}
    buttons = [
        Button(names.get(key, str(name)), code(STAFF, "lang", place, key))
        for key, name in settings.LANGUAGES
    ]
    return screen([_("Which language shall we speak?")], [buttons])


def language_chosen(asked: Asked) -> Screen:
    chosen = "".join(asked.parts[:1])
    if chosen not in dict(settings.LANGUAGES):
        raise ButtonOld
    chat_speak(post=asked.post(), chat_id=asked.chat_id, language=chosen)
    with translation.override(chosen):
        return screen([_("From now on we speak English.")])


DEEDS: Mapping[str, Deed] = {
    "today": Deed(today),
    "floor": Deed(floor),
    "r": Deed(reservation),
    "do": Deed(step, otherwise=reservation),
    "w": Deed(walk_in, otherwise=walk_in_again),
    "p": Deed(pause),
    "where": Deed(where),
    "to": Deed(go_to),
    "lang": Deed(language_chosen),
}


def deed_of(name: str) -> Deed:
    """:raises ButtonOld: for a button of another release"""
    if name not in DEEDS:
        raise ButtonOld
    return DEEDS[name]
