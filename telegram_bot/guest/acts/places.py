"""Choosing a restaurant."""

from __future__ import annotations

from dataclasses import replace

from restaurants.selectors import restaurant_public
from telegram_bot.guest.acts.turn import Turn
from telegram_bot.guest.codes import Step, Tap
from telegram_bot.guest.presenters.home import home_screen
from telegram_bot.guest.presenters.places import cities_screen, place_screen, places_screen
from telegram_bot.guest.reading import cities_of, places_of, reservation_of_chat
from telegram_bot.guest.screens import Reply


def home(_turn: Turn) -> Reply:
    return Reply(screen=home_screen())


def places(turn: Turn) -> Reply:
    tap = turn.tap
    found = places_of(turn.chat_id, page=tap.page, city_id=tap.restaurant_id)
    return Reply(screen=places_screen(found))


def cities(turn: Turn) -> Reply:
    found, page, pages = cities_of(page=turn.tap.page)
    return Reply(screen=cities_screen(found, page=page, pages=pages))


def place(turn: Turn) -> Reply:
    """Contacts and hours; from a booking the way back leads to it."""
    tap = turn.tap
    if tap.reservation_id:
        restaurant = reservation_of_chat(turn.chat_id, tap.reservation_id).restaurant
        back = Tap(step=Step.VISIT, reservation_id=tap.reservation_id)
    else:
        restaurant = restaurant_public(str(tap.restaurant_id))
        back = replace(tap, step=Step.PARTY)
    return Reply(screen=place_screen(restaurant, back=back))


def label(_turn: Turn) -> Reply:
    """The name of a block of times does nothing."""
    return Reply()
