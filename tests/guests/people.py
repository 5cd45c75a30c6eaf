"""Guests with figures, in one statement each, for tests of what asks for them."""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from typing import Any

from guests.models import Guest, GuestFigures
from restaurants.models import Organisation
from tests.factories import NOW

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
