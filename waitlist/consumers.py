"""The socket of a guest's open page of the waitlist."""

from __future__ import annotations

from typing import ClassVar

from bookings.consumers import GuestConsumer
from waitlist.realtime import entry_group
from waitlist.selectors import entry_version_by_token


class EntryConsumer(GuestConsumer):
    """`/ws/w/<token>/`: tells that the entry changed; the page then fetches itself again."""

    says: ClassVar[str] = "waitlist.changed"

    @staticmethod
    def group_of(subject_id: int) -> str:
        return entry_group(subject_id)

    @staticmethod
    def opened_by(token: str) -> tuple[int, int]:
        return entry_version_by_token(token)
