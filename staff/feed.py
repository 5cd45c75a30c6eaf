"""The live floor of one restaurant, computed once per process and shown to all its screens.

A feed hears of changes through the channel layer, looks at the floor at once (and whenever a table
changes by itself), compares, and offers the differences to its screens. Messages of the layer only
say that it is worth looking: a lost one costs seconds, never truth, as the feed also looks by
itself every few seconds. docs/live.md describes the protocol.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any
from weakref import WeakKeyDictionary

from channels.layers import get_channel_layer
from django.db import Error as DatabaseError
from django.utils import translation
from redis.exceptions import RedisError

from bookings.presenters.floor import floor_data, table_data, visit_data
from reservehub.core import clock
from reservehub.core.realtime import restaurant_group
from restaurants.permissions import Capability
from staff.reading import Seen, in_thread, look, look_again, rights_of, shared_rights
from staff.screens import FAULT, STRANGER, Manner, Screen

logger = logging.getLogger(__name__)

LOOKS_EVERY = 3.0
"""Seconds after which a feed looks although it heard nothing."""
HEARS_WITHIN = 1.0
"""Seconds given to the channel layer before the first look."""
GATHERS = 0.004
"""Seconds given to the other messages of the same change."""
RESTS = 0.03
"""Seconds between two looks: a burst of changes is shown together."""
CHECKS_EVERY = 300.0
"""Seconds after which it is checked that everybody may still look on."""
LINGERS = 15.0
"""Seconds that a feed without screens goes on: people come back from the next page."""
ANNOUNCED_WITHIN = 1.0
"""Seconds in which a message follows the change that we have seen already."""
PATIENT = 15.0
"""Seconds for which a feed contents itself with what it is told, if that never ends."""
MOST_NOTES = 500
MOST_NAMED = 50
NAMING = ("table.status", "reservation.status")
"""Messages that say exactly which tables changed."""

WAITING = frozenset({"queue.changed", "waitlist.changed"})
"""Messages after which the pages of those who wait look again; the last of each is enough."""

Note = Mapping[str, Any]


class Feed:
    """All screens of this process that show one restaurant. Lives on one event loop."""

    def __init__(self, restaurant_id: int) -> None:
        self.restaurant_id = restaurant_id
        self.screens: set[Screen] = set()
        self._seen: Seen | None = None
        self._ready = asyncio.Event()
        self._hears = asyncio.Event()
        self._wake = asyncio.Event()
        self._notes: list[Note] = []
        self._unheard_at: float | None = None
        self._seq = 0
        self._wholes: dict[Manner, tuple[tuple[int, int], str]] = {}
        self._empty_since = self._checked_at = self._looked_at = time.monotonic()
        self._checks: set[asyncio.Task[None]] = set()

    # --- Screens ----------------------------------------------------------------------------------

    async def join(self, screen: Screen) -> None:
        """Show everything to a screen, from the whole state on."""
        self.screens.add(screen)
        await self._ready.wait()
        screen.open()

    def leave(self, screen: Screen) -> None:
        self.screens.discard(screen)
        if not self.screens:
            self._empty_since = time.monotonic()

    def whole(self, manner: Manner) -> str:
        """The snapshot, made once for all screens that need it at the same time."""
        version = (self._seq, int(time.monotonic()))
        made = self._wholes.get(manner)
        if made is None or made[0] != version:
            made = self._wholes[manner] = (version, self._snapshot(manner))
        return made[1]

    def _snapshot(self, manner: Manner) -> str:
        if self._seen is None:
            raise RuntimeError("nobody is let in before the first look")
        with translation.override(manner.language):
            # As it is now: it would have been read again if anything had changed since.
            floor = replace(self._seen.floor, at=clock.now())
            data = floor_data(floor, self._seen.restaurant, sees_contact=manner.sees_contact)
        return _text({"type": "snapshot", "seq": self._seq, **data})

    # --- Life -------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Look, tell, wait; until nobody has looked on for a while."""
        listening = asyncio.create_task(self._listen())
        try:
            with suppress(TimeoutError):  # without Redis it goes on by looking alone
                async with asyncio.timeout(HEARS_WITHIN):
                    await self._hears.wait()
            while self.screens or time.monotonic() - self._empty_since < LINGERS:
                await self._look()
                if time.monotonic() - self._checked_at > CHECKS_EVERY:
                    self._check({one for screen in self.screens for one in screen.people})
                await self._wait()
        finally:
            listening.cancel()

    async def _wait(self) -> None:
        await asyncio.sleep(RESTS)
        patience = max(self._looked_at + LOOKS_EVERY - time.monotonic(), 0.0)
        if self._unheard_at is not None:
            patience = min(patience, ANNOUNCED_WITHIN)
        change = self._seen.floor.next_change_at if self._seen else None
        if change is not None:
            patience = min(patience, max((change - clock.now()).total_seconds(), 0.0))
        try:
            async with asyncio.timeout(patience):
                await self._wake.wait()
            await asyncio.sleep(GATHERS)
        except TimeoutError:
            pass

    async def _listen(self) -> None:
        """Note every message of the restaurant; while Redis is away the feed looks by itself."""
        layer = get_channel_layer()
        pause = 1.0
        while layer is not None:
            try:
                channel = await layer.new_channel()
                await layer.group_add(restaurant_group(self.restaurant_id), channel)
                self._hears.set()
                self._wake.set()  # whatever happened before we could hear it
                while True:
                    self._note(await layer.receive(channel))
            except (OSError, RedisError) as error:
                logger.warning("live floor: no channel layer (%r)", error)
                await asyncio.sleep(pause)
                pause = min(2 * pause, 10.0)

    def _note(self, note: Note) -> None:
        if len(self._notes) < MOST_NOTES:
            self._notes.append(note)
        self._wake.set()

    async def _look(self) -> None:
        self._wake.clear()
        notes, self._notes = self._notes, []
        try:
            seen = await self._read(notes, now=clock.now())
        except DatabaseError as error:
            logger.warning("live floor: cannot look (%r)", error)
            self._notes = notes + self._notes
            await asyncio.sleep(1)
            return
        if seen is None:
            for screen in self.screens:
                screen.dismiss(STRANGER)
            return
        before, self._seen = self._seen, seen
        self._ready.set()
        if before is not None:
            await self._tell(before, seen, notes)

    async def _read(self, notes: Sequence[Note], *, now: datetime) -> Seen | None:
        """Only what the notes name, if that is enough; everything now and then in any case."""
        known = self._seen
        table_ids = _tables_in(notes)
        is_due = time.monotonic() - self._looked_at > PATIENT
        if known is not None and table_ids and not is_due and not known.is_over(now):
            return await in_thread(look_again, known, now=now, table_ids=table_ids)
        self._looked_at = time.monotonic()
        return await in_thread(look, self.restaurant_id, now=now, known=known)

    # --- Telling ----------------------------------------------------------------------------------

    async def _tell(self, before: Seen, seen: Seen, notes: Sequence[Note]) -> None:
        self._forward({n["what"]: n for n in notes if n["type"] == "config.changed"}.values())
        if _needs_whole(before, seen, notes) or self._is_unannounced(before, seen, notes):
            self._resync()
        elif seen is not before:
            self._differences(before, seen)
            await asyncio.sleep(0)  # tables first, on all screens
        last = {n["reservation_id"]: n for n in notes if n["type"] == "reservation.status"}
        self._forward(last.values())
        written = {n["reservation_id"]: n for n in notes if n["type"] == "conversation.changed"}
        self._forward(written.values())
        self._forward({n["type"]: n for n in notes if n["type"] in WAITING}.values())
        self._check({n["user_id"] for n in notes if n["type"] == "membership.changed"})

    def _resync(self) -> None:
        self._seq += 1
        for screen in self.screens:
            screen.resync()

    def _is_unannounced(self, before: Seen, seen: Seen, notes: Sequence[Note]) -> bool:
        """Whether something changed a while ago that no message spoke of: then other pages than the
        floor have missed it, too. Mostly we were only faster than the message.
        """
        if notes:
            self._unheard_at = None
        elif self._unheard_at is None:
            if _is_unheard(before, seen):
                self._unheard_at = time.monotonic()
        elif time.monotonic() - self._unheard_at > ANNOUNCED_WITHIN:
            self._unheard_at = None
            return True
        return False

    def _differences(self, before: Seen, seen: Seen) -> None:
        floor, restaurant = seen.floor, seen.restaurant
        changed = [view for view in floor.tables if before.views.get(view.table_id) != view]
        is_waiting = floor.unassigned != before.floor.unassigned
        first = self._seq + 1
        self._seq += len(changed) + is_waiting
        for manner, screens in self._by_manner().items():
            sees = manner.sees_contact
            with translation.override(manner.language):
                told = [
                    table_data(view, restaurant, at=floor.at, sees_contact=sees) for view in changed
                ]
                if is_waiting:
                    waiting = [
                        visit_data(visit, restaurant, sees_contact=sees)
                        for visit in floor.unassigned
                    ]
                    told.append({"type": "floor.unassigned", "unassigned": waiting})
            _offer(screens, [{**one, "seq": seq} for seq, one in enumerate(told, start=first)])

    def _forward(self, notes: Iterable[Note]) -> None:
        """Messages that concern no table are told as they are."""
        for note in notes:
            self._seq += 1
            _offer(self.screens, [{**note, "seq": self._seq}])

    def _by_manner(self) -> dict[Manner, list[Screen]]:
        found: dict[Manner, list[Screen]] = {}
        for screen in self.screens:
            found.setdefault(screen.manner, []).append(screen)
        return found

    # --- Who may look on --------------------------------------------------------------------------

    def _check(self, people: set[int]) -> None:
        self._checked_at = time.monotonic()
        screens = [screen for screen in self.screens if people & set(screen.people)]
        if screens:
            task = asyncio.create_task(self._check_rights(screens))
            self._checks.add(task)
            task.add_done_callback(self._checks.discard)

    async def _check_rights(self, screens: Sequence[Screen]) -> None:
        people = {one for screen in screens for one in screen.people}
        try:
            rights = await in_thread(rights_of, people, self.restaurant_id)
        except DatabaseError:
            logger.warning("live floor: cannot check who may look on")
            return
        for screen in screens:
            held = shared_rights(screen.people, rights)
            if Capability.VIEW_BOOK not in held:
                screen.dismiss(STRANGER)
            screen.manner = screen.manner._replace(sees_contact=Capability.SEE_CONTACT in held)


