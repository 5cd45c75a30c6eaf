"""What stands in letters and short texts: the essential facts, in every shape."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.models import Reservation
from bookings.selectors import manage_token_of
from notifications.kinds import Kind
from notifications.models import MessageText
from notifications.rendering import preview, render, segments
from reservehub.core import clock
from tests.factories import NOW
from tests.notifications.rendering.support import (
    BASE,
    GUEST_KINDS,
    Page,
    bella,
    book,
    message_of,
    rendered,
    shapes,
)

pytestmark = pytest.mark.django_db

ABOUT_THE_VISIT = [
    Kind.REQUEST_RECEIVED,
    Kind.CONFIRMED,
    Kind.CHANGED,
    Kind.DECLINED,
    Kind.CANCELLED,
    Kind.REMINDER_DAY,
    Kind.RECONFIRM,
]


@pytest.fixture(autouse=True)
def _frozen() -> Iterator[None]:
    with clock.freeze(NOW):
        yield


@pytest.fixture
def reservation() -> Reservation:
    return book(bella(), guest_phone="+31612345678")


@pytest.mark.parametrize("kind", ABOUT_THE_VISIT)
def test_every_shape_tells_where_and_when(reservation: Reservation, kind: Kind) -> None:
    content = rendered(reservation, kind)
    for shape in shapes(content):
        assert "Bella Vista" in shape
        assert "19:00" in shape
        assert "5 Jun" in shape
    for shape in shapes(content)[:2]:
        assert "Friday 5 June" in shape
        assert "2 guests" in shape
        assert reservation.reference in shape
        assert "Amsterdam time (CEST, UTC+02:00)" in shape
        assert "Prinsengracht 12, 1015 DX Amsterdam" in shape
        assert "+31 20 123 4567" in shape


def test_a_confirmation_tells_the_terms_and_leads_to_the_booking(reservation: Reservation) -> None:
    content = rendered(reservation)
    manage = f"{BASE}/b/{manage_token_of(reservation)}/"
    for shape in shapes(content)[:2]:
        assert "Free to cancel until Friday 5 June, 17:00." in shape
        assert "Please cancel in time: we are small." in shape
    page = Page(content.html)
    assert {manage, f"{manage}cancel/", "tel:+31201234567"} <= set(page.links)
    assert any("openstreetmap.org" in link for link in page.links)
    assert manage in content.text
    assert manage in content.short
    assert [action.url for action in content.actions] == [manage, f"{manage}cancel/"]


@pytest.mark.parametrize("kind", [Kind.REMINDER_DAY, Kind.REMINDER_SOON, Kind.RECONFIRM])
def test_a_reminder_can_be_answered_with_a_button(reservation: Reservation, kind: Kind) -> None:
    actions = rendered(reservation, kind).actions
    assert [action.code for action in actions] == ["confirm", "cancel", ""]


def test_who_has_said_yes_is_not_asked_again(reservation: Reservation) -> None:
    Reservation.objects.filter(pk=reservation.pk).update(reconfirmed_at=NOW)
    reservation.refresh_from_db()
    actions = rendered(reservation, Kind.REMINDER_DAY).actions
    assert [action.label for action in actions] == ["Cancel booking", "View or change"]
    assert not any(action.code for action in actions)  # its place is that of “Yes”


def test_nobody_is_offered_to_cancel_too_late(reservation: Reservation) -> None:
    with clock.freeze(reservation.starts_at - timedelta(hours=1)):
        content = rendered(reservation, Kind.REMINDER_SOON)
    assert [action.label for action in content.actions] == [
        "Yes, we are coming",
        "View the booking",
    ]


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("language", ["en", "ru"])
def test_every_kind_is_whole_in_both_languages(kind: Kind, language: str) -> None:
    content = preview(restaurant=bella(), kind=kind, language=language)
    assert content.subject
    assert len(content.subject) <= 150
    assert content.short.rstrip("/").count("http") == 1
    assert 1 <= len(content.actions) <= 3
    assert all(len(action.label) <= 20 for action in content.actions)
    assert len({action.url for action in content.actions if not action.code}) <= 1
    for shape in (content.subject, *shapes(content)):
        assert not re.search(r"%\(|\{\{|\{%|None|\bNaN\b", shape)


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_html_is_what_mail_programs_keep(kind: Kind, language: str) -> None:
    page = Page(preview(restaurant=bella(), kind=kind, language=language).html)
    assert page.tags.count("h1") == 1
    assert not {"style", "link", "img", "form", "iframe"} & set(page.tags)
    assert all(kind == "application/ld+json" for kind, _text in page.scripts)
    assert ("lang", language) in page.attributes
    assert ("dir", "ltr") in page.attributes
    assert not any(name.startswith("on") for name, _value in page.attributes)


def test_the_letter_is_readable_in_the_dark() -> None:
    """Paper and ink are left to the reader; what is coloured is so in front and behind."""
    html = preview(restaurant=bella(), kind=Kind.CONFIRMED, language="en").html
    assert '<meta name="color-scheme" content="light dark">' in html
    styles = re.findall(r'style="([^"]*)"', html)
    assert any("background-color" in style for style in styles)
    for style in styles:
        has_ink = re.search(r"(?:^|;)\s*color:\s*#", style) is not None
        assert has_ink == ("background-color" in style)


@pytest.mark.parametrize("kind", GUEST_KINDS)
def test_a_short_text_is_one_sms(reservation: Reservation, kind: Kind) -> None:
    found = segments(rendered(reservation, kind, text="Yes", reason="Full").short)
    assert (found.is_gsm, found.parts) == (True, 1)


@pytest.mark.parametrize("kind", Kind)
def test_a_short_text_is_two_sms_in_russian(kind: Kind) -> None:
    if kind == Kind.REPLY:
        return  # the restaurant's own words are not cut
    found = segments(preview(restaurant=bella(), kind=kind, language="ru").short)
    assert found.parts <= 2
    assert found.is_gsm or found.units <= 134


def test_a_long_name_is_cut_and_the_link_is_not() -> None:
    place = bella(name="The Extraordinarily Long Named Restaurant at the Corner of the Old Harbour")
    content = rendered(book(place))
    assert segments(content.short).parts == 1
    assert re.search(r"/b/[\w-]{43}/$", content.short)
    assert content.short.startswith("The Extra")
    assert "19:00" in content.short


def test_an_answer_of_the_restaurant_is_not_cut(reservation: Reservation) -> None:
    text = "Bring the dog. " * 20
    assert rendered(reservation, Kind.REPLY, text=text).short.count("Bring the dog.") == 20


def test_the_place_is_named_to_whoever_has_a_foreign_phone() -> None:
    place = bella()
    assert "19:00 (Amsterdam)" in rendered(book(place, guest_phone="+491711234567")).short
    assert "(Amsterdam)" not in rendered(book(place, guest_phone="+31687654321")).short


def test_the_clock_counts_to_twelve_where_people_do() -> None:
    place = bella(country="US", zone="America/New_York", phone="")
    assert "7:00 pm" in rendered(book(place)).subject


def test_a_change_tells_what_it_was_before(reservation: Reservation) -> None:
    content = rendered(
        reservation,
        Kind.CHANGED,
        old_starts_at="2026-06-04T16:00:00+00:00",
        old_party_size=3,
    )
    for shape in shapes(content)[:2]:
        assert "Before it was: Thu 4 Jun, 18:00, for 3 guests." in shape


def test_a_letter_says_how_to_get_fewer(reservation: Reservation) -> None:
    content = rendered(reservation)
    link = content.headers["List-Unsubscribe"].strip("<>")
    assert link.startswith(f"{BASE}/u/email.{reservation.pk}.")
    assert content.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert link in Page(content.html).links
    assert link in content.text
    for_staff = rendered(reservation, Kind.STAFF_REQUEST)
    assert "List-Unsubscribe" not in for_staff.headers
    assert "/u/" not in for_staff.text


def test_a_refusal_gives_the_reason_of_the_restaurant(reservation: Reservation) -> None:
    for kind, context in (
        (Kind.DECLINED, {"reason": "A wedding"}),
        (Kind.CANCELLED, {"reason": "A wedding", "by_guest": False}),
    ):
        for shape in shapes(rendered(reservation, kind, **context))[:2]:
            assert "A wedding" in shape


def test_who_cancelled_is_told_differently(reservation: Reservation) -> None:
    own = rendered(reservation, Kind.CANCELLED, by_guest=True)
    theirs = rendered(reservation, Kind.CANCELLED, by_guest=False)
    assert own.subject == "Bella Vista: cancelled, Fri 5 Jun, 19:00"
    assert theirs.subject == "Bella Vista had to cancel your booking, Fri 5 Jun, 19:00"


def test_a_receipt_lists_what_was_paid(reservation: Reservation) -> None:
    euro = {"currency": "EUR"}
    content = rendered(
        reservation,
        Kind.RECEIPT,
        lines=[
            {"label": "Deposit", "quantity": 2, "amount": {"amount_minor": 2000, **euro}},
            {"label": "Wine", "amount": {"amount_minor": 3150, **euro}},
        ],
        total={"amount_minor": 5150, **euro},
    )
    for shape in shapes(content)[:2]:
        assert "2 × Deposit" in shape
        assert "€31.50" in shape
        assert "€51.50" in shape
    assert "€51.50" in content.short


def test_an_offer_leads_to_the_table_and_says_how_long(reservation: Reservation) -> None:
    content = rendered(
        reservation, Kind.WAITLIST_OFFER, offer_url="/w/abc/", until="2026-06-05T15:30:00Z"
    )
    assert "until Friday 5 June, 17:30" in content.text
    assert content.short.endswith(f"{BASE}/w/abc/")


def test_an_offer_needs_no_reservation(reservation: Reservation) -> None:
    message = message_of(
        reservation,
        Kind.WAITLIST_OFFER,
        starts_at="2026-06-05T17:00:00Z",
        party_size=4,
        guest_name="Ben",
        offer_url="https://example.com/w/abc",
    )
    message.reservation = None
    content = render(message)
    assert "Fri 5 Jun, 19:00, 4 guests" in content.short
    assert "Hello Ben," in content.text


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize(
    "context",
    [
        {},
        {"old_starts_at": "rubbish", "old_party_size": "x", "reason": 7, "by_guest": "no"},
        {"until": "2026-99-99", "offer_url": "http://[", "lines": "x", "total": {"amount": 1}},
        {"lines": [1, {"label": None}, {"label": "x", "amount": {"currency": "euro"}}], "text": {}},
    ],
)
def test_a_context_that_lacks_things_never_raises(
    reservation: Reservation, kind: Kind, context: dict[str, Any]
) -> None:
    assert rendered(reservation, kind, **context).text


def test_a_context_that_is_no_object_never_raises(reservation: Reservation) -> None:
    message = message_of(reservation)
    message.context = None
    assert render(message).subject


def test_a_language_nobody_translated_becomes_that_of_the_restaurant() -> None:
    content = rendered(book(bella(language="ru")), language="nl")
    assert ("lang", "ru") in Page(content.html).attributes
    assert "июня" in content.text


def test_rendering_takes_three_queries(reservation: Reservation) -> None:
    area = reservation.restaurant.areas.get()
    Reservation.objects.filter(pk=reservation.pk).update(area_preference=area)
    MessageText.objects.create(
        restaurant=reservation.restaurant,
        kind=Kind.CONFIRMED,
        language="en",
        opening="Table {table}, {name}",
    )
    message = message_of(reservation)
    with CaptureQueriesContext(connection) as queries:
        content = render(message)
    assert len(queries) <= 3
    assert "Table 1, Anna de Vries" in content.text
    assert "Main room" in content.text
