"""What people see and do in the Telegram of the tests: chats, messages, taps. No network here."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import count
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.telegram.server import TelegramServer

PATIENCE = 15.0
"""Seconds that a test waits for the bot before it gives up."""

_TAGS = frozenset(
    ("b", "strong", "i", "em", "u", "s", "code", "pre", "a", "blockquote", "tg-spoiler")
)


class BadMarkup(ValueError):
    """Telegram would answer 400: can't parse entities."""


class _Markup(HTMLParser):
    """The text as a person reads it; refuses what Telegram refuses."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        if tag not in _TAGS:
            raise BadMarkup(f"unsupported start tag {tag}")
        self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open.pop() != tag:
            raise BadMarkup(f"unmatched end tag {tag}")

    def handle_data(self, data: str) -> None:
        self.text += data

    def close(self) -> None:
        super().close()
        if self._open:
            raise BadMarkup(f"can't find end tag of {self._open[-1]}")


def as_read(text: str, parse_mode: str | None) -> str:
    """:raises BadMarkup: where Telegram refuses the HTML"""
    if (parse_mode or "").upper() != "HTML":
        return text
    markup = _Markup()
    markup.feed(text)
    markup.close()
    return markup.text


@dataclass
class Shown:
    """A message in a chat, as people see it now."""

    chat: Chat
    message_id: int
    text: str
    by: User | None = None
    """None: the bot."""
    keyboard: list[list[dict[str, Any]]] = field(default_factory=list)
    """The buttons under it."""
    reply_keyboard: list[list[dict[str, Any]]] = field(default_factory=list)
    """The buttons in place of the keyboard of the phone (ask for a contact)."""
    thread_id: int | None = None
    edits: int = 0
    location: tuple[float, float] | None = None
    reply_to: int | None = None

    @property
    def is_edited(self) -> bool:
        return self.edits > 0

    @property
    def labels(self) -> list[str]:
        return [button["text"] for row in self.keyboard for button in row]

    def button(self, label: str) -> dict[str, Any]:
        """The first button whose label contains this."""
        for row in self.keyboard:
            for button in row:
                if label in button["text"]:
                    return button
        raise AssertionError(f"No button {label!r} among {self.labels} under {self.text!r}")


@dataclass
class Tap:
    """A press of a button, and what the bot answered."""

    callback_id: str
    is_answered: bool = False
    text: str = ""
    is_alert: bool = False

    def answer(self) -> str:
        """Wait for the answer; its text, empty for a silent one."""
        wait_until(lambda: self.is_answered, "the tap is not answered")
        return self.text


@dataclass
class Chat:
    """A private chat or a group; ids of groups are negative."""

    world: TelegramServer
    id: int
    type: str
    title: str = ""
    is_forum: bool = False
    messages: list[Shown] = field(default_factory=list)
    refuses: str = ""
    """What the bot is told with 403 when it writes here: blocked, kicked."""

    @property
    def from_bot(self) -> list[Shown]:
        return [message for message in self.messages if message.by is None]

    @property
    def last(self) -> Shown:
        """The latest message of the bot."""
        assert self.from_bot, "the bot has written nothing here"
        return self.from_bot[-1]

    def wait_for(self, text: str, *, count: int = 1) -> Shown:
        """Wait until so many messages of the bot contain the text; the latest of them."""

        def found() -> list[Shown]:
            return [message for message in self.from_bot if text in message.text]

        wait_until(
            lambda: len(found()) >= count,
            lambda: f"no {text!r} among {[message.text for message in self.from_bot]}",
        )
        return found()[-1]

    def as_json(self) -> dict[str, Any]:
        about: dict[str, Any] = {"id": self.id, "type": self.type}
        if self.type == "private":
            return about | {"first_name": self.title}
        return about | {"title": self.title} | ({"is_forum": True} if self.is_forum else {})


_callback_ids = count(4_000_000)


@dataclass
class User:
    """A person with a telephone."""

    world: TelegramServer
    id: int
    name: str
    language: str = "en"

    @property
    def chat(self) -> Chat:
        """The private chat with the bot."""
        return self.world.chats[self.id]

    @property
    def messages(self) -> list[Shown]:
        return self.chat.messages

    @property
    def last(self) -> Shown:
        return self.chat.last

    def wait_for(self, text: str, *, count: int = 1) -> Shown:
        return self.chat.wait_for(text, count=count)

    def sends(
        self,
        text: str,
        *,
        chat: Chat | None = None,
        reply_to: Shown | None = None,
        thread_id: int | None = None,
    ) -> Shown:
        """Write to the bot, or in a group. In groups the bot hears only commands and replies to it
        (privacy mode).
        """
        place = chat or self.chat
        message = self._writes(place, text, thread_id=thread_id, reply_to=reply_to)
        is_for_bot = text.startswith("/") or (reply_to is not None and reply_to.by is None)
        if place.type == "private" or is_for_bot:
            self.world.happens("message", self.world.message_json(message))
        return message

    def shares_contact(self, phone: str, *, of: User | None = None) -> Shown:
        """Press "share my phone number"; `of` shares somebody else's contact instead."""
        message = self._writes(self.chat, phone)
        about = self.world.message_json(message) | {
            "contact": {
                "phone_number": phone,
                "first_name": (of or self).name,
                "user_id": (of or self).id,
            }
        }
        del about["text"]
        self.world.happens("message", about)
        return message

    def taps(self, message: Shown, label: str) -> Tap:
        """Press a button by (a part of) its label."""
        return self.sends_callback(message, message.button(label)["callback_data"])

    def sends_callback(self, message: Shown, data: str) -> Tap:
        """Press a button that may be long gone: an old phone, a forged client."""
        tap = Tap(callback_id=str(next(_callback_ids)))
        self.world.taps[tap.callback_id] = tap
        self.world.happens(
            "callback_query",
            {
                "id": tap.callback_id,
                "from": self.as_json(),
                "message": self.world.message_json(message),
                "chat_instance": str(message.chat.id),
                "data": data,
            },
        )
        return tap

    def blocks_bot(self) -> None:
        self.chat.refuses = "Forbidden: bot was blocked by the user"

    def unblocks_bot(self) -> None:
        self.chat.refuses = ""

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "is_bot": False,
            "first_name": self.name,
            "language_code": self.language,
        }

    def _writes(
        self,
        place: Chat,
        text: str,
        *,
        thread_id: int | None = None,
        reply_to: Shown | None = None,
    ) -> Shown:
        message = Shown(
            chat=place,
            message_id=self.world.next_message_id(),
            text=text,
            by=self,
            thread_id=thread_id,
            reply_to=reply_to.message_id if reply_to else None,
        )
        place.messages.append(message)
        return message


def wait_until(
    is_true: Callable[[], bool], complaint: str | Callable[[], str], *, seconds: float = PATIENCE
) -> None:
    """:raises AssertionError: with the complaint, if it does not become true in time"""
    deadline = time.monotonic() + seconds
    pause = threading.Event()
    while not is_true():
        if time.monotonic() > deadline:
            raise AssertionError(complaint if isinstance(complaint, str) else complaint())
        pause.wait(0.01)
