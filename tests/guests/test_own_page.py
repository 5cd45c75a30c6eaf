"""What guests see of themselves, and who is kept from seeing it (A6)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bookings.models import Reservation
from bookings.selectors import manage_token_of
from bookings.services import reservation_create
from guests.models import ConsentEntry, Guest, PrivacyLink
from guests.services.merging import guests_merge
from notifications.kinds import Kind
from notifications.models import ContactPoint, Message
from notifications.services import sending_begin
from reservehub.core import clock
from tests.factories import FRIDAY, GUEST, NOW, STAFF, a_request, make_restaurant
from tests.guests.people import make_guest
from tests.guests.persons import LATER, PHONE, Person, make_person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _after_the_visit() -> Iterator[None]:
    cache.clear()
    with clock.freeze(LATER):
        yield


@pytest.fixture(autouse=True)
def _messages_go_out(settings: Any) -> None:
    settings.RESERVEHUB_DEV_OUTBOX = True


@pytest.fixture
def person() -> Person:
    return make_person()


def ask(client: Client, reservation: Reservation) -> Any:
    return client.post(f"/b/{manage_token_of(reservation)}/privacy/")


def link_of(message: Message) -> str:
    """As it went out."""
    begun = sending_begin(message_id=message.pk, now=LATER)
    assert begun is not None
    found = re.search(r"/me/[\w-]{43}/", begun.envelope.content.text)
    assert found is not None
    return found[0]


@pytest.fixture
def own_page(client: Client, person: Person) -> str:
    ask(client, person.visit)
    return link_of(Message.objects.get(kind=Kind.PRIVACY_LINK))


def text_of(response: Any) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


class TestWhoGetsTheLink:
    def test_it_goes_to_the_number_by_which_the_guest_is_known(
        self, client: Client, person: Person
    ) -> None:
        page = text_of(ask(client, person.visit))

        message = Message.objects.get(kind=Kind.PRIVACY_LINK)
        assert message.channels == ["sms"]
        begun = sending_begin(message_id=message.pk, now=LATER)
        assert begun is not None
        assert begun.envelope.address == PHONE
        assert "by SMS" in page
        assert "/me/" not in page, "whoever looks at the booking learns nothing"

    def test_a_booking_with_a_strangers_number_opens_nothing(
        self, client: Client, person: Person
    ) -> None:
        """Anybody may do so, add an e-mail address and connect a chat."""
        booked = reservation_create(
            request=a_request(
                person.restaurant,
                date=FRIDAY + timedelta(days=9),
                guest_name="Mallory",
                guest_phone=PHONE,
                guest_email="mallory@example.com",
            ),
            actor=GUEST,
            now=LATER,
        )
        assert booked.reservation.guest_id == person.guest.pk
        ContactPoint.objects.create(
            guest=person.guest, channel="telegram", address="666", created_at=LATER
        )
        Guest.objects.filter(pk=person.guest.pk).update(email="mallory@example.com")

        ask(client, booked.reservation)

        begun = sending_begin(message_id=Message.objects.get(kind="privacy_link").pk, now=LATER)
        assert begun is not None
        assert begun.envelope.address == PHONE

    def test_it_goes_by_mail_to_whoever_gave_no_number(self, client: Client) -> None:
        place = make_restaurant()
        booked = reservation_create(
            request=a_request(place, guest_email="ann@example.com"), actor=GUEST, now=NOW
        )
        ask(client, booked.reservation)

        message = Message.objects.get(kind=Kind.PRIVACY_LINK)
        assert message.channels == ["email"]
        assert Guest.objects.get().pk == PrivacyLink.objects.get().guest_id

    def test_who_cannot_be_written_to_is_sent_to_the_restaurant(
        self, client: Client, person: Person, settings: Any
    ) -> None:
        settings.RESERVEHUB_DEV_OUTBOX = False
        page = text_of(ask(client, person.visit))

        assert "Ask the restaurant" in page
        assert not PrivacyLink.objects.exists()

    def test_looking_sends_nothing(self, client: Client, person: Person) -> None:
        assert client.get(f"/b/{manage_token_of(person.visit)}/privacy/").status_code == 200
        assert not PrivacyLink.objects.exists()

    def test_the_link_is_stored_nowhere(self, own_page: str) -> None:
        token = own_page.split("/")[2]
        message = Message.objects.get(kind=Kind.PRIVACY_LINK)
        assert token not in json.dumps(message.context)
        assert token not in (PrivacyLink.objects.get().token_hash, PrivacyLink.objects.get().nonce)

    def test_it_works_for_a_day(self, client: Client, own_page: str) -> None:
        assert client.get(own_page).status_code == 200
        with clock.freeze(LATER + timedelta(days=1, minutes=1)):
            assert client.get(own_page).status_code == 404

    def test_the_fourth_in_a_day_is_refused(self, client: Client, person: Person) -> None:
        answers = [ask(client, person.visit).status_code for _ in range(4)]
        assert answers == [200, 200, 200, 429]

    def test_a_guess_opens_nothing(self, client: Client) -> None:
        for path in ("", "export/", "news/", "health/", "erase/"):
            assert client.post(f"/me/{'x' * 43}/{path}").status_code in (404, 405)
            assert client.get(f"/me/{'x' * 43}/{path}").status_code in (404, 405)


class TestThePage:
    def test_it_shows_what_there_is_and_tells_nobody_else(
        self, client: Client, own_page: str
    ) -> None:
        response = client.get(own_page)
        page = text_of(response)

        for text in ("Zelda de Vries", "Zelda V", PHONE, "Zelda likes the window", "I want news"):
            assert text in page
        assert "threw a plate" not in page
        assert response["Cache-Control"] == "private, no-store"
        assert "noindex" in response["X-Robots-Tag"]

    def test_it_asks_few_questions_however_much_there_is(
        self, client: Client, own_page: str, person: Person
    ) -> None:
        client.get(own_page)
        with CaptureQueriesContext(connection) as before:
            client.get(own_page)
        for _ in range(4):
            Message.objects.create(
                dedupe_key=f"more-{_}",
                kind=Kind.REPLY,
                restaurant=person.restaurant,
                guest=person.guest,
                due_at=NOW,
                expires_at=NOW,
                created_at=NOW,
            )
        with CaptureQueriesContext(connection) as after:
            client.get(own_page)
        assert len(after) == len(before) <= 32

    def test_one_takes_it_along(self, client: Client, own_page: str) -> None:
        response = client.post(f"{own_page}export/")

        assert "attachment" in response["Content-Disposition"]
        assert response.json()["guests"]["contacts"][0]["phone"] == PHONE
        assert client.get(f"{own_page}export/").status_code == 405

    def test_offers_and_news_are_switched_with_the_words_kept(
        self, client: Client, own_page: str
    ) -> None:
        ConsentEntry.objects.all().delete()
        Guest.objects.update(has_marketing_consent=False)

        client.post(f"{own_page}news/", {"news": "yes"})
        assert Guest.objects.filter(has_marketing_consent=True).exists()
        client.post(f"{own_page}news/", {"news": "no"})
        assert not Guest.objects.filter(has_marketing_consent=True).exists()

        taken, given = ConsentEntry.objects.all()
        assert (given.source, given.is_given, taken.is_given) == ("own_page", True, False)
        assert given.wording.endswith("may send me offers and news. I can stop them at any time.")

    def test_health_notes_are_kept_or_deleted(
        self, client: Client, own_page: str, person: Person
    ) -> None:
        client.post(f"{own_page}health/", {"health": "keep"})
        assert Guest.objects.get(pk=person.guest.pk).keeps_health_notes

        client.post(f"{own_page}health/", {"health": "delete"})
        person.visit.refresh_from_db()
        assert not Guest.objects.get(pk=person.guest.pk).keeps_health_notes
        assert person.visit.dietary_restrictions == []

    def test_one_is_forgotten_after_a_second_look(
        self, client: Client, own_page: str, person: Person
    ) -> None:
        assert "cannot be taken back" in text_of(client.get(f"{own_page}erase/"))
        assert "You are forgotten" in text_of(client.post(f"{own_page}erase/"))

        person.guest.refresh_from_db()
        assert person.guest.anonymised_at is not None
        assert client.get(own_page).status_code == 404

    def test_what_is_to_come_is_to_be_cancelled_first(
        self, client: Client, own_page: str, person: Person
    ) -> None:
        booked = reservation_create(
            request=a_request(
                person.restaurant, date=FRIDAY + timedelta(days=9), guest_phone=PHONE
            ),
            actor=GUEST,
            now=LATER,
        )
        response = client.post(f"{own_page}erase/")

        assert response.status_code == 409
        assert f"/b/{manage_token_of(booked.reservation)}/" in text_of(response)
        assert Guest.objects.get(pk=person.guest.pk).anonymised_at is None

    def test_a_record_merged_later_leads_to_the_kept_one(
        self, client: Client, own_page: str, person: Person
    ) -> None:
        kept = make_guest(person.guest.organisation, name="Kept")
        guests_merge(kept_id=kept.pk, merged_id=person.guest.pk, actor=STAFF, now=LATER)

        assert "Kept" in text_of(client.get(own_page))


def test_the_booking_leads_there(client: Client, person: Person) -> None:
    page = text_of(client.get(f"/b/{manage_token_of(person.visit)}/"))

    assert f'href="/b/{manage_token_of(person.visit)}/privacy/"' in page
