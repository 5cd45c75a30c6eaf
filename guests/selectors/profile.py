"""What a profile shows, and who may see which part of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.db.models import Q, QuerySet

from guests.identity import BadEmail, BadPhone, normalise_email, normalise_phone
from guests.models import ConsentEntry, Guest, GuestFigures, GuestNote, NoteKind
from restaurants.permissions import Capability

HEALTH_KINDS = frozenset({NoteKind.ALLERGY.value})
"""Notes about somebody's health: for those who look after the guests only (rule 107)."""


def sees_health(capabilities: Collection[Capability]) -> bool:
    """Whether a role takes care of guests; viewers and marketing do not (rule 107)."""
    return Capability.EDIT_BOOK in capabilities


def notes_of(
    guest: Guest, *, restaurant_ids: Collection[int], capabilities: Collection[Capability]
) -> QuerySet[GuestNote]:
    """The notes a person may see, the latest first, with their authors.

    :param restaurant_ids: the houses whose own notes are shown beside those for every house
    """
    notes = GuestNote.objects.filter(
        Q(restaurant=None) | Q(restaurant__in=list(restaurant_ids)), guest=guest
    )
    if not sees_health(capabilities):
        notes = notes.exclude(kind__in=HEALTH_KINDS)
    return notes.select_related("created_by", "restaurant").order_by("-created_at", "-pk")


def alerts_of(
    guest_ids: Collection[int], *, restaurant_id: int, capabilities: Collection[Capability]
) -> Mapping[int, list[GuestNote]]:
    """The notes that are shown when these guests book and arrive, by guest; settled incidents no
    longer. One query.
    """
    if not guest_ids:
        return {}
    notes = GuestNote.objects.filter(
        Q(restaurant=None) | Q(restaurant=restaurant_id),
        guest__in=list(guest_ids),
        is_alert=True,
        resolved_at=None,
    )
    if not sees_health(capabilities):
        notes = notes.exclude(kind__in=HEALTH_KINDS)
    found: dict[int, list[GuestNote]] = {}
    for note in notes.order_by("guest", "-created_at", "-pk"):
        found.setdefault(note.guest_id, []).append(note)
    return found


def guest_known(
    *, organisation_id: int, phone: str = "", email: str = "", region: str = ""
) -> Guest | None:
    """Whose phone or e-mail this is, as it was typed; None also while it is half typed. Of a merged
    record the kept one (rules 99 and 100).
    """
    book = Guest.objects.filter(organisation=organisation_id, anonymised_at=None)
    book = book.select_related("merged_into")
    try:
        number = normalise_phone(phone, region=region)
    except BadPhone:
        number = ""
    found = book.filter(phone=number).first() if number else None
    if found is None:
        try:
            address = normalise_email(email)
        except BadEmail:
            address = ""
        found = book.filter(email=address).order_by("phone", "pk").first() if address else None
    return (found.merged_into or found) if found else None


def figures_of(guest: Guest) -> GuestFigures | None:
    """What the visits add up to; None for somebody who has never booked."""
    return GuestFigures.objects.select_related("usual_area").filter(guest=guest).first()


def consents_of(guest: Guest) -> Mapping[str, ConsentEntry]:
    """The last word of the ledger about each purpose; one query."""
    last = ConsentEntry.objects.filter(guest=guest).order_by("purpose", "-created_at", "-pk")
    return {entry.purpose: entry for entry in last.distinct("purpose")}
