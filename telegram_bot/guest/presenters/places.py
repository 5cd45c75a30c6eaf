"""Choosing a restaurant, and where it is."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from django.conf import settings
from django.utils.translation import gettext as _

from bookings.presenters.profile import line_of, profile_of
from restaurants.models import Restaurant
from telegram_bot.guest.codes import Step, Tap
from telegram_bot.guest.facts import Places
from telegram_bot.guest.links import link_row, phone_text
from telegram_bot.guest.presenters.home import back_button, home_button
from telegram_bot.guest.screens import as_rows, button, in_columns, lines, paragraphs
from telegram_bot.screen import Button, Screen


def places_screen(places: Places, *, said: str = "") -> Screen:
    """One button for each restaurant, those of earlier visits first."""
    heading = _("Where would you like to eat?")
    if not places.found:
        heading = _("No restaurant is open for booking yet.")
    buttons = [
        button(_label(place, places), Tap(step=Step.PARTY, restaurant_id=place.pk))
        for place in places.found
    ]
    cities = []
    if places.has_cities:
        label = "🏙 " + (places.city or _("All cities"))
        cities = [button(label, Tap(step=Step.CITIES))]
    here = Tap(step=Step.PLACES, restaurant_id=places.city_id)
    return Screen(
        text=paragraphs(escape(said), f"<b>{escape(heading)}</b>"),
        rows=as_rows(
            *in_columns(buttons, 1),
            pages_row(here, page=places.page, pages=places.pages),
            cities,
            [home_button()],
        ),
    )


def _label(place: Restaurant, places: Places) -> str:
    mark = "★ " if place.pk in places.known_ids else ""
    where = place.city if not places.city else place.address_line1
    return mark + " · ".join(part for part in (place.name, where) if part)


def pages_row(here: Tap, *, page: int, pages: int) -> list[Button]:
    """Earlier and later pages of a list."""
    row = []
    if page > 0:
        row.append(button(f"‹ {page}/{pages}", turned(here, page - 1)))
    if page + 1 < pages:
        row.append(button(f"{page + 2}/{pages} ›", turned(here, page + 1)))
    return row


def turned(here: Tap, page: int) -> Tap:
    return Tap(step=here.step, restaurant_id=here.restaurant_id, page=page)


def cities_screen(cities: Sequence[tuple[str, int]], *, page: int, pages: int) -> Screen:
    """Each city with the id of a restaurant there, which stands for it in the code."""
    buttons = [
        button(name, Tap(step=Step.PLACES, restaurant_id=place_id)) for name, place_id in cities
    ]
    everywhere = [button(_("All cities"), Tap(step=Step.PLACES))]
    question = _("In which city?")
    return Screen(
        text=f"<b>{escape(question)}</b>",
        rows=as_rows(
            *in_columns(buttons, 2),
            pages_row(Tap(step=Step.CITIES), page=page, pages=pages),
            everywhere,
            [back_button(Tap(step=Step.PLACES))],
        ),
    )


def place_screen(restaurant: Restaurant, *, back: Tap) -> Screen:
    """How to find and call the restaurant, and when it is open."""
    profile = profile_of(restaurant, list(restaurant.service_periods.all()))
    hours = [f"{found.days}: {found.times}" for found in profile.hours]
    heading = "🕒 " + _("Opening hours")
    links = [
        (_("Show on the map"), profile.map_url),
        (_("Website"), settings.RESERVEHUB_BASE_URL + restaurant.get_absolute_url()),
    ]
    buttons, written = link_row(links)
    return Screen(
        text=paragraphs(
            lines(f"<b>{escape(restaurant.name)}</b>", escape(line_of(restaurant))),
            lines(
                f"📍 {escape(restaurant.address)}" if restaurant.address else "",
                phone_text(restaurant),
            ),
            lines(*map(escape, [heading, *hours])) if hours else "",
            written,
        ),
        rows=as_rows(buttons, [back_button(back)]),
    )
