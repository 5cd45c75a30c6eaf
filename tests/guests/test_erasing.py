"""Forgetting somebody: in every app, at once, for good (A6)."""

from __future__ import annotations

import json
from datetime import timedelta
from functools import partial

import pytest
from django.test import Client

from bookings.models import Reservation
from bookings.selectors import manage_token_of
from bookings.services import reservation_cancel, reservation_create
from guests.events import GuestErased
from guests.models import ConsentEntry, Guest, GuestFigures, GuestNote, LoyaltyEntry
from guests.services.erasing import StillAhead, guest_erase
from guests.services.merging import UnmergeRefused, guests_unmerge
from guests.services.privacy import guest_export, health_notes_delete, privacy_link_create
from notifications.models import ContactPoint, Message, OptOut
from payments.gateways import registry
from reservehub.core.errors import NotFound, RateLimited
from reservehub.core.models import AuditEntry, OutboxEvent
from reservehub.core.testing import run_deliveries
from reviews.models import Review
from telegram_bot.models import AdminChat, Card, CardState, GuestProfile
from tests.bookings.deposits.bank import Bank, work
from tests.factories import FRIDAY, GUEST, NOW, STAFF, a_request
from tests.guests.people import make_guest, make_organisation
from tests.guests.persons import CHAT, LATER, PHONE, WORD, Person, make_person, tables_that_know
from tests.races import run_together

pytestmark = pytest.mark.django_db


@pytest.fixture
def person() -> Person:
    return make_person()


def erase(person: Person) -> Guest:
    return guest_erase(guest_id=person.guest.pk, actor=GUEST, now=LATER)


