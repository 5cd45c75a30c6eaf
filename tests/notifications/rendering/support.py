"""Messages about real reservations, to be rendered."""

from __future__ import annotations

from datetime import datetime, timedelta
from html.parser import HTMLParser
from typing import Any

from bookings.models import Reservation
from bookings.services import reservation_create
from notifications.channels.base import Content
from notifications.kinds import MANNERS, Kind
from notifications.models import Message
from notifications.rendering import render
from restaurants.models import Restaurant
from tests.factories import GUEST, NOW, a_request, make_restaurant

BASE = "http://testserver"
GUEST_KINDS = [kind for kind in Kind if not MANNERS[kind].is_for_staff]


def bella(**fields: Any) -> Restaurant:
    """Bella Vista in Amsterdam, with all that a letter can tell of a restaurant."""
    return make_restaurant(
        **{
            "name": "Bella Vista",
            "address_line1": "Prinsengracht 12",
            "postal_code": "1015 DX",
            "city": "Amsterdam",
            "latitude": 52.37,
            "longitude": 4.88,
            "policy": {"cancellation_policy": "Please cancel in time: we are small."},
            **fields,
        }
    )


def book(restaurant: Restaurant, *, now: datetime = NOW, **fields: Any) -> Reservation:
    return reservation_create(
        request=a_request(restaurant, **fields), actor=GUEST, now=now
    ).reservation


def message_of(
    reservation: Reservation,
    kind: Kind = Kind.CONFIRMED,
    *,
    language: str = "en",
    **context: Any,
) -> Message:
    """A stored message, read as the sender reads it."""
    made = Message.objects.create(
        dedupe_key=f"{kind}:{reservation.pk}:{Message.objects.count()}",
        kind=kind,
        restaurant=reservation.restaurant,
        reservation=reservation,
        guest=reservation.guest,
        language=language,
        context=context,
        due_at=NOW,
        expires_at=NOW + timedelta(days=2),
        created_at=NOW,
    )
    return stored(made)


def stored(message: Message) -> Message:
    rows = Message.objects.select_related("reservation__restaurant__policy", "restaurant", "guest")
    return rows.get(pk=message.pk)


def rendered(
    reservation: Reservation,
    kind: Kind = Kind.CONFIRMED,
    *,
    language: str = "en",
    **context: Any,
) -> Content:
    return render(message_of(reservation, kind, language=language, **context))


class Page(HTMLParser):
    """What a reader of the HTML sees: the words, the links, and the tags they come in."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.words: list[str] = []
        self.scripts: list[tuple[str, str]] = []
        self.attributes: list[tuple[str, str | None]] = []
        self._inside = ""
        self._type = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        found = dict(attrs)
        if tag == "a":
            self.links.append(found.get("href") or "")
        self._inside, self._type = tag, found.get("type") or ""

    def handle_endtag(self, _tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside == "script":
            self.scripts.append((self._type, data))
        elif self._inside not in {"style", "title"}:
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def shapes(content: Content) -> tuple[str, str, str]:
    return content.text, Page(content.html).text, content.short
