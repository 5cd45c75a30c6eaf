"""One of each thing that addresses of the API name, made when an operation asks for it, and the
moment at which something can be done with it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from bookings.models import Reservation
from bookings.services import reservation_complete, reservation_seat, table_block
from guests.models import GuestMerge, MergeCandidate, Segment, Tag
from guests.services.merging import guests_merge
from reviews.services import review_write
from tests.api.conftest import World
from tests.factories import GUEST, NOW, STAFF
from tests.guests.people import make_guest
from tests.waitlist.evenings import offered
from tests.waitlist.queue.evening import EVENING, open_from_afar, wait_at_door

AFTER_IT = datetime(2026, 6, 6, 8, 0, tzinfo=UTC)
"""The morning after the visit."""


def things_for(world: World, path: str) -> dict[str, int]:
    """What the parameters of an address stand for, as far as they are known here."""
    if path.endswith("/queue"):
        open_from_afar(world.restaurant)
    return {name: make(world) for name, make in _MAKERS.items() if f"{{{name}}}" in path}


def moment_of(path: str) -> datetime:
    """When the operation makes sense."""
    if "review" in path:
        return AFTER_IT
    return EVENING + timedelta(minutes=1) if "queue" in path else NOW


def _visit(world: World) -> Reservation:
    booked = world.book(guest_email="came@example.com", guest_phone="")
    reservation_seat(reservation_id=booked.pk, actor=STAFF, now=booked.starts_at)
    end = booked.starts_at + timedelta(hours=1)
    return reservation_complete(reservation_id=booked.pk, actor=STAFF, now=end)


def _review(world: World) -> int:
    return review_write(
        reservation_id=_visit(world).pk,
        stars=5,
        parts={},
        text="Lovely",
        language="en",
        actor=GUEST,
        now=AFTER_IT,
    ).pk


def _guest(world: World) -> int:
    return make_guest(world.restaurant.organisation, name="Anna").pk


def _tag(world: World) -> int:
    organisation = world.restaurant.organisation
    return Tag.objects.create(organisation=organisation, name="Regular", created_at=NOW).pk


def _segment(world: World) -> int:
    organisation = world.restaurant.organisation
    return Segment.objects.create(organisation=organisation, name="All", created_at=NOW).pk


def _candidate(world: World) -> int:
    return MergeCandidate.objects.create(
        guest_id=_guest(world), other_id=_guest(world), reason="email", created_at=NOW
    ).pk


def _merge(world: World) -> int:
    guests_merge(kept_id=_guest(world), merged_id=_guest(world), actor=STAFF, now=NOW)
    return GuestMerge.objects.latest("pk").pk


def _block(world: World) -> int:
    return table_block(
        restaurant_id=world.restaurant.pk,
        table_ids=(world.restaurant.tables.get(number="2").pk,),
        starts_at=NOW,
        ends_at=NOW + timedelta(hours=1),
        actor=STAFF,
        now=NOW,
    ).pk


_MAKERS: Mapping[str, Callable[[World], int]] = {
    "block_id": _block,
    "candidate_id": _candidate,
    "entry_id": lambda world: offered(world.restaurant).pk,
    "guest_id": _guest,
    "merge_id": _merge,
    "party_id": lambda world: wait_at_door(world.restaurant).pk,
    "review_id": _review,
    "segment_id": _segment,
    "tag_id": _tag,
    "visit_id": lambda world: _visit(world).pk,
}
