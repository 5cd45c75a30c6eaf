"""A telephone with the chat of our bot open: the one screen, and what is tapped on it."""

from __future__ import annotations

from typing import Any

from tests.telegram.world import Shown, Tap, User, wait_until

STRIKE = "\u0336"


class Phone:
    """Counts the taps."""

    def __init__(self, user: User) -> None:
        self.user = user
        self.taps = 0

    @property
    def screen(self) -> Shown:
        """The latest message with buttons under it."""
        return next(shown for shown in reversed(self.user.chat.from_bot) if shown.keyboard)

    @property
    def text(self) -> str:
        return self.screen.text

    @property
    def labels(self) -> list[str]:
        return self.screen.labels

    @property
    def messages(self) -> list[str]:
        """What the bot has left in the chat."""
        return [shown.text for shown in self.user.chat.from_bot]

    def says(self, text: str) -> Phone:
        """Write, and wait until a new message of the bot is the only one."""
        before = {shown.message_id for shown in self.user.chat.from_bot}
        self.user.sends(text)
        wait_until(
            lambda: (
                {s.message_id for s in self.user.chat.from_bot}.isdisjoint(before)
                and bool(self.user.chat.from_bot)
            ),
            lambda: f"no new screen after {text!r}: {self.messages}",
        )
        return self

    def tap(self, label: str) -> Tap:
        """Press the first button whose label begins with this."""
        self.taps += 1
        shown = self.screen
        return self.press(shown, code_of(shown, label))

    def press(self, shown: Shown, code: str) -> Tap:
        """Press a button that may be gone since, and wait for the answer."""
        tap = self.user.sends_callback(shown, code)
        tap.answer()
        return tap

    def go(self, *labels: str) -> Phone:
        for label in labels:
            self.tap(label)
        return self

    def waits_for(self, text: str) -> Phone:
        """Wait until the screen says so."""
        wait_until(lambda: self._says(text), lambda: f"no {text!r} in {self.messages}")
        return self

    def _says(self, text: str) -> bool:
        shown = [s for s in self.user.chat.from_bot if s.keyboard]
        return bool(shown) and text in shown[-1].text

    def url(self, label: str) -> str:
        return str(button_of(self.screen, label)["url"])

    def code(self, label: str) -> str:
        return code_of(self.screen, label)


def button_of(shown: Shown, label: str) -> dict[str, Any]:
    for row in shown.keyboard:
        for button in row:
            if button["text"].startswith(label):
                return button
    raise AssertionError(f"no {label!r} among {shown.labels} under {shown.text!r}")


def code_of(shown: Shown, label: str) -> str:
    return str(button_of(shown, label)["callback_data"])


def struck(label: str) -> str:
    return "".join(letter + STRIKE for letter in label)
