"""Changing what the guest book says: points, details, standing, notes."""

from __future__ import annotations

import pytest

from guests.models import GuestNote, LoyaltyProgramme, LoyaltyTier
from guests.services.loyalty import loyalty_programme_save, points_correct
from reservehub.core.models import AuditEntry
from reservehub.core.testing import run_deliveries
from restaurants.models import Restaurant, Role
from tests.factories import NOW, STAFF, make_restaurant
from tests.guests.people import make_guest
from tests.staff.guests.book import anna, booked, enter, text, url

pytestmark = pytest.mark.django_db


def make_programme(place: Restaurant) -> None:
    loyalty_programme_save(
        programme=LoyaltyProgramme(organisation=place.organisation, is_active=True),
        tiers=[LoyaltyTier(name="Silver", from_points=20, benefit="A glass of wine")],
        actor=STAFF,
        now=NOW,
    )


# --- Points ---------------------------------------------------------------------------------------


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
