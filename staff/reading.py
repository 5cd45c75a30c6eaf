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

from django.db import close_old_connections

from accounts.models import User
from bookings.floor import TableView
from bookings.selectors.floor import Floor, floor_mark, floor_of, service_date_at
from reservehub.core.errors import DomainError
from restaurants.models import Restaurant
from restaurants.permissions import Capability
from restaurants.selectors import capabilities_of, restaurant_for

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
    """The live floor as read at `floor.at`."""

    restaurant: Restaurant
    floor: Floor
    mark: tuple[object, ...]

    @cached_property
    def views(self) -> Mapping[int, TableView]:
        return {view.table_id: view for view in self.floor.tables}

    def is_over(self, now: datetime) -> bool:
        """Whether some table has changed by itself since."""
        change = self.floor.next_change_at
        return change is not None and change <= now


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


def rights_in(user: object, restaurant_id: int) -> frozenset[Capability]:
    """What somebody at the door may do: nothing, unless they may see the book."""
    try:
        restaurant = restaurant_for(user, str(restaurant_id), Capability.VIEW_BOOK)  # type: ignore[arg-type]
    except DomainError:
        return frozenset()
    return capabilities_of(user, restaurant)  # type: ignore[arg-type]


def rights_now(
    user_ids: Collection[int], restaurant_id: int
) -> Mapping[int, frozenset[Capability]]:
    """The same for people who are in already, read anew."""
    people = User.objects.in_bulk(list(user_ids))
    return {
        user_id: rights_in(people[user_id], restaurant_id) if user_id in people else frozenset()
        for user_id in user_ids
    }
