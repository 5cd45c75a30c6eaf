"""A Telegram of our own: the Bot API over real HTTP on 127.0.0.1, and people who use it.

Speaks the wire format of https://core.telegram.org/bots/api (10.1) as far as our bot uses it, and
refuses what Telegram refuses: unknown tokens, unmodified edits, callback data over 64 bytes,
answering a tap twice. ``fail_next`` and ``down`` make it misbehave.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from aiohttp import web

from tests.telegram.methods import METHODS, Refused
from tests.telegram.world import Chat, Shown, Tap, User

TOKEN = "123456:TEST-token"
BOT_ID = 123456
BOT_NAME = "reservehub_test_bot"
FIRST_UPDATE = 1000
_AGAIN = "_again"


@dataclass
class Failure:
    """What the next call of a method meets instead of its answer."""

    method: str
    code: int = 500
    description: str = "Internal Server Error"
    parameters: dict[str, Any] = field(default_factory=dict)
    loses_answer: bool = False


class TelegramServer:
    """State of all chats, and the HTTP server in a thread of its own.

    Use ``with running_server() as telegram``; `base` is for ``settings.TELEGRAM_API_BASE``.
    """

    def __init__(self) -> None:
        self.token = TOKEN
        self.chats: dict[int, Chat] = {}
        self.users: dict[int, User] = {}
        self.taps: dict[str, Tap] = {}
        self.updates: list[dict[str, Any]] = []
        self.calls: list[tuple[str, dict[str, Any]]] = []
        """Every call that was answered or refused, in order."""
        self.commands: dict[tuple[str, str], list[dict[str, str]]] = {}
        """What `setMyCommands` set, by scope (JSON) and language."""
        self.seen: list[dict[str, Any]] = []
        """Every update there ever was."""
        self.webhook: dict[str, Any] = {}
        self.failures: list[Failure] = []
        self._update_ids = count(FIRST_UPDATE)
        self._message_ids = count(1)
        self._ids = count(100)
        self._lock = threading.RLock()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run_loop, name="telegram", daemon=True)
        self._runner: web.AppRunner | None = None
        self._port = 0

    # --- for tests -----------------------------------------------------------------------------

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def add_user(self, name: str = "Maria", *, language: str = "en") -> User:
        user = User(world=self, id=next(self._ids), name=name, language=language)
        self.users[user.id] = user
        self.chats[user.id] = Chat(world=self, id=user.id, type="private", title=name)
        return user

    def add_group(self, title: str = "Admins", *, is_forum: bool = False) -> Chat:
        chat = Chat(
            world=self,
            id=-1_000_000 - next(self._ids),
            type="supergroup",
            title=title,
            is_forum=is_forum,
        )
        self.chats[chat.id] = chat
        return chat

    def fail_next(
        self,
        method: str,
        *,
        code: int = 500,
        description: str = "Internal Server Error",
        times: int = 1,
        **parameters: Any,
    ) -> None:
        """The next calls of the method are refused; `retry_after=2`, `migrate_to_chat_id=-1`."""
        failure = Failure(method, code=code, description=description, parameters=parameters)
        self.failures += [failure] * times

    def lose_answer_next(self, method: str) -> None:
        """The next call is carried out, but the connection breaks before the answer."""
        self.failures.append(Failure(method, loses_answer=True))

    def calls_of(self, method: str) -> list[dict[str, Any]]:
        return [fields for name, fields in self.calls if name == method]

    def replay(self, update: dict[str, Any] | None = None) -> None:
        """Deliver an update (the latest one) again, with the same id."""
        with self._lock:
            self.updates.append({**(update or self.seen[-1]), _AGAIN: True})

    def happens(self, kind: str, about: dict[str, Any]) -> dict[str, Any]:
        """Something the bot should hear."""
        with self._lock:
            update = {"update_id": next(self._update_ids), kind: about}
            self.updates.append(update)
            self.seen.append(update)
            return update

    def take_updates(self) -> list[dict[str, Any]]:
        """What waits for the bot, taken away: for posting it to our webhook."""
        with self._lock:
            waiting, self.updates = self.updates, []
            return waiting

    # --- for the methods -----------------------------------------------------------------------

    def next_message_id(self) -> int:
        return next(self._message_ids)

    def message_json(self, message: Shown) -> dict[str, Any]:
        about: dict[str, Any] = {
            "message_id": message.message_id,
            "date": int(time.time()),
            "chat": message.chat.as_json(),
            "from": message.by.as_json() if message.by else self.bot_json(),
            "text": message.text,
        }
        if message.text.startswith("/"):
            length = len(message.text.split()[0])
            about["entities"] = [{"type": "bot_command", "offset": 0, "length": length}]
        if message.thread_id is not None:
            about |= {"message_thread_id": message.thread_id, "is_topic_message": True}
        if message.keyboard:
            about["reply_markup"] = {"inline_keyboard": message.keyboard}
        return about

    def bot_json(self) -> dict[str, Any]:
        return {"id": BOT_ID, "is_bot": True, "first_name": "ReserveHub", "username": BOT_NAME}

    # --- HTTP ----------------------------------------------------------------------------------

    def start(self) -> None:
        self._thread.start()
        self.up()

    def stop(self) -> None:
        self.down()
        asyncio.run_coroutine_threadsafe(_end_tasks(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def up(self) -> None:
        """Listen; the second time at the same port as before."""
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(10)

    def down(self) -> None:
        """Stop listening: connections are refused, those that wait are cut."""
        if self._runner is not None:
            asyncio.run_coroutine_threadsafe(self._runner.cleanup(), self._loop).result(10)
            self._runner = None

    def _run_loop(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()

    async def _listen(self) -> None:
        app = web.Application()
        app.router.add_route("*", "/bot{token}/{method}", self._handle)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.01)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port)
        await site.start()
        self._port = self._runner.addresses[0][1]

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        if request.match_info["token"] != self.token:
            return _refusal(Refused(401, "Unauthorized"))
        fields = await _fields_of(request)
        failure = self._failure_for(method)
        try:
            if failure and not failure.loses_answer:
                raise Refused(failure.code, failure.description, **failure.parameters)  # noqa: TRY301
            if method == "getUpdates":
                result: Any = await self._get_updates(fields)
            else:
                result = self._call(method, fields)
        except Refused as refused:
            return _refusal(refused)
        if failure and request.transport:
            request.transport.close()
        return web.json_response({"ok": True, "result": result})

    def _failure_for(self, method: str) -> Failure | None:
        for failure in self.failures:
            if failure.method in (method, "*"):
                self.failures.remove(failure)
                return failure
        return None

    def _call(self, method: str, fields: dict[str, Any]) -> Any:
        work = METHODS.get(method)
        if work is None:
            raise Refused(404, "Not Found: method not found")
        with self._lock:
            self.calls.append((method, fields))
            return work(self, fields)

    async def _get_updates(self, fields: dict[str, Any]) -> list[dict[str, Any]]:
        if self.webhook.get("url"):
            raise Refused(409, "Conflict: can't use getUpdates method while webhook is active")
        deadline = time.monotonic() + float(fields.get("timeout", 0))
        while True:
            with self._lock:
                offset = int(fields.get("offset") or 0)
                # A replay comes once more, although its number was confirmed long ago.
                again = [one for one in self.updates if one.pop(_AGAIN, False)]
                self.updates = [one for one in self.updates if one["update_id"] >= offset]
                found = [*again, *self.updates][: int(fields.get("limit") or 100)]
            if found or time.monotonic() > deadline:
                return found
            await asyncio.sleep(0.01)


async def _end_tasks() -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


async def _fields_of(request: web.Request) -> dict[str, Any]:
    """Query, form, multipart and JSON are all allowed; objects in forms are JSON texts."""
    given: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        given |= await request.json()
    elif request.can_read_body:
        given |= dict(await request.post())
    return {name: _value(value) for name, value in given.items()}


def _value(value: Any) -> Any:
    if isinstance(value, str) and value[:1] in ("{", "["):
        with contextlib.suppress(ValueError):
            return json.loads(value)
    return value


def _refusal(refused: Refused) -> web.Response:
    body: dict[str, Any] = {
        "ok": False,
        "error_code": refused.code,
        "description": refused.description,
    }
    if refused.parameters:
        body["parameters"] = refused.parameters
    return web.json_response(body, status=refused.code)


@contextlib.contextmanager
def running_server() -> Iterator[TelegramServer]:
    server = TelegramServer()
    server.start()
    try:
        yield server
    finally:
        server.stop()
