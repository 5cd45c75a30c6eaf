"""What staff write down about a guest: kinds, alerts, incidents, who sees which."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from guests.models import Guest, GuestNote
from guests.selectors.profile import alerts_of, notes_of
from guests.services import note_add, note_change, note_remove, note_resolve
from reservehub.core.errors import NotFound, ValidationFailed
from reservehub.core.models import AuditEntry
from restaurants.models import Restaurant
from restaurants.permissions import ROLE_CAPABILITIES
from tests.factories import NOW, STAFF, make_restaurant
from tests.guests.people import make_guest

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(hours=1)
HOST, MARKETING = ROLE_CAPABILITIES["host"], ROLE_CAPABILITIES["marketing"]


@pytest.fixture
def place() -> Restaurant:
    return make_restaurant()


@pytest.fixture
def guest(place: Restaurant) -> Guest:
    return make_guest(place.organisation)


def add(guest: Guest, text: str = "Likes the window", **fields: Any) -> GuestNote:
    return note_add(
        guest_id=guest.pk, text=text, actor=STAFF, now=NOW, **{"kind": "preference", **fields}
    )


def pointers(refused: pytest.ExceptionInfo[ValidationFailed]) -> list[str]:
    return [error.pointer for error in refused.value.errors]


def test_everything_at_fault_is_told_at_once(guest: Guest) -> None:
    with pytest.raises(ValidationFailed) as refused:
        add(guest, "  ", kind="gossip")
    assert pointers(refused) == ["/kind", "/text"]
    with pytest.raises(ValidationFailed) as refused:
        add(guest, "x" * 2001, kind="allergy")
    assert pointers(refused) == ["/text", "/has_health_consent"]


def test_an_allergy_needs_the_consent_of_the_guest_once(guest: Guest) -> None:
    note = add(guest, "Sesame", kind="allergy", has_health_consent=True)
    words: dict[str, Any] = {"note_id": note.pk, "is_alert": True, "actor": STAFF, "now": LATER}
    assert note_change(kind="allergy", text="Sesame, severe", **words).text == "Sesame, severe"
    other = add(guest)
    with pytest.raises(ValidationFailed) as refused:
        note_change(kind="allergy", text="Nuts", **{**words, "note_id": other.pk})
    assert pointers(refused) == ["/has_health_consent"]


def test_a_note_about_a_merged_record_is_about_the_one_kept(
    place: Restaurant, guest: Guest
) -> None:
    merged = make_guest(place.organisation, merged_into=guest)
    assert add(merged).guest_id == guest.pk
    for gone in (make_guest(place.organisation, anonymised_at=NOW), Guest(pk=0)):
        with pytest.raises(NotFound):
            add(gone)


def test_a_note_of_one_house_is_shown_there_only(place: Restaurant, guest: Guest) -> None:
    other = make_restaurant(organisation=place.organisation)
    here = add(guest, restaurant_id=place.pk, is_alert=True)
    everywhere = add(guest, is_alert=True)

    def seen(house: Restaurant) -> set[int]:
        notes = notes_of(guest, restaurant_ids=[house.pk], capabilities=HOST)
        alerts = alerts_of([guest.pk], restaurant_id=house.pk, capabilities=HOST)
        assert {note.pk for note in alerts[guest.pk]} == {note.pk for note in notes}
        return {note.pk for note in notes}

    assert seen(place) == {here.pk, everywhere.pk}
    assert seen(other) == {everywhere.pk}
    with pytest.raises(NotFound):
        add(guest, restaurant_id=make_restaurant().pk)


def test_health_is_hidden_from_those_who_do_not_look_after_guests(
    place: Restaurant, guest: Guest
) -> None:
    add(guest, "Sesame", kind="allergy", has_health_consent=True, is_alert=True)
    asked: dict[str, Any] = {"capabilities": MARKETING}
    assert not notes_of(guest, restaurant_ids=[place.pk], **asked).exists()
    assert alerts_of([guest.pk], restaurant_id=place.pk, **asked) == {}


def test_a_settled_incident_alerts_no_longer_until_it_is_open_again(
    place: Restaurant, guest: Guest
) -> None:
    note = add(guest, "Wine spilt", kind="incident", is_alert=True)

    def alerts() -> int:
        found = alerts_of([guest.pk], restaurant_id=place.pk, capabilities=HOST)
        return len(found.get(guest.pk, []))

    assert alerts() == 1
    for _twice in range(2):
        note_resolve(note_id=note.pk, actor=STAFF, now=LATER)
    assert alerts() == 0
    note_resolve(note_id=note.pk, is_resolved=False, actor=STAFF, now=LATER)
    assert alerts() == 1
    told = AuditEntry.objects.filter(action__startswith="guests.note.re").order_by("pk")
    assert [entry.action for entry in told] == ["guests.note.resolved", "guests.note.reopened"]
    with pytest.raises(ValidationFailed):
        note_resolve(note_id=add(guest).pk, actor=STAFF, now=LATER)


def test_saying_the_same_changes_nothing_and_the_words_stay_out_of_the_audit(
    guest: Guest,
) -> None:
    note = add(guest, "Hates coriander")
    same: dict[str, Any] = {"kind": "preference", "text": " Hates coriander ", "is_alert": False}
    assert note_change(note_id=note.pk, actor=STAFF, now=LATER, **same).updated_at == NOW
    note_remove(note_id=note.pk, actor=STAFF, now=LATER)
    assert not GuestNote.objects.exists()
    entries = AuditEntry.objects.order_by("pk")
    assert [entry.action for entry in entries] == ["guests.note.added", "guests.note.removed"]
    assert "coriander" not in str([(entry.before, entry.after) for entry in entries])
    with pytest.raises(NotFound):
        note_remove(note_id=note.pk, actor=STAFF, now=LATER)
