"""The profile of a guest: what is told, and to whom."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.models import Reservation
from bookings.services.figures import figures_count
from guests.models import ConsentPurpose, Guest, GuestNote, GuestTag, Tag
from guests.services import consent_record, note_add
from reservehub.core import clock
from reservehub.core.models import AuditEntry
from restaurants.models import Restaurant, Role
from tests.factories import FRIDAY, NOW, STAFF, make_restaurant
from tests.guests.people import make_guest
from tests.staff.guests.book import anna, booked, enter, text, url

pytestmark = pytest.mark.django_db


def test_the_profile_shows_the_history_of_all_houses(place: Restaurant) -> None:
    guest = anna(place, visits=2, bookings=2)
    other = make_restaurant(name="Trattoria", organisation=place.organisation)
    done = booked(other, guest, date=FRIDAY)
    Reservation.objects.filter(pk=done.pk).update(
        status="completed",
        service_date=FRIDAY - timedelta(days=30),
        starts_at=done.starts_at - timedelta(days=30),
        ends_at=done.ends_at - timedelta(days=30),
    )
    booked(place, guest, date=FRIDAY + timedelta(days=1), party_size=3)
    figures_count([guest.pk], NOW)
    page = text(enter(place).get(url(place, "guest", guest.pk)))
    assert "Trattoria · 2 guests" in page
    assert "Bistro Nord · 3 guests" in page
    assert "Completed" in page
    assert "+31612345678" in page.replace(" ", "")
    assert "1 visit here is too few" in text(enter(other).get(url(other, "guest", guest.pk)))


def test_the_profile_takes_as_many_queries_for_a_regular_as_for_a_new_guest(
    place: Restaurant,
) -> None:
    guest, client, counts = anna(place), enter(place), []
    client.get(url(place, "guest", guest.pk))
    for day in range(2):
        for number in range(2):
            booked(place, guest, date=FRIDAY + timedelta(days=2 * day + number))
            note_add(guest_id=guest.pk, kind="general", text=f"Note {number}", actor=STAFF, now=NOW)
        with CaptureQueriesContext(connection) as queries:
            client.get(url(place, "guest", guest.pk))
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_each_opening_is_audited_once_an_hour_for_each_person(place: Restaurant) -> None:
    guest, client = anna(place), enter(place)
    seen = AuditEntry.objects.filter(action="guests.guest.viewed", object_id=str(guest.pk))
    for _ in range(2):
        client.get(url(place, "guest", guest.pk))
    assert seen.count() == 1
    enter(place).get(url(place, "guest", guest.pk))
    assert seen.count() == 2
    with clock.freeze(NOW + timedelta(minutes=61)):
        client.get(url(place, "guest", guest.pk))
    assert seen.count() == 3


def test_a_merged_record_leads_to_the_one_that_was_kept(place: Restaurant) -> None:
    kept = anna(place)
    merged = make_guest(place.organisation, merged_into=kept)
    response = enter(place).get(url(place, "guest", merged.pk))
    assert response["Location"] == url(place, "guest", kept.pk)


def test_of_an_erased_guest_the_figures_remain_and_nothing_can_be_written(
    place: Restaurant,
) -> None:
    guest = make_guest(
        place.organisation, visits=3, bookings=3, email=None, anonymised_at=NOW, is_vip=False
    )
    Guest.objects.filter(pk=guest.pk).update(name="")
    client = enter(place)
    page = text(client.get(url(place, "guest", guest.pk)))
    assert "Erased guest" in page
    assert "This guest was erased." in page
    assert "Visits" in page
    for words in ("Write a note", "Make VIP", "No longer let them book online"):
        assert words not in page
    note = {"note-kind": "general", "note-text": "Anna after all"}
    assert client.post(url(place, "guest-note-add", guest.pk), note).status_code == 404


def test_guests_of_other_houses_do_not_exist(place: Restaurant) -> None:
    stranger = make_guest(make_restaurant().organisation)
    client = enter(place, Role.MANAGER)
    for name in ("guest", "guest-edit"):
        assert client.get(url(place, name, stranger.pk)).status_code == 404
    for name in ("guest-vip", "guest-block", "guest-note-add"):
        assert client.post(url(place, name, stranger.pk)).status_code == 404


@pytest.mark.parametrize(
    ("role", "look", "change"),
    [(Role.VIEWER, 403, 403), (Role.MARKETING, 200, 403), (Role.HOST, 200, 303)],
)
def test_roles_look_and_change_as_their_capabilities_say(
    place: Restaurant, role: str, look: int, change: int
) -> None:
    guest, client = anna(place), enter(place, role)
    assert client.get(url(place, "guests")).status_code == look
    assert client.get(url(place, "guest", guest.pk)).status_code == look
    vip = client.post(url(place, "guest-vip", guest.pk), {"is_vip": "1"})
    assert vip.status_code == change
    note = {"note-kind": "general", "note-text": "Likes the window"}
    assert client.post(url(place, "guest-note-add", guest.pk), note).status_code == change
    edit = client.get(url(place, "guest-edit", guest.pk)).status_code
    assert edit == (200 if change == 303 else 403)


def test_marketing_enters_at_the_guest_book_and_nothing_of_the_floor_is_asked(
    place: Restaurant,
) -> None:
    client = enter(place, Role.MARKETING)
    assert client.get("/staff/")["Location"] == url(place, "guests")
    page = text(client.get(url(place, "guests")))
    assert "data-socket" not in page
    assert "alert-badge" not in page


def test_health_is_for_those_who_look_after_guests(place: Restaurant) -> None:
    guest = anna(place, dietary_needs=["nut_allergy"])
    note_add(
        guest_id=guest.pk,
        kind="allergy",
        text="Sesame, severe",
        is_alert=True,
        has_health_consent=True,
        actor=STAFF,
        now=NOW,
    )
    address = url(place, "guest", guest.pk)
    host, marketing = (
        text(enter(place).get(address)),
        text(enter(place, Role.MARKETING).get(address)),
    )
    assert "Sesame, severe" in host
    assert "Nut allergy" in host
    assert "Sesame" not in marketing
    assert "Nut allergy" not in marketing


def came(place: Restaurant, guest: Guest, *weeks: int, **fields: Any) -> None:
    """Fridays so many weeks ago, at 19:00, two at table 1."""
    for number in weeks:
        row = booked(place, guest, date=FRIDAY + timedelta(weeks=8 - number))
        ago = timedelta(weeks=8)
        changed = {"status": "completed", "service_date": row.service_date - ago, **fields}
        moved = {"starts_at": row.starts_at - ago, "ends_at": row.ends_at - ago}
        Reservation.objects.filter(pk=row.pk).update(**changed, **moved)


def test_insights_say_from_how_many_visits_and_suggest_the_next(place: Restaurant) -> None:
    guest = anna(place)
    came(place, guest, 8, 6, 4, 2, special_occasion="birthday", bill_minor=6000)
    page = text(enter(place).get(url(place, "guest", guest.pk)))
    assert "2 guests <span" in page
    assert "4 of 4 visits" in page
    assert "around 19:00" in page
    assert "every 14 days" in page
    assert "Main room" in page
    assert "came to all 4 bookings" in page
    assert "2 guests, Friday, around 19:00, Main room" in page
    assert "celebrated here on Fri 22 May 2026" in page
    assert f"?guest={guest.pk}&amp;date=2026-06-05&amp;guests=2" in page
    assert "Book such a visit" not in text(
        enter(place, Role.MARKETING).get(url(place, "guest", guest.pk))
    )


def test_the_history_says_what_each_visit_came_to(place: Restaurant) -> None:
    guest = anna(place)
    came(place, guest, 4, bill_minor=12_050)
    came(place, guest, 2)
    page = text(enter(place).get(url(place, "guest", guest.pk)))
    assert page.count("2 guests · bill €120.50") == 1
    assert page.count("2 guests</p>") == 1


def test_the_suggested_visit_fills_the_form_of_bookings_without_a_contact_in_its_address(
    place: Restaurant,
) -> None:
    guest, client = anna(place), enter(place)
    came(place, guest, 6, 4, 2)
    page = client.get(url(place, "guest", guest.pk))
    address = page.context["insights"].suggestion.url
    assert "612345678" not in address
    form = text(client.get(address))
    assert 'value="Anna de Vries"' in form
    assert "+31612345678" in form
    stranger = make_guest(make_restaurant().organisation, name="Stranger")
    assert "Stranger" not in text(client.get(url(place, "book"), {"guest": str(stranger.pk)}))


def test_the_risk_is_told_with_its_reasons(place: Restaurant) -> None:
    guest = anna(place)
    came(place, guest, 6, status="no_show")
    came(place, guest, 4, 2)
    came(place, guest, 1, status="cancelled_by_guest", is_cancelled_in_time=False)
    page = text(enter(place).get(url(place, "guest", guest.pk)))
    assert "High:</strong> 1 no-show, 1 late cancellation, 50 % of 4 bookings" in page
    assert "the last one on Fri 29 May 2026, came 0 times since" in page


def test_issues_stand_apart_and_the_open_ones_first(place: Restaurant) -> None:
    guest, client = anna(place), enter(place)
    for words in ("Wine spilt", "Cold soup"):
        note_add(guest_id=guest.pk, kind="incident", text=words, actor=STAFF, now=NOW)
    note_add(guest_id=guest.pk, kind="general", text="Plays the cello", actor=STAFF, now=NOW)
    settled = GuestNote.objects.get(text="Cold soup")
    client.post(url(place, "guest-note-resolve", guest.pk, settled.pk), {"is_resolved": "1"})
    page = text(client.get(url(place, "guest", guest.pk)))
    assert "1 open" in page
    assert page.index("Wine spilt") < page.index("Cold soup") < page.index("Plays the cello")


def test_tags_show_their_colour_and_consents_their_last_word(place: Restaurant) -> None:
    guest, client = anna(place), enter(place)
    tag = Tag.objects.create(
        organisation=place.organisation, name="Wine", colour="purple", created_at=NOW
    )
    GuestTag.objects.create(guest=guest, tag=tag, created_at=NOW)
    said: dict[str, Any] = {"source": "booking_web", "actor": STAFF, "wording": "Send me news"}
    marketing = {"guest_id": guest.pk, "purpose": ConsentPurpose.MARKETING, **said}
    consent_record(is_given=True, now=NOW, **marketing)
    profile = url(place, "guest", guest.pk)
    page = text(client.get(profile))
    assert 'data-colour="purple">Wine' in page
    assert 'data-colour="purple">Wine' in text(client.get(url(place, "guests")))
    assert "agreed on Mon 1 Jun 2026" in page
    assert "Send me news" in page
    assert "erased 30 days after the last visit" in page
    consent_record(is_given=False, now=NOW + timedelta(hours=1), **marketing)
    page = text(client.get(profile))
    assert "withdrawn on Mon 1 Jun 2026" in page
    assert "Send me news" not in page
