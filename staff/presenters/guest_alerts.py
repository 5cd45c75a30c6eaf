"""What to remember about guests who come soon or have just arrived, as lines of the alerts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from django.urls import reverse
from django.utils.translation import gettext as _

from bookings.models import Reservation
from bookings.presenters.clock import clock_text, local
from guests.models import GuestNote, NoteKind
from restaurants.models import Restaurant
from staff.presenters.alerts import Line
from staff.presenters.panels import name_of

_SIGNS = {
    NoteKind.ALLERGY: "⚠",
    NoteKind.INCIDENT: "!",
    NoteKind.VIP: "★",
}
_SOON = frozenset({NoteKind.ALLERGY, NoteKind.INCIDENT})


def note_lines(
    rows: Iterable[Reservation],
    notes: Mapping[int, Sequence[GuestNote]],
    restaurant: Restaurant,
) -> list[Line]:
    """One line for each note of each party. `notes` are those this person may see, by guest."""
    return [
        _line(row, note, restaurant) for row in rows for note in notes.get(row.guest_id or 0, ())
    ]


def _line(row: Reservation, note: GuestNote, restaurant: Restaurant) -> Line:
    kind = NoteKind(note.kind)
    about = {
        "name": name_of(row),
        "time": clock_text(local(row.starts_at, restaurant), restaurant),
        "note": note.text,
    }
    return Line(
        key=f"note-{note.pk}-{row.pk}",
        kind="note",
        weight="soon" if kind in _SOON else "know",
        sign=_SIGNS.get(kind, "✎"),
        word=str(kind.label),
        text=_("%(name)s, at %(time)s: %(note)s") % about,
        panel_url=reverse("staff:reservation-panel", args=[restaurant.slug, row.pk]),
        version=row.version,
    )
