"""Guests with figures, notes about them and their merging, in one statement each."""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from typing import Any

from guests.models import Guest, GuestFigures, GuestMerge, GuestNote
from guests.services.merging import guests_merge
from restaurants.models import Organisation
from tests.factories import NOW, STAFF

_number = count(1)


def make_organisation(**fields: Any) -> Organisation:
    number = next(_number)
    return Organisation.objects.create(
        **{"name": f"House {number}", "slug": f"house-{number}", **fields}
    )


def make_guest(organisation: Organisation, *, name: str = "", **fields: Any) -> Guest:
    """A person; what belongs to the figures goes there, and without any there is no row."""
    number = next(_number)
    columns = {field.name for field in GuestFigures._meta.get_fields()} | {"usual_area_id"}
    figures = {key: fields.pop(key) for key in list(fields) if key in columns}
    guest = Guest.objects.create(
        organisation=organisation,
        **{
            "name": name or f"Guest {number}",
            "email": f"person-{number}@example.com",
            "created_at": NOW - timedelta(days=400),
            **fields,
        },
    )
    if figures:
        GuestFigures.objects.create(guest=guest, **{"counted_at": NOW, **figures})
    return guest


def merge(kept: Guest, merged: Guest, **values: Any) -> GuestMerge:
    return guests_merge(kept_id=kept.pk, merged_id=merged.pk, actor=STAFF, **{"now": NOW, **values})


def note(guest: Guest) -> GuestNote:
    return GuestNote.objects.create(guest=guest, text="Likes tea", created_at=NOW, updated_at=NOW)