def test_no_row_of_any_app_tells_who_it_was(
    person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_deliveries()
    words = (WORD, PHONE, "203.0.113.9", CHAT)
    assert len(tables_that_know(*words)) > 12, "the person is known in many places"

    erase(person)

    assert set(tables_that_know(*words)) == {"payments_instruction"}, "by the token of a card"
    bank = Bank()
    monkeypatch.setattr(registry, "gateway_named", lambda _provider: bank)
    work(LATER)
    assert bank.forgotten == ["pm-zelda"]
    assert tables_that_know(*words) == {}


def test_the_numbers_stay(person: Person) -> None:
    run_deliveries()
    before = GuestFigures.objects.get()
    erase(person)

    visit = Reservation.objects.get()
    assert (visit.status, visit.party_size, visit.bill_minor) == ("completed", 2, 8000)
    assert visit.guest_id == person.guest.pk
    assert Review.objects.get().stars == 4
    assert LoyaltyEntry.objects.get(reason="correction").points == 10
    assert GuestFigures.objects.get().visits == before.visits
    assert ConsentEntry.objects.filter(is_given=True).count() == 2, "that somebody agreed"
    assert Message.objects.get(dedupe_key="one").status == "dropped", "nobody is written to"


def test_a_refusal_of_messages_is_kept_to(person: Person) -> None:
    OptOut.objects.create(channel="sms", address=PHONE, created_at=NOW)
    erase(person)

    assert OptOut.objects.filter(address=PHONE).exists()


def test_records_merged_into_it_are_forgotten_with_it(person: Person) -> None:
    guest_erase(guest_id=person.merged.pk, actor=GUEST, now=LATER)

    assert not Guest.objects.filter(anonymised_at=None).exists()
    with pytest.raises(UnmergeRefused):
        guests_unmerge(merge_id=person.guest.merges.get().pk, actor=STAFF, now=LATER)


def test_who_comes_back_is_somebody_new(person: Person) -> None:
    erase(person)
    booked = reservation_create(
        request=a_request(person.restaurant, date=LATER.date(), guest_phone=PHONE),
        actor=GUEST,
        now=LATER,
    )

    assert booked.reservation.guest_id not in (person.guest.pk, person.merged.pk)


def test_nobody_is_forgotten_while_a_table_waits_for_them(person: Person) -> None:
    booked = reservation_create(
        request=a_request(person.restaurant, date=FRIDAY + timedelta(days=14), guest_phone=PHONE),
        actor=GUEST,
        now=LATER,
    )
    with pytest.raises(StillAhead):
        erase(person)
    assert Guest.objects.get(pk=person.guest.pk).name == "Zelda de Vries"

    reservation_cancel(reservation_id=booked.reservation.pk, actor=GUEST, now=LATER)
    assert erase(person).anonymised_at == LATER


def test_erasing_twice_is_audited_and_told_once(person: Person) -> None:
    erase(person)
    erase(person)

    assert AuditEntry.objects.filter(action="guests.guest.erased").count() == 2, "two records"
    assert OutboxEvent.objects.filter(name=GuestErased.name).count() == 1


def test_links_lead_nowhere_any_more(person: Person, client: Client) -> None:
    page = f"/b/{manage_token_of(person.visit)}/"
    assert client.get(page).status_code == 200
    link = privacy_link_create(guest_id=person.guest.pk, actor=GUEST, now=LATER)

    erase(person)
    assert client.get(page).status_code == 404
    assert client.get(f"/me/{link.token}/").status_code == 404


def test_cards_in_chats_of_the_house_are_shown_anew(person: Person) -> None:
    chat = AdminChat.objects.create(
        restaurant=person.restaurant, chat_id=-5, language="en", linked_at=NOW
    )
    card = Card.objects.create(
        chat=chat,
        reservation=person.visit,
        message_id=8,
        state=CardState.SHOWN,
        shown_version=person.visit.version,
        created_at=NOW,
    )
    erase(person)
    run_deliveries()

    card.refresh_from_db()
    assert card.due_at == LATER
    assert card.shown_version < Reservation.objects.get().version


def test_the_bot_keeps_who_is_known_in_another_house(person: Person) -> None:
    elsewhere = make_guest(make_organisation())
    ContactPoint.objects.create(guest=elsewhere, channel="telegram", address=CHAT, created_at=NOW)

    erase(person)

    assert GuestProfile.objects.exists()


def test_one_takes_everything_along(person: Person) -> None:
    run_deliveries()
    found = json.loads(json.dumps(guest_export(guest_id=person.guest.pk, actor=GUEST, now=LATER)))

    assert [row["name"] for row in found["guests"]["contacts"]] == ["Zelda de Vries", "Zelda V"]
    assert found["bookings"]["reservations"][0]["special_requests"] == "Zelda likes the window"
    assert found["waitlist"]["waitlist"][0]["party_size"] == 2
    assert found["waitlist"]["queue"][0]["note"] == "Zelda has a dog"
    assert found["reviews"]["reviews"][0]["text"] == "Zelda was here"
    assert {"text": "Dear Zelda"} in [
        row.get("content") for row in found["notifications"]["messages"]
    ]
    assert found["notifications"]["conversation"][0]["text"] == "Zelda here"
    assert found["telegram_bot"]["telegram"][0]["phone"] == PHONE
    assert found["guests"]["loyalty"][0]["points"] == 10
    assert {row["purpose"] for row in found["guests"]["consents"]} == {"marketing", "health"}
    text = json.dumps(found)
    for secret in ("threw a plate", "Zelda incident", "Zelda is loud"):
        assert secret not in text, "what staff noted for themselves is told by people"
    assert AuditEntry.objects.filter(action="guests.guest.exported").count() == 1


def test_health_notes_go_at_once_when_the_guest_says_so(person: Person) -> None:
    health_notes_delete(guest_id=person.guest.pk, source="own_page", actor=GUEST, now=LATER)

    guest, visit = Guest.objects.get(pk=person.guest.pk), Reservation.objects.get()
    assert (guest.dietary_needs, guest.preferred_features) == ([], ["window"])
    assert not guest.keeps_health_notes
    assert (visit.dietary_restrictions, visit.special_requests) == ([], "")
    assert not GuestNote.objects.filter(kind="allergy").exists()
    assert GuestNote.objects.count() == 2


def test_three_links_a_day_are_enough(person: Person) -> None:
    make = partial(privacy_link_create, guest_id=person.guest.pk, actor=GUEST)
    for _ in range(3):
        make(now=NOW)
    with pytest.raises(RateLimited):
        make(now=NOW)
    make(now=NOW + timedelta(days=1))

    erase(person)
    with pytest.raises(NotFound):
        make(now=LATER + timedelta(days=5))


@pytest.mark.django_db(transaction=True)
def test_who_books_while_being_forgotten_is_either_expected_or_new(person: Person) -> None:
    def book() -> None:
        request = a_request(
            person.restaurant, date=FRIDAY + timedelta(days=14), guest_phone=PHONE, guest_name="Z"
        )
        reservation_create(request=request, actor=GUEST, now=LATER)

    outcomes = run_together(partial(erase, person), book)
    booked = Reservation.objects.get(guest_name="Z")
    kept = Guest.objects.get(pk=person.guest.pk)
    if kept.anonymised_at is None:
        assert booked.guest_id == kept.pk
    else:
        assert booked.guest_id != kept.pk
    assert outcomes
