"""Events and the transactional outbox (rule 58).

An app states what happened with ``publish`` inside the transaction in which it happened; apps above
it ``subscribe``. Side effects are then delivered at least once, each in one transaction of its own,
and can never fail the booking.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial
from typing import Any, ClassVar, NamedTuple, Protocol, TypeVar

from django.db import connection, transaction

from reservehub.core import dispatch
from reservehub.core.codec import from_payload, to_payload
from reservehub.core.errors import NotInTransaction
from reservehub.core.models import DeliveryStatus, OutboxEvent
from reservehub.core.planned import planned


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened, in the past tense.

    Subclasses are frozen keyword-only dataclasses with a ``name`` such as
    ``bookings.reservation.confirmed``. Fields: str, int, float, bool, datetime, date, time,
    Decimal, UUID, enums, nested dataclasses, tuples of these, and ``X | None``.

    A later version may add fields with defaults and drop fields; it may not change a type.
    """

    name: ClassVar[str]

    occurred_at: datetime

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "name" not in cls.__dict__:
            return  # an abstract family of events
        known = _events.get(cls.name)
        if known is not None and _path(known) != _path(cls):
            raise ValueError(f"two events are named {cls.name!r}: {_path(known)}, {_path(cls)}")
        _events[cls.name] = cls


E_contra = TypeVar("E_contra", bound=Event, contravariant=True)


class Handler(Protocol[E_contra]):
    """Writes rows, never sends; runs again after a failure, so it must be repeatable."""

    def __call__(self, event: E_contra, *, delivery_id: int) -> None: ...


class Subscription(NamedTuple):
    name: str
    classes: tuple[type[Event], ...]
    handler: Handler[Any]


class UnknownSubscriber(LookupError):
    """No such subscriber or event in this process: an older release may be running."""


_events: dict[str, type[Event]] = {}
_subscriptions: dict[str, Subscription] = {}


def _path(thing: Any) -> str:
    return f"{thing.__module__}.{thing.__qualname__}"


H = TypeVar("H", bound=Callable[..., None])


def subscribe(*classes: type[Event], name: str) -> Callable[[H], H]:
    """Register a handler for events of these classes and their subclasses.

    :param name: ``app.handler``: stable, as rows on their way carry it
    :raises ValueError: if another handler has the name
    """

    def register(handler: H) -> H:
        known = _subscriptions.get(name)
        if known is not None and _path(known.handler) != _path(handler):
            raise ValueError(f"two subscribers are named {name!r}")
        _subscriptions[name] = Subscription(name, classes, handler)
        _subscribers_of_name.cache_clear()
        return handler

    return register


def subscribers_of(cls: type[Event]) -> tuple[str, ...]:
    """The names of the subscribers of an event class, sorted."""
    return _subscribers_of_name(cls.name)


@cache
def _subscribers_of_name(event_name: str) -> tuple[str, ...]:
    cls = _events[event_name]
    return tuple(sorted(s.name for s in _subscriptions.values() if issubclass(cls, s.classes)))


def subscription(name: str) -> Subscription:
    """:raises UnknownSubscriber: if nothing in this process has that name"""
    try:
        return _subscriptions[name]
    except KeyError:
        raise UnknownSubscriber(f"no subscriber is named {name!r}") from None


def event_classes() -> Sequence[type[Event]]:
    """All events known to this process, by name."""
    return [_events[name] for name in sorted(_events)]


def subscriptions() -> Sequence[Subscription]:
    """All subscriptions of this process, by name."""
    return [_subscriptions[name] for name in sorted(_subscriptions)]


def restore(row: OutboxEvent) -> Event:
    """The event of an outbox row.

    :raises UnknownSubscriber: if this process does not know the event
    """
    cls = _events.get(row.name)
    if cls is None:
        raise UnknownSubscriber(f"no event is named {row.name!r}")
    return from_payload(cls, row.payload)


_PUBLISH = f"""
    WITH event AS (
        INSERT INTO core_outboxevent (name, payload, occurred_at)
        VALUES ($1, $2::jsonb, $3) RETURNING id, occurred_at
    )
    INSERT INTO core_delivery
        (event_id, handler, status, attempts, next_attempt_at, queued_at, last_error)
    SELECT id, handler, '{DeliveryStatus.PENDING}', 0, occurred_at, occurred_at, ''
    FROM event, unnest($4::text[]) AS handler
    RETURNING id
"""  # noqa: S608 - no values of callers


def publish(event: Event) -> None:
    """Write the event and one delivery per subscriber, in one statement.

    The deliveries are queued after the commit; where the broker is down the sweep does it.

    :raises NotInTransaction: outside a transaction, where the event could outlive its cause
    """
    if not connection.in_atomic_block:
        raise NotInTransaction(f"publish({event.name}) needs a transaction")
    subscribers = list(subscribers_of(type(event)))
    payload = json.dumps(to_payload(event))
    rows = planned(_PUBLISH, [event.name, payload, event.occurred_at, subscribers])
    ids = [delivery_id for (delivery_id,) in rows]
    if ids:
        transaction.on_commit(partial(_queue, ids), robust=True)


def _queue(delivery_ids: Sequence[int]) -> None:
    dispatch.queue_deliveries(delivery_ids)
