"""The guests of one organisation, made when they are first needed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from accounts.models import User
from bookings.lifecycle import Status
from bookings.models import Reservation
from demo.bulk import rows_insert
from demo.cast import BLOCK_REASONS, Person, people_of
from demo.script import CUSTOMER
from guests.models import Guest


class GuestBook:
    """Guests by their index in a cast, with the visits they have behind them."""

    def __init__(self, organisation_id: int, cast: str, *, customer: User, now: datetime) -> None:
        self.customer = customer
        self._organisation_id = organisation_id
        self._cast = cast
        self._now = now
        known = Guest.objects.filter(organisation_id=organisation_id)
        self._known = {_identity(guest): guest for guest in known}
        self._visits: defaultdict[int, list[datetime]] = defaultdict(list)
        done = Reservation.objects.filter(
            guest__organisation_id=organisation_id, status=Status.COMPLETED
        )
        for guest_id, completed_at in done.values_list("guest_id", "completed_at"):
            if guest_id is not None and completed_at is not None:
                self._visits[guest_id].append(completed_at)

    def person(self, index: int) -> Person:
        """The guest as the cast knows them."""
        if index != CUSTOMER:
            return people_of(self._cast)[index]
        return Person(
            name=self.customer.name,
            phone="+3197000099001",
            email=self.customer.email,
            language=self.customer.language,
        )

    def guests_ensure(self, indexes: Iterable[int]) -> None:
        """Make those who are not known yet, in one statement."""
        wanted = {index: self.person(index) for index in sorted(set(indexes))}
        new = [
            self._guest(index, person)
            for index, person in wanted.items()
            if (person.phone or person.email) not in self._known
        ]
        for guest in rows_insert(new):
            self._known[_identity(guest)] = guest

    def everybody(self) -> range:
        """The indexes of the whole cast and the customer."""
        return range(CUSTOMER, len(people_of(self._cast)))

    def guest(self, index: int) -> Guest:
        """A guest that `guests_ensure` has seen."""
        person = self.person(index)
        return self._known[person.phone or person.email]

    def visits_before(self, guest: Guest, at: datetime) -> int:
        """How often the guest had come by then."""
        return sum(1 for completed_at in self._visits[guest.pk] if completed_at < at)

    def visit_add(self, guest: Guest, completed_at: datetime) -> None:
        """One more visit that was written just now."""
        self._visits[guest.pk].append(completed_at)

    def _guest(self, index: int, person: Person) -> Guest:
        return Guest(
            organisation_id=self._organisation_id,
            user=self.customer if index == CUSTOMER else None,
            name=person.name,
            phone=person.phone or None,
            email=person.email or None,
            language=person.language,
            is_vip=person.is_vip,
            is_blocked=person.is_blocked,
            block_reason=BLOCK_REASONS[self._cast] if person.is_blocked else "",
            created_at=self._now,
        )


def _identity(guest: Guest) -> str:
    """How rule 99 tells guests apart."""
    return str(guest.phone.as_e164) if guest.phone else guest.email or ""
