"""Who reads a message, and under which addresses."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple


class StaffChat(NamedTuple):
    """A chat of a restaurant's staff."""

    address: str
    language: str


StaffChats = Callable[[int], Sequence[StaffChat]]

_sources: list[StaffChats] = []


def register_staff_chats(source: StaffChats) -> None:
    """An app above knows chats of staff: `source(restaurant_id)` lists those that are in use."""
    if source not in _sources:
        _sources.append(source)


def staff_chats(restaurant_id: int) -> list[StaffChat]:
    """The chats in which staff of a restaurant want to be told."""
    return [chat for source in _sources for chat in source(restaurant_id)]