def _needs_whole(before: Seen, seen: Seen, notes: Sequence[Note]) -> bool:
    """Another day, other tables, or more than can be told one by one."""
    if len(notes) >= MOST_NOTES or before.floor.service_date != seen.floor.service_date:
        return True
    return before.views.keys() != seen.views.keys()


def _is_unheard(before: Seen, seen: Seen) -> bool:
    """Whether somebody, and not only time, changed what is shown."""
    if before.mark == seen.mark or before.is_over(seen.floor.at):
        return False
    return (before.floor.tables, before.floor.unassigned) != (
        seen.floor.tables,
        seen.floor.unassigned,
    )


def _tables_in(notes: Sequence[Note]) -> set[int]:
    """The tables that changed; none unless the notes name all that did."""
    if len(notes) > MOST_NAMED or any(note["type"] not in NAMING for note in notes):
        return set()
    return {note["table_id"] for note in notes if "table_id" in note}


def _offer(screens: Iterable[Screen], messages: Iterable[Note]) -> None:
    texts = [_text(message) for message in messages]
    for screen in screens:
        for text in texts:
            screen.offer(text)


def _text(message: Note) -> str:
    return json.dumps(message, ensure_ascii=False, separators=(",", ":"))


# --- The feeds of this process --------------------------------------------------------------------

_feeds: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[int, tuple[Feed, asyncio.Task[None]]]]
_feeds = WeakKeyDictionary()


def feed_of(restaurant_id: int) -> Feed:
    """The feed of a restaurant on this event loop; started if it does not run."""
    feeds = _feeds.setdefault(asyncio.get_running_loop(), {})
    known = feeds.get(restaurant_id)
    if known is not None:
        return known[0]
    feed = Feed(restaurant_id)
    task = asyncio.create_task(feed.run(), name=f"feed-{restaurant_id}")
    feeds[restaurant_id] = (feed, task)

    def ended(task: asyncio.Task[None]) -> None:
        feeds.pop(restaurant_id, None)
        for screen in feed.screens:  # they come back, to a new feed
            screen.dismiss(FAULT)
        if not task.cancelled() and task.exception() is not None:
            logger.error("live floor: a feed broke", exc_info=task.exception())

    task.add_done_callback(ended)
    return feed
