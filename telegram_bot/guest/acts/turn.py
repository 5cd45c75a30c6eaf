"""What every answer to a tap needs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from telegram_bot.guest.codes import Tap
from telegram_bot.guest.facts import Goal
from telegram_bot.guest.models import GuestProfile
from telegram_bot.guest.reading import goal_of
from telegram_bot.guest.screens import Reply
from telegram_bot.screen import Screen


@dataclass(frozen=True)
class Turn:
    """One tap of one guest at one instant."""

    profile: GuestProfile
    tap: Tap
    now: datetime

    @property
    def chat_id(self) -> int:
        return self.profile.chat_id

    def goal(self) -> Goal:
        """:raises NotFound: if the chat may not see what the tap is about"""
        return goal_of(self.chat_id, self.tap)


def refreshed(screen: Screen) -> Reply:
    """The answer to a tap on something that is no longer so."""
    return Reply(screen=screen, notice=_("This list is old – refreshed."))
