"""The sockets of a guest's open pages: of the waitlist, and of the queue at the door."""

from __future__ import annotations

from typing import ClassVar

from bookings.consumers import GuestConsumer
from waitlist.queue.realtime import queue_group
from waitlist.realtime import entry_group
from waitlist.selectors import entry_version_by_token
from waitlist.selectors.queue import queue_version_by_token


class EntryConsumer(GuestConsumer):
    """`/ws/w/<token>/`: tells that the entry changed; the page then fetches itself again."""

    says: ClassVar[str] = "waitlist.changed"

    @staticmethod
    def group_of(subject_id: int) -> str:
        return entry_group(subject_id)

    @staticmethod
    def opened_by(token: str) -> tuple[int, int]:
        return entry_version_by_token(token)


class QueueConsumer(GuestConsumer):
    """`/ws/q/<token>/`: tells that the queue of the party changed. The version is that of
    the whole queue, as the place in line depends on all.
    """

    says: ClassVar[str] = "queue.changed"

    @staticmethod
    def group_of(subject_id: int) -> str:
        return queue_group(subject_id)

    @staticmethod
    def opened_by(token: str) -> tuple[int, int]:
        return queue_version_by_token(token)
