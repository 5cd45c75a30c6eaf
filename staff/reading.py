"""What sockets read from the database, always on threads of their own: a slow query of one
restaurant delays neither the sockets of others nor anybody's pages.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, partial
from typing import ParamSpec, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.base import SessionBase
from django.db import close_old_connections

from accounts.models import User
from bookings.floor import TableView
from bookings.selectors.floor import (
    Floor,
    floor_again,
    floor_mark,
    floor_of,
    service_date_at,
)
from reservehub.core.errors import DomainError
from restaurants.models import Restaurant
from restaurants.permissions import Capability
from restaurants.selectors import capabilities_of, restaurant_for
from staff.shared import KEY as SHARED

P = ParamSpec("P")
T = TypeVar("T")

_threads = ThreadPoolExecutor(max_workers=4, thread_name_prefix="staff-sockets")


async def in_thread(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run something that reads the database; each thread keeps its connection."""
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_threads, partial(_with_fresh_connection, work, args, kwargs))


def _with_fresh_connection(
    work: Callable[..., T], args: tuple[object, ...], kwargs: dict[str, object]
) -> T:
    close_old_connections()
    return work(*args, **kwargs)


@dataclass(frozen=True)
class Seen:
    """The live floor as read at `floor.at`. Equal marks, equal floors; None is unknown."""

    restaurant: Restaurant
    floor: Floor
    mark: tuple[object, ...] | None

    @cached_property
    def views(self) -> Mapping[int, TableView]:
        return {view.table_id: view for view in self.floor.tables}

    def is_over(self, now: datetime) -> bool:
        """Whether some table has changed by itself since."""
        change = self.floor.next_change_at
        return change is not None and change <= now


def look_again(known: Seen, *, now: datetime, table_ids: Collection[int]) -> Seen:
    """Only the tables that are said to have changed: a fraction of the work. Its mark is unknown,
    so that the next look reads everything. Two queries.
    """
    floor = floor_again(known.restaurant, known.floor, now=now, table_ids=table_ids)
    return Seen(known.restaurant, floor, mark=None)


def look(restaurant_id: int, *, now: datetime, known: Seen | None) -> Seen | None:
    """The live floor of now, or `known` itself if nothing changed; None if there is no such
    restaurant. At most five queries, two if nothing changed.
    """
    restaurant = Restaurant.objects.filter(pk=restaurant_id).first()
    if restaurant is None:
        return None
    service_date = service_date_at(restaurant, now)
    mark = floor_mark(restaurant, service_date)
    if known is not None and known.mark == mark and not known.is_over(now):
        return known
    floor = floor_of(restaurant, service_date=service_date, at=now, now=now, is_live=True)
    return Seen(restaurant, floor, mark)


def people_before(session: SessionBase, account: User | AnonymousUser) -> tuple[int, ...]:
    """Whose rights a screen has, all of them together: of the log-in, and of whoever took over a
    shared tablet; nobody's while it is locked, or nobody has logged in.
    """
    if not account.is_authenticated:
        return ()
    stored = session.get(SHARED)
    if not isinstance(stored, dict):
        return (account.pk,)
    person_id = stored.get("person_id")
    return () if person_id is None else tuple({account.pk, person_id})


def rights_of(people: Collection[int], restaurant_id: int) -> Mapping[int, frozenset[Capability]]:
    """What each may do in a restaurant; nothing, unless they may see the book."""
    found = User.objects.in_bulk(list(people))
    return {
        one: _rights(found[one], restaurant_id) if one in found else frozenset() for one in people
    }


def _rights(user: User, restaurant_id: int) -> frozenset[Capability]:
    try:
        restaurant = restaurant_for(user, str(restaurant_id), Capability.VIEW_BOOK)
    except DomainError:
        return frozenset()
    return capabilities_of(user, restaurant)


def shared_rights(
    people: Collection[int], rights: Mapping[int, frozenset[Capability]]
) -> frozenset[Capability]:
    """What all of them may do; nothing if there is nobody."""
    held = [rights.get(one, frozenset()) for one in people]
    return frozenset.intersection(*held) if held else frozenset()


def at_the_door(
    session: SessionBase, account: User | AnonymousUser, restaurant_id: int
) -> tuple[tuple[int, ...], frozenset[Capability]]:
    """Who comes in, and what they may do there."""
    people = people_before(session, account)
    return people, shared_rights(people, rights_of(people, restaurant_id))
