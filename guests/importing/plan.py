"""From the rows of a file to people: those of one person become one, and their history adds up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from guests.importing.rows import History, Person, RowError, RowReader


@dataclass(frozen=True)
class Plan:
    people: list[Person]
    errors: list[RowError]


def plan_of(
    rows: Sequence[Sequence[str]], mapping: Mapping[str, int], *, region: str, today: date
) -> Plan:
    """Everybody the file names, in its order, and everything that is wrong with it."""
    reader = RowReader(mapping, region=region, today=today)
    people: dict[str, Person] = {}
    for line, cells in enumerate(rows, start=2):
        person = reader.read(cells, line)
        if person is None:
            continue
        known = people.setdefault(person.key, person)
        if known is not person:
            _join(known, person)
    return Plan(_without_twins(list(people.values())), reader.errors)


def _without_twins(people: list[Person]) -> list[Person]:
    """An e-mail alone also means the person of the file who gives it with a phone (rule 99)."""
    by_email = {person.email: person for person in reversed(people) if person.phone}
    kept = []
    for person in people:
        twin = None if person.phone else by_email.get(person.email)
        if twin is None:
            kept.append(person)
        else:
            _join(twin, person)
    return kept


def _join(known: Person, other: Person) -> None:
    """The first name stays; what only the later row has is added."""
    known.email = known.email or other.email
    known.is_vip |= other.is_vip
    known.agrees_to_news |= other.agrees_to_news
    known.preferences = known.preferences or other.preferences
    if other.note and other.note not in known.note:
        known.note = "\n".join(filter(None, (known.note, other.note)))
    known.history.add(other.history)


def notes_of(person: Person, *, currency: str) -> list[str]:
    """What is written down about a guest: the note of the file, and the history in words.

    Figures are counted from reservations and from nothing else (rule 101), so visits of another
    system are told, not counted.
    """
    told = "" if person.history.is_empty else history_text(person.history, currency=currency)
    return [text[:2000] for text in (person.note, told) if text]


def history_text(history: History, *, currency: str) -> str:
    """In the active language, always the same for the same history."""
    parts = []
    if history.visits:
        words = ngettext("%(count)d visit", "%(count)d visits", history.visits)
        parts.append(words % {"count": history.visits})
    if history.covers:
        parts.append(_("%(count)d guests in all") % {"count": history.covers})
    if history.no_shows:
        words = ngettext("%(count)d no-show", "%(count)d no-shows", history.no_shows)
        parts.append(words % {"count": history.no_shows})
    if history.last:
        parts.append(_("last on %(day)s") % {"day": date_format(history.last, "Y-m-d")})
    if history.spend > Decimal(0):
        amount = number_format(history.spend, 2, force_grouping=False)
        parts.append(_("spent %(amount)s") % {"amount": f"{amount} {currency}"})
    return _("Before, as another system says: %(facts)s.") % {"facts": ", ".join(parts)}
