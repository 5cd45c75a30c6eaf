"""The guest book at the host stand: finding people, their profile, changing it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bookings.models import Reservation
from bookings.services import reservation_create
from bookings.services.figures import figures_count
from guests.models import (
    ConsentPurpose,
    Guest,
    GuestNote,
    GuestTag,
    LoyaltyProgramme,
    LoyaltyTier,
    Tag,
)
from guests.services import consent_record, note_add
from guests.services.loyalty import loyalty_programme_save, points_correct
from reservehub.core import clock
from reservehub.core.models import AuditEntry
from reservehub.core.testing import run_deliveries
from restaurants.models import Restaurant, Role
from tests.factories import FRIDAY, NOW, STAFF, a_request, make_member, make_restaurant
from tests.guests.people import make_guest

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _frozen() -> Iterator[None]:
    with clock.freeze(NOW):
        yield


@pytest.fixture
def place() -> Restaurant:
    return make_restaurant(name="Bistro Nord")


def enter(place: Restaurant, role: str = Role.HOST) -> Client:
    client = Client()
    client.force_login(make_member(place, role))
    return client


def url(place: Restaurant, name: str, *args: int) -> str:
    return reverse(f"staff:{name}", args=[place.slug, *args])


def text(response: Any, status: int = 200) -> str:
    assert response.status_code == status
    return " ".join(response.content.decode().split())


def booked(place: Restaurant, guest: Guest, **fields: Any) -> Reservation:
    contact = {"guest_email": guest.email, "guest_phone": str(guest.phone or "")}
    wish = a_request(place, guest_name=guest.name, **contact, **fields)
    return reservation_create(request=wish, actor=STAFF, now=NOW).reservation


def anna(place: Restaurant, **fields: Any) -> Guest:
    return make_guest(place.organisation, name="Anna de Vries", phone="+31612345678", **fields)


# --- The list -------------------------------------------------------------------------------------


def test_guests_are_found_by_what_staff_remember(place: Restaurant) -> None:
    anna(place, visits=3, bookings=3)
    make_guest(place.organisation, name="Bram Jansen", is_vip=True)
    client, address = enter(place), url(place, "guests")
    page = text(client.get(address, {"q": "5678"}))
    assert "Anna de Vries" in page
    assert "3 visits" in page
    assert "Bram Jansen" not in page
    assert "These names are similar" in text(client.get(address, {"q": "janson"}))
    assert "Anna" not in text(client.get(address, {"show": "vip"}))
    assert "Nobody found" in text(client.get(address, {"q": "nobody at all"}))


def test_typing_answers_with_the_rows_alone(place: Restaurant) -> None:
    anna(place)
    headers = {"HX-Request": "true", "HX-Target": "guest-list"}
    page = text(enter(place).get(url(place, "guests"), {"q": "vries"}, headers=headers))
    assert "Anna de Vries" in page
    assert "<html" not in page


def test_the_list_goes_on_where_the_page_ended(place: Restaurant) -> None:
    for number in range(32):
        make_guest(place.organisation, name=f"Guest {number:02d}")
    client = enter(place)
    first = client.get(url(place, "guests"))
    assert "Guest 29" in text(first)
    assert "Guest 30" not in text(first)
    make_guest(place.organisation, name="Nobody")
    first = client.get(url(place, "guests"), {"q": "guest"})
    rest = text(client.get(f"{url(place, 'guests')}?{first.context['next_query']}"))
    assert "Guest 30" in rest
    assert "Guest 29" not in rest
    assert "Nobody" not in rest
    assert '?q=guest">From the beginning' in rest


def test_the_list_takes_as_many_queries_for_many_as_for_few(place: Restaurant) -> None:
    client, counts = enter(place), []
    for _round in range(2):
        for _number in range(4):
            make_guest(place.organisation, visits=1, bookings=1)
        with CaptureQueriesContext(connection) as queries:
            client.get(url(place, "guests"))
        counts.append(len(queries))
    assert counts[0] == counts[1]


# --- The profile ----------------------------------------------------------------------------------


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


# --- Points ---------------------------------------------------------------------------------------


def make_programme(place: Restaurant) -> None:
    loyalty_programme_save(
        programme=LoyaltyProgramme(organisation=place.organisation, is_active=True),
        tiers=[LoyaltyTier(name="Silver", from_points=20, benefit="A glass of wine")],
        actor=STAFF,
        now=NOW,
    )


def test_points_are_redeemed_once_and_never_below_zero(place: Restaurant) -> None:
    guest, client = anna(place), enter(place)
    profile, address = url(place, "guest", guest.pk), url(place, "guest-points-redeem", guest.pk)
    assert 'id="points"' not in text(client.get(profile))
    make_programme(place)
    assert "Redeem points" not in text(client.get(profile))
    points_correct(guest_id=guest.pk, points=50, note="Welcome", actor=STAFF, now=NOW)
    page = client.get(profile)
    assert "A glass of wine" in text(page)
    once = page.context["points"].redeem["once"].value()
    sent = {"redeem-points": "30", "redeem-note": "Dessert", "redeem-once": once}
    for _twice in range(2):
        assert client.post(address, sent)["Location"] == f"{profile}#points"
    page = client.get(profile)
    assert page.context["points"].balance == "20 points"
    assert "−30" in text(page)
    refused = text(client.post(address, {**sent, "redeem-once": "another"}), 422)
    assert "There are 20 points" in refused
    assert 'value="Dessert"' in refused
    assert "Say what for" in text(client.post(address, {"redeem-points": "3"}), 422)


def test_points_are_corrected_by_those_who_may_pay_back(place: Restaurant) -> None:
    guest = anna(place)
    make_programme(place)
    address = url(place, "guest-points-correct", guest.pk)
    sent = {"correct-points": "15", "correct-note": "The long wait"}
    assert enter(place).post(address, sent).status_code == 403
    manager = enter(place, Role.MANAGER)
    assert manager.post(address, sent).status_code == 303
    assert "15 points" in text(manager.get(url(place, "guest", guest.pk)))
    stranger = make_guest(make_restaurant().organisation)
    for name in ("guest-points-correct", "guest-points-redeem"):
        assert manager.post(url(place, name, stranger.pk), sent).status_code == 404


# --- Changing it ----------------------------------------------------------------------------------


def test_what_was_typed_stays_when_something_is_wrong(place: Restaurant) -> None:
    guest, client = anna(place), enter(place)
    typed = {
        "name": "Anna Vries",
        "phone": "12",
        "email": "anna@example.com",
        "language": "ru",
        "preferences": "Corner table",
        "preferred_features": "window, booth",
        "dietary_needs": ["vegan"],
    }
    address = url(place, "guest-edit", guest.pk)
    page = text(client.post(address, typed), 422)
    assert 'value="12"' in page
    assert "Corner table" in page
    page = text(client.post(address, {**typed, "phone": "0612345679"}), 422)
    assert "whether we may store this" in page
    saved = client.post(address, {**typed, "phone": "0612345679", "has_health_consent": "on"})
    assert saved.status_code == 303
    guest.refresh_from_db()
    assert (str(guest.phone), guest.language) == ("+31612345679", "ru")
    assert guest.dietary_needs == ["vegan"]
    assert guest.preferred_features == ["window", "booth"]
    entry = AuditEntry.objects.get(action="guests.guest.changed")
    assert "Corner" not in str(entry.after)
    assert "vegan" not in str(entry.after)


def test_vip_and_block_are_said_with_a_way_back(place: Restaurant) -> None:
    guest, client = anna(place), enter(place)
    ahead = booked(place, guest)
    profile = url(place, "guest", guest.pk)
    done = client.post(url(place, "guest-vip", guest.pk), {"is_vip": "1"})
    assert done["Location"] == f"{profile}?done=vip"
    page = text(client.get(done["Location"]))
    assert "This guest is a VIP now." in page
    assert "Undo" in page
    run_deliveries()
    ahead.refresh_from_db()
    assert ahead.is_vip
    address = url(place, "guest-block", guest.pk)
    assert "Write down why" in text(client.post(address, {"is_blocked": "1", "reason": " "}), 422)
    client.post(address, {"is_blocked": "1", "reason": "Shouted at the team"})
    assert "Shouted at the team" in text(client.get(profile))
    client.post(address, {"is_blocked": ""})
    assert "Shouted at the team" not in text(client.get(profile)).split("block-title")[0]
    client.post(address, {"is_blocked": "1"})
    guest.refresh_from_db()
    assert (guest.is_blocked, guest.block_reason) == (True, "Shouted at the team")
    assert "Shouted" not in str(
        [entry.after for entry in AuditEntry.objects.filter(action="guests.guest.blocked")]
    )


def test_notes_are_written_changed_settled_and_removed(place: Restaurant) -> None:
    guest, client = anna(place), enter(place)
    add = url(place, "guest-note-add", guest.pk)
    refused = text(client.post(add, {"note-kind": "allergy", "note-text": "Sesame"}), 422)
    assert "Sesame" in refused
    assert "whether we may store this" in refused
    sent = {"note-kind": "incident", "note-text": "Wine spilt", "note-is_alert": "on"}
    client.post(add, {**sent, "note-is_only_here": "on"})
    note = GuestNote.objects.get()
    assert note.restaurant_id == place.pk
    profile = url(place, "guest", guest.pk)
    assert "Please remember" in text(client.get(profile))
    client.post(url(place, "guest-note-resolve", guest.pk, note.pk), {"is_resolved": "1"})
    assert "Please remember" not in text(client.get(profile))
    change = url(place, "guest-note", guest.pk, note.pk)
    assert "Wine spilt" in text(client.get(change))
    client.post(change, {"kind": "general", "text": "Wine spilt, paid"})
    note.refresh_from_db()
    assert (note.kind, note.text, note.is_alert) == ("general", "Wine spilt, paid", False)
    client.post(url(place, "guest-note-remove", guest.pk, note.pk))
    assert not GuestNote.objects.exists()


# --- When they book and when they come ------------------------------------------------------------


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
