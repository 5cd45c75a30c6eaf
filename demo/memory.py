"""What two houses know of their guests on the demo's first day: points, tags, notes, reviews."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import translation

from bookings.lifecycle import Status
from bookings.models import Reservation
from bookings.services.figures import figures_count
from demo.bulk import rows_insert
from demo.cast import REGULARS
from demo.guestbook import GuestBook
from demo.live import STAFF
from demo.wish import Place
from guests.models import (
    ConsentPurpose,
    Guest,
    LoyaltyEntry,
    LoyaltyProgramme,
    LoyaltyReason,
    LoyaltyTier,
    NoteKind,
    Segment,
)
from guests.services import consent_record, note_add
from guests.services.loyalty import loyalty_programme_save
from guests.services.segments import segment_save
from guests.services.tags import tags_suggested_take
from reservehub.core.money import Money
from reviews.models import Review, ReviewStatus

PER_VISIT = 10
"""Points."""


@dataclass(frozen=True, kw_only=True)
class Memory:
    """What one house knows, in the language of its staff.

    :param notes: by the index of the guest in the cast: kind, text, whether it is an alert
    :param reviews: stars and text; the first one is the newest and still waits for a look
    :param wording: what guests agreed to who want offers and news
    :param segments: name and conditions
    :param per_unit: points for each whole unit of money spent
    """

    language: str
    notes: Mapping[int, tuple[NoteKind, str, bool]]
    reviews: Sequence[tuple[int, str]]
    answer: str
    wording: str
    segments: Sequence[tuple[str, list[dict[str, object]]]]
    tiers: Sequence[tuple[int, str, str]]
    per_unit: int = 0


def _at_least(field: str, value: object) -> dict[str, object]:
    return {"field": field, "op": "gte", "value": value}


MEMORIES: Mapping[str, Memory] = {
    "bella-vista": Memory(
        language="en",
        notes={
            0: (NoteKind.ALLERGY, "Strong nut allergy: tell the kitchen at once.", True),
            2: (NoteKind.VIP, "Writes about food. Olivia says hello in person.", True),
            3: (NoteKind.PREFERENCE, "Likes the corner by the window, and still water.", False),
            5: (
                NoteKind.GENERAL,
                "Brings an elderly mother on Sundays: no stairs.",
                True,
            ),
            7: (
                NoteKind.INCIDENT,
                "Waited 40 minutes for the main course.",
                False,
            ),
        },
        reviews=(
            (4, "Lovely evening on the terrace; the sea bass took its time."),
            (5, "The trofie are worth the trip alone, and they remembered our anniversary."),
            (5, ""),
            (3, "Food excellent, but loud near the bar on a Friday."),
            (5, "Booked in a minute, seated at once, and a quiet corner as we had asked."),
            (4, "Good with children. High chair stood ready."),
            (2, "We waited forty minutes for the main course."),
            (5, "Best focaccia north of Genoa."),
        ),
        answer="Thank you for telling us. We have put a second cook on Fridays since.",
        wording="Bella Vista may send me offers and news. I can stop them at any time.",
        segments=(
            ("Regulars", [_at_least("visits", 3)]),
            ("Come again soon", [_at_least("last_visit_days", 14), _at_least("visits", 2)]),
        ),
        tiers=((0, "Friend", ""), (200, "Regular", "A glass on the house"), (800, "Family", "")),
        per_unit=1,
    ),
    "kalyannaya-dym": Memory(
        language="ru",
        notes={
            1: (NoteKind.PREFERENCE, "Некрепкий кальян, диван у камина.", True),
            2: (NoteKind.VIP, "Друг владельца: первая чаша за счёт дома.", True),
        },
        reviews=(
            (5, "Тихо, уютно, мастер знает своё дело."),
            (4, "Хороший чай, диван у камина лучше бронировать заранее."),
        ),
        answer="Спасибо! Ждём вас снова.",
        wording="«Дым» может присылать мне предложения и новости, пока я не откажусь.",
        segments=(("Постоянные гости", [_at_least("visits", 2)]),),
        tiers=((0, "Гость", ""), (30, "Свой", "Чай в подарок")),
    ),
}


def memories_write(
    places: Sequence[Place], books: Mapping[int, GuestBook], *, now: datetime
) -> None:
    """Let the houses remember the guests that the demo's first load has written."""
    for place in places:
        memory = MEMORIES.get(place.house.slug)
        if memory is not None:
            with translation.override(memory.language):
                _Pen(place, memory, books[place.restaurant.organisation_id], now).write()


