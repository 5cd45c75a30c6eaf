"""What guests wrote and what did not reach them, among the alerts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from bookings.models import Reservation
from notifications.kinds import Kind
from notifications.models import Message, MessageAttempt, MessageStatus
from restaurants.models import Restaurant
from tests.factories import NOW
from tests.notifications.world import PHONE, book
from tests.staff.messages.talk import HTMX, alerts, fails, says, url

pytestmark = pytest.mark.django_db


def test_the_badge_counts_conversations_and_the_panel_tells_them(
    host: Client, house: Restaurant, party: Reservation
) -> None:
    assert 'class="badge-count"' not in alerts(host, house, part="badge")
    says()
    says("Hello?", number="SMin2", later=timedelta(minutes=1))
    assert '<span class="badge-count">1</span>' in alerts(host, house, part="badge")
    page = alerts(host, house)
    assert "Anna de Vries wrote: Hello?" in page
    assert f"/reservations/{party.pk}/panel/" in page
    host.post(url(party, "seen"), headers=HTMX)
    assert "wrote:" not in alerts(host, house)


def test_failed_messages_of_the_evening_are_alerts_with_one_tap(
    host: Client, house: Restaurant, party: Reservation, django_assert_max_num_queries: Any
) -> None:
    message = fails(party)
    day = party.service_date.isoformat()
    with django_assert_max_num_queries(16):
        page = alerts(host, house, date=day)
    assert "Anna de Vries: 1 message could not be delivered" in page
    assert f'hx-post="{url(party, "again")}"' in page
    assert "could not be delivered" not in alerts(host, house)  # another evening
    answer = host.post(url(party, "again"), {"version": 0}, headers=HTMX)
    assert answer.status_code == 200
    assert "1 message to Anna de Vries is sent again" in answer["HX-Trigger"]
    message.refresh_from_db()
    assert message.status == MessageStatus.WAITING
    answer = host.post(url(party, "again"), {"version": 0}, headers=HTMX)
    assert "Nothing is left to send again" in answer["HX-Trigger"]
    assert "could not be delivered" not in alerts(host, house, date=day)


def test_what_may_have_arrived_is_never_sent_again_by_the_one_tap(
    host: Client, house: Restaurant, party: Reservation
) -> None:
    message = fails(party, MessageStatus.UNCERTAIN, reason="outcome_unknown")
    page = alerts(host, house, date=party.service_date.isoformat())
    assert "nobody knows whether 1 message arrived" in page
    assert url(party, "again") not in page
    host.post(url(party, "again"), headers=HTMX)
    message.refresh_from_db()
    assert message.status == MessageStatus.UNCERTAIN
    page = host.get(url(party), headers=HTMX).content.decode()
    assert "It has arrived" in page
    answer = host.post(url(party, "arrived"), {"message": message.pk}, headers=HTMX)
    assert answer.status_code == 200
    message.refresh_from_db()
    assert message.status == MessageStatus.SENT


def test_a_failed_message_is_marked_and_sent_again_by_name(
    host: Client, party: Reservation
) -> None:
    message = fails(party)
    line = host.get(url(party), headers=HTMX).context["talk"].lines[0]
    assert (line.delivery.sign, line.delivery.tone) == ("!", "bad")
    assert (line.delivery.word, line.delivery.why) == (
        "Could not be sent",
        "The provider says: 30003",
    )
    assert host.post(url(party, "again"), {"message": message.pk}, headers=HTMX).status_code == 200
    refused = host.post(url(party, "again"), {"message": message.pk}, headers=HTMX)
    assert refused.status_code == 409
    assert "This message does not wait for anybody any more" in refused.content.decode()


def test_a_channel_that_took_over_is_named(host: Client, party: Reservation) -> None:
    message = Message.objects.get(reservation=party, kind=Kind.CONFIRMED)
    for number, channel in enumerate(("email", "sms"), start=1):
        MessageAttempt.objects.create(
            message=message,
            number=number,
            channel=channel,
            provider="twilio",
            address=PHONE,
            started_at=NOW,
        )
    assert host.get(url(party), headers=HTMX).context["talk"].lines[0].channel == "SMS"


@pytest.mark.parametrize("act", ["again", "arrived"])
@pytest.mark.parametrize("wanted", ["x", "٣", "9" * 30, "other"])
def test_messages_of_other_parties_are_not_found(
    host: Client, house: Restaurant, party: Reservation, act: str, wanted: str
) -> None:
    other = book(house, guest_name="Bram", guest_email="bram@example.com", guest_phone="")
    number = str(fails(other).pk) if wanted == "other" else wanted
    assert host.post(url(party, act), {"message": number}, headers=HTMX).status_code == 404
