"""The guest book speaks up: when guests book and when they come."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from guests.services import note_add
from reservehub.core import clock
from restaurants.models import Restaurant, Role
from tests.factories import NOW, STAFF
from tests.staff.guests.book import anna, booked, enter, text, url

pytestmark = pytest.mark.django_db


def test_the_booking_form_knows_who_calls(place: Restaurant) -> None:
    guest, client = anna(place, visits=4, bookings=4), enter(place)
    sent: dict[str, Any] = {"kind": "incident", "text": "Left without paying", "is_alert": True}
    note_add(guest_id=guest.pk, actor=STAFF, now=NOW, **sent)
    address = url(place, "guest-known")
    page = text(client.post(address, {"phone": "06 1234 5678"}))
    assert "Left without paying" in page
    assert "4 visits" in page
    assert text(client.post(address, {"phone": "06 12"})) == ""
    assert client.get(address).status_code == 405
    assert enter(place, Role.MARKETING).post(address).status_code == 403
    form = text(client.get(url(place, "book"), {"phone": "0612345678"}))
    assert "Left without paying" in form


def test_alerts_appear_when_the_guest_arrives(place: Restaurant) -> None:
    guest = anna(place)
    row = booked(place, guest)
    sent: dict[str, Any] = {"kind": "preference", "text": "Always the corner", "is_alert": True}
    note_add(guest_id=guest.pk, actor=STAFF, now=NOW, **sent)
    note_add(
        guest_id=guest.pk,
        kind="allergy",
        text="Sesame",
        is_alert=True,
        has_health_consent=True,
        actor=STAFF,
        now=NOW,
    )
    client, viewer = enter(place), enter(place, Role.VIEWER)
    panel = url(place, "reservation-panel", row.pk)
    card = text(client.get(panel))
    assert "Always the corner" in card
    assert url(place, "guest", guest.pk) in card
    assert "Sesame" in card
    assert "Sesame" not in text(viewer.get(panel))
    assert url(place, "guest", guest.pk) not in text(viewer.get(panel))
    alerts = url(place, "alerts")
    assert "Always the corner" not in text(client.get(alerts))
    with clock.freeze(row.starts_at - timedelta(minutes=30)):
        near = text(client.get(alerts))
        assert "Always the corner" in near
        assert "Sesame" in near
        assert "Sesame" not in text(viewer.get(alerts))