class _Pen:
    """Writes one house's memory."""

    def __init__(self, place: Place, memory: Memory, book: GuestBook, now: datetime) -> None:
        self.restaurant = place.restaurant
        self.organisation_id = place.restaurant.organisation_id
        self.memory = memory
        self.book = book
        self.now = now

    def write(self) -> None:
        self._programme()
        self._points()
        tags_suggested_take(
            organisation_id=self.organisation_id,
            keys=("regular", "new", "risk"),
            actor=STAFF,
            now=self.now,
        )
        guests = Guest.objects.filter(organisation=self.organisation_id)
        figures_count([*guests.values_list("pk", flat=True)], self.now)
        for name, conditions in self.memory.segments:
            segment = Segment(
                organisation_id=self.organisation_id, name=name, conditions=conditions
            )
            segment_save(segment=segment, actor=STAFF, now=self.now)
        self._notes()
        self._consents()
        self._reviews()

    def _programme(self) -> None:
        loyalty_programme_save(
            programme=LoyaltyProgramme(
                organisation_id=self.organisation_id,
                is_active=True,
                points_per_visit=PER_VISIT,
                points_per_unit=self.memory.per_unit,
            ),
            tiers=[
                LoyaltyTier(name=name, from_points=points, benefit=benefit)
                for points, name, benefit in self.memory.tiers
            ],
            actor=STAFF,
            now=self.now,
        )

    def _points(self) -> None:
        done = Reservation.objects.filter(
            restaurant__organisation=self.organisation_id,
            status=Status.COMPLETED,
            guest__isnull=False,
        )
        rows = done.select_related("restaurant", "guest")
        rows_insert([self._earned(row, row.guest) for row in rows if row.guest is not None])

    def _earned(self, visit: Reservation, guest: Guest) -> LoyaltyEntry:
        spent = Money(visit.bill_minor or 0, visit.restaurant.currency)
        units = int(spent.to_decimal())
        return LoyaltyEntry(
            guest=guest,
            points=PER_VISIT + self.memory.per_unit * units,
            reason=LoyaltyReason.VISIT,
            cause=f"reservation:{visit.pk}",
            units_spent=units,
            points_per_unit=self.memory.per_unit,
            created_at=visit.completed_at or self.now,
        )

    def _notes(self) -> None:
        for index, (kind, text, is_alert) in self.memory.notes.items():
            note_add(
                guest_id=self.book.guest(index).pk,
                kind=kind,
                text=text,
                is_alert=is_alert,
                has_health_consent=kind == NoteKind.ALLERGY,
                actor=STAFF,
                now=self.now,
            )

    def _consents(self) -> None:
        for index in range(0, REGULARS, 2):
            consent_record(
                guest_id=self.book.guest(index).pk,
                purpose=ConsentPurpose.MARKETING,
                is_given=True,
                wording=self.memory.wording,
                source="booking",
                actor=STAFF,
                now=self.now,
            )

    def _reviews(self) -> None:
        done = Reservation.objects.filter(
            restaurant=self.restaurant, status=Status.COMPLETED, guest__isnull=False
        )
        visits = done.order_by("-starts_at", "-pk")[: len(self.memory.reviews)]
        said = zip(self.memory.reviews, visits, strict=False)  # a new house may have fewer visits
        rows = []
        for number, ((stars, text), visit) in enumerate(said):
            written = min(self.now, (visit.completed_at or self.now) + timedelta(hours=15))
            has_answer = stars < 3 or number == 1
            rows.append(
                Review(
                    reservation=visit,
                    restaurant=self.restaurant,
                    guest_id=visit.guest_id,
                    stars=stars,
                    food=stars,
                    text=text,
                    language=self.memory.language,
                    status=ReviewStatus.PUBLISHED if number else ReviewStatus.PENDING,
                    answer=self.memory.answer if has_answer else "",
                    answered_at=self.now if has_answer else None,
                    created_at=written,
                    updated_at=written,
                )
            )
        rows_insert(rows)
