"""A message as its reader gets it: the letter, the short text, the buttons, the calendar file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from django.conf import settings
from django.utils import translation
from django.utils.translation import get_supported_language_variant

from bookings.ics import calendar_file
from bookings.presenters.visit import calendar_title
from notifications.channels.base import Attachment, Content
from notifications.kinds import MANNERS, Kind
from notifications.models import Message, MessageText
from notifications.rendering.clean import cut, one_line, paragraphs
from notifications.rendering.facts import Facts, facts_of
from notifications.rendering.letter import as_html, as_text, letter_of
from notifications.rendering.placeholders import fill
from notifications.rendering.sms import first_that_fits
from notifications.rendering.whatsapp import parameters_of, template_of
from notifications.rendering.words import Words, words_of
from notifications.unsubscribe import stop_headers, unsubscribe_headers
from reservehub.core import clock
from restaurants.models import Restaurant

HEADERS = {"Auto-Submitted": "auto-generated"}
"""So that absence notes do not answer (RFC 3834)."""


def render(message: Message) -> Content:
    """The content of a message about its reservation as it is now.

    Never raises for what a context lacks or a guest typed. At most three queries for a message read
    with its reservation, the restaurant and the guest.
    """
    return render_with(message, text=_own_text(message), now=clock.now())


def render_with(message: Message, *, text: MessageText | None, now: datetime) -> Content:
    """:param text: the restaurant's own words, if it has any"""
    kind = Kind(message.kind)
    language = language_of(message.language, _restaurant_of(message))
    with translation.override(language):
        facts = facts_of(message, language=language, now=now)
        words = words_of(kind, facts)
        return _content(kind, facts, words, text, now)


def language_of(wanted: str, restaurant: Restaurant) -> str:
    """A language we have words in: the reader's, else the restaurant's, else the site's."""
    for code in (wanted, restaurant.language):
        try:
            return get_supported_language_variant(code)
        except LookupError:
            continue
    return settings.LANGUAGE_CODE


def _restaurant_of(message: Message) -> Restaurant:
    reservation = message.reservation
    return reservation.restaurant if reservation is not None else message.restaurant


def _own_text(message: Message) -> MessageText | None:
    restaurant = _restaurant_of(message)
    return MessageText.objects.filter(
        restaurant=restaurant,
        kind=message.kind,
        language=language_of(message.language, restaurant),
    ).first()


def _content(
    kind: Kind, facts: Facts, words: Words, text: MessageText | None, now: datetime
) -> Content:
    subject = one_line(fill(text.subject, facts) if text and text.subject else words.subject)
    letter = letter_of(
        facts,
        words,
        subject=subject,
        opening=paragraphs(fill(text.opening, facts), 2000) if text and text.opening else "",
        is_for_staff=MANNERS[kind].is_for_staff,
    )
    return Content(
        subject=subject,
        text=as_text(letter),
        html=as_html(letter),
        short=_own_short(text.short, facts, words) if text and text.short else _short(kind, facts),
        actions=words.actions[:3],
        attachments=_attachments(facts, now) if words.has_calendar else (),
        headers=_headers(kind, facts, words),
        template=template_of(kind),
        parameters=parameters_of(kind, facts, words),
    )


def _headers(kind: Kind, facts: Facts, words: Words) -> dict[str, str]:
    if words.stop is not None:
        return HEADERS | stop_headers(words.stop.url)
    if facts.reservation is None or not facts.links["choose"] or MANNERS[kind].is_for_staff:
        return dict(HEADERS)
    return HEADERS | unsubscribe_headers(facts.reservation)


def _own_short(text: str, facts: Facts, words: Words) -> str:
    """The restaurant pays for its own words: they are not cut."""
    filled = one_line(fill(text, facts), 600)
    return filled if words.link in filled else f"{filled} {words.link}"


def _short(kind: Kind, facts: Facts) -> str:
    words = words_of(kind, facts)
    if not words.is_cut:
        return f"{words.short} {words.link}"
    return first_that_fits(_shorter_and_shorter(kind, facts), words.link)


def _shorter_and_shorter(kind: Kind, facts: Facts) -> Iterator[str]:
    """First the briefer words go, then the end of the restaurant's name."""
    for length in (80, 24, 16, 10):
        words = words_of(kind, replace(facts, place=cut(facts.place, length)))
        yield words.short
        yield words.brief


def _attachments(facts: Facts, now: datetime) -> tuple[Attachment, ...]:
    reservation = facts.reservation
    if reservation is None:
        return ()
    body = calendar_file(
        reservation,
        title=one_line(calendar_title(reservation)),
        manage_url=facts.links["manage"],
        base_url=settings.RESERVEHUB_BASE_URL,
        now=now,
    )
    return (Attachment(f"{reservation.reference}.ics", body, "text/calendar"),)
