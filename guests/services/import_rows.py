"""What the people of a file become: new guests, or more about those who are known (rule 99)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from django.db import transaction

from guests.importing.plan import notes_of
from guests.importing.rows import Person
from guests.models import (
    ConsentEntry,
    ConsentPurpose,
    Guest,
    GuestImport,
    GuestNote,
    MergeCandidate,
    NoteKind,
)


class Counts(NamedTuple):
    """`changed` guests were known and learn something, `unchanged` ones do not."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0

    def plus(self, other: Counts) -> Counts:
        return Counts(*(a + b for a, b in zip(self, other, strict=True)))


@dataclass(frozen=True, kw_only=True)
class House:
    organisation_id: int
    region: str
    language: str
    currency: str
    zone: str


@dataclass
class _Step:
    """What one person of the file means for the book."""

    person: Person
    guest: Guest | None
    fields: dict[str, object] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    other_name: str = ""
    agrees: bool = False

    @property
    def changes(self) -> bool:
        return bool(self.fields or self.notes or self.other_name or self.agrees)


def rows_look(people: Sequence[Person], *, house: House, batch: int) -> Counts:
    """How many would be new, learn something or stay as they are. Reads only."""
    counts = Counts()
    for begin in range(0, len(people), batch):
        counts = counts.plus(_counted(_steps(people[begin : begin + batch], house, lock=False)))
    return counts


@transaction.atomic(savepoint=False)
def rows_write(
    people: Sequence[Person], *, house: House, source: GuestImport, now: datetime
) -> Counts:
    """Write a batch: a handful of statements, however many people.

    :raises IntegrityError: if somebody else made one of these guests meanwhile
    """
    steps = _steps(people, house, lock=True)
    counts = _counted(steps)
    made = [step for step in steps if step.guest is None]
    guests = Guest.objects.bulk_create(
        [_new(step.person, house=house, source=source, now=now) for step in made]
    )
    for step, guest in zip(made, guests, strict=True):
        step.guest = guest
        step.notes = notes_of(step.person, currency=house.currency)
        step.agrees = step.person.agrees_to_news
    _change([step for step in steps if step.fields])
    _add_around(steps, source=source, now=now)
    return counts


def _counted(steps: Sequence[_Step]) -> Counts:
    new = sum(1 for step in steps if step.guest is None)
    changed = sum(1 for step in steps if step.guest is not None and step.changes)
    return Counts(new, changed, len(steps) - new - changed)


def _steps(people: Sequence[Person], house: House, *, lock: bool) -> list[_Step]:
    known = _known(people, house, lock=lock)
    ids = [guest.pk for guest in known.values()]
    notes = set(GuestNote.objects.filter(guest__in=ids).values_list("guest", "text"))
    names = MergeCandidate.objects.filter(guest__in=ids, other=None).values_list("guest", "name")
    noted = set(names)
    spoken = ConsentEntry.objects.filter(guest__in=ids, purpose=ConsentPurpose.MARKETING)
    have_spoken = set(spoken.values_list("guest", flat=True))
    steps = []
    for person in people:
        guest = known.get(person.key)
        step = _Step(person, guest)
        if guest is not None:
            step.fields = _news_about(guest, person)
            step.notes = [
                text
                for text in notes_of(person, currency=house.currency)
                if (guest.pk, text) not in notes
            ]
            is_other = _plain(person.name) != _plain(guest.name)
            step.other_name = person.name if is_other else ""
            if (guest.pk, person.name) in noted:
                step.other_name = ""
            # An old list never overrules what the guest has said here.
            step.agrees = (
                person.agrees_to_news
                and not guest.has_marketing_consent
                and guest.pk not in have_spoken
            )
        steps.append(step)
    return steps


def _known(people: Sequence[Person], house: House, *, lock: bool) -> dict[str, Guest]:
    """The records that count, by the phone or e-mail of the file: by phone, else by e-mail, of a
    merged record the kept one.
    """
    book = Guest.objects.filter(organisation=house.organisation_id)
    phones = [person.phone for person in people if person.phone]
    emails = [person.email for person in people if not person.phone]
    kept: dict[str, int] = {
        str(phone): merged or pk
        for phone, pk, merged in book.filter(phone__in=phones).values_list(
            "phone", "pk", "merged_into"
        )
    }
    by_email = book.filter(email__in=emails).order_by("phone", "pk")
    for email, pk, merged in by_email.values_list("email", "pk", "merged_into"):
        kept.setdefault(str(email), merged or pk)
    rows = Guest.objects.filter(pk__in=set(kept.values())).order_by("pk")
    if lock:
        rows = rows.select_for_update(no_key=True)
    found = {guest.pk: guest for guest in rows}
    return {key: found[pk] for key, pk in kept.items() if pk in found}


def _news_about(guest: Guest, person: Person) -> dict[str, object]:
    """What was empty is filled in; nothing is overwritten."""
    changes: dict[str, object] = {}
    if person.email and not guest.email:
        changes["email"] = person.email
    if person.is_vip and not guest.is_vip:
        changes["is_vip"] = True
    if person.preferences and not guest.preferences:
        changes["preferences"] = person.preferences
    return changes


def _new(person: Person, *, house: House, source: GuestImport, now: datetime) -> Guest:
    return Guest(
        organisation_id=house.organisation_id,
        name=person.name,
        phone=person.phone or None,
        email=person.email or None,
        language=person.language or house.language,
        is_vip=person.is_vip,
        preferences=person.preferences,
        has_marketing_consent=person.agrees_to_news,
        imported_from=source,
        created_at=now,
    )


def _change(steps: Sequence[_Step]) -> None:
    guests = []
    for step in steps:
        if step.guest is not None:
            for name, value in step.fields.items():
                setattr(step.guest, name, value)
            guests.append(step.guest)
    Guest.objects.bulk_update(guests, ["email", "is_vip", "preferences"], batch_size=1000)


def _add_around(steps: Sequence[_Step], *, source: GuestImport, now: datetime) -> None:
    """Notes, other names and consents."""
    GuestNote.objects.bulk_create(
        GuestNote(
            guest=guest,
            kind=NoteKind.GENERAL,
            text=text,
            created_by_id=source.created_by_id,
            created_at=now,
            updated_at=now,
        )
        for step, guest in _with_guests(steps)
        for text in step.notes
    )
    MergeCandidate.objects.bulk_create(
        [
            MergeCandidate(guest=guest, name=step.other_name, reason="same_contact", created_at=now)
            for step, guest in _with_guests(steps)
            if step.other_name
        ],
        ignore_conflicts=True,
    )
    agreed = [guest for step, guest in _with_guests(steps) if step.agrees]
    ConsentEntry.objects.bulk_create(
        ConsentEntry(
            guest=guest,
            purpose=ConsentPurpose.MARKETING,
            is_given=True,
            wording=_words_of_consent(source),
            source="import",
            actor="import",
            created_at=now,
        )
        for guest in agreed
    )
    Guest.objects.filter(pk__in=[guest.pk for guest in agreed]).update(has_marketing_consent=True)


def _words_of_consent(source: GuestImport) -> str:
    """What the file calls it, and which file."""
    number = source.mapping.get("news")
    header = source.columns[int(number)] if number is not None else ""
    return f"{header} ({source.file_name})"[:300]


def _with_guests(steps: Sequence[_Step]) -> Iterator[tuple[_Step, Guest]]:
    for step in steps:
        if step.guest is not None:
            yield step, step.guest


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())
