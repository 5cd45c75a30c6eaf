"""What staff read in their letters, and that a preview stores nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.models import Reservation
from notifications.kinds import MANNERS, Kind
from notifications.models import Message
from notifications.rendering import preview
from reservehub.core import clock
from tests.factories import NOW
from tests.notifications.rendering.support import BASE, Page, bella, book, rendered, shapes

pytestmark = pytest.mark.django_db

STAFF_KINDS = [
    kind for kind in Kind if MANNERS[kind].is_for_staff and kind is not Kind.STAFF_DIFFERENCES
]
"""About a party; differences are about a day."""


@pytest.fixture(autouse=True)
def _frozen() -> Iterator[None]:
    with clock.freeze(NOW):
        yield


@pytest.mark.parametrize("kind", STAFF_KINDS)
def test_staff_read_all_they_need_and_nothing_about_health(kind: Kind) -> None:
    place = bella()
    reservation = book(
        place,
        guest_email="anna@example.com",
        guest_phone="+31612345678",
        special_requests="I have diabetes",
        dietary_restrictions=["nut_allergy"],
        has_health_consent=True,
    )
    content = rendered(reservation, kind)
    for shape in shapes(content):
        assert "Anna de Vries" in shape
        assert "2 guests" in shape
        assert "19:00" in shape
        for secret in ("diabetes", "nut", "Nut", "anna@example.com", "612345678"):
            assert secret not in shape
    link = f"{BASE}/staff/{place.slug}/list/?date=2026-06-05&q={reservation.reference}"
    if kind is Kind.STAFF_DISPUTE:
        link = f"{BASE}/staff/{place.slug}/payments/"
    assert [action.url for action in content.actions] == [link]
    assert link in Page(content.html).links
    assert "Hello" not in content.text
    assert not Page(content.html).scripts
    assert not content.template


def test_staff_learn_that_there_is_a_wish() -> None:
    with_wish = book(bella(), special_requests="A quiet corner")
    assert "has left a request" in rendered(with_wish, Kind.STAFF_REQUEST).text
    assert "has left a request" not in rendered(book(bella()), Kind.STAFF_REQUEST).text


def test_nothing_is_stored_by_a_preview() -> None:
    place = bella()
    before = (Reservation.objects.count(), Message.objects.count())
    with CaptureQueriesContext(connection) as queries:
        preview(restaurant=place, kind=Kind.CONFIRMED, language="ru")
    assert (Reservation.objects.count(), Message.objects.count()) == before
    assert all(query["sql"].startswith("SELECT") for query in queries)
