"""Where people are in their dialogues, in the database: the same for all processes, and after a
restart.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiogram.fsm.state import State
from aiogram.fsm.storage.base import BaseStorage, DefaultKeyBuilder, StateType, StorageKey

from reservehub.core import clock
from telegram_bot.bridge import call
from telegram_bot.models import Dialogue

_keys = DefaultKeyBuilder(with_destiny=True)


class DialogueStorage(BaseStorage):
    """aiogram's storage of states. Data must be JSON."""

    async def set_state(self, key: StorageKey, state: StateType = None) -> None:
        name = state.state if isinstance(state, State) else state
        await call(_write, _keys.build(key), state=name or "")

    async def get_state(self, key: StorageKey) -> str | None:
        dialogue = await call(_read, _keys.build(key))
        return dialogue.state or None if dialogue else None

    async def set_data(self, key: StorageKey, data: Mapping[str, Any]) -> None:
        await call(_write, _keys.build(key), data=dict(data))

    async def get_data(self, key: StorageKey) -> dict[str, Any]:
        dialogue = await call(_read, _keys.build(key))
        return dict(dialogue.data) if dialogue else {}

    async def close(self) -> None:
        """Nothing is held."""


def _read(key: str) -> Dialogue | None:
    return Dialogue.objects.filter(pk=key).first()


def _write(key: str, **fields: Any) -> None:
    """A dialogue with neither state nor data is no dialogue."""
    now = clock.now()
    if not any(fields.values()):
        Dialogue.objects.filter(pk=key).update(**fields, updated_at=now)
        Dialogue.objects.filter(pk=key, state="", data={}).delete()
        return
    Dialogue.objects.update_or_create(pk=key, defaults={**fields, "updated_at": now})
