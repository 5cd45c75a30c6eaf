"""What a person can do with messages that did not simply arrive."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from notifications import services
from notifications.models import MessageStatus
from reservehub.core.actors import Actor


@dataclass(frozen=True, kw_only=True)
class Step:
    """One action of the list of messages.

    :param button: says the number of messages
    """

    label: str | Promise
    explanation: str | Promise
    statuses: frozenset[str]
    button: Callable[[int], str]
    run: Callable[[int, Actor, datetime], object]


def _send_again(message_id: int, actor: Actor, now: datetime) -> object:
    return services.message_send_again(message_id=message_id, actor=actor, now=now)


def _arrived(message_id: int, actor: Actor, now: datetime) -> object:
    return services.message_settle(message_id=message_id, arrived=True, actor=actor, now=now)


def _lost(message_id: int, actor: Actor, now: datetime) -> object:
    return services.message_settle(message_id=message_id, arrived=False, actor=actor, now=now)


STEPS: Mapping[str, Step] = {
    "send_again": Step(
        label=_("Send again"),
        explanation=_("They go out with the booking as it is now, over every channel again."),
        statuses=frozenset({MessageStatus.FAILED, MessageStatus.DROPPED}),
        button=lambda n: (
            ngettext("Send %(n)s message again", "Send %(n)s messages again", n) % {"n": n}
        ),
        run=_send_again,
    ),
    "arrived": Step(
        label=_("It arrived"),
        explanation=_("You know from the guest or the provider that they were delivered."),
        statuses=frozenset({MessageStatus.UNCERTAIN}),
        button=lambda n: (
            ngettext("%(n)s message has arrived", "%(n)s messages have arrived", n) % {"n": n}
        ),
        run=_arrived,
    ),
    "send_it_again": Step(
        label=_("It did not arrive: send it again"),
        explanation=_("If they did arrive after all, the guest reads them twice."),
        statuses=frozenset({MessageStatus.UNCERTAIN}),
        button=lambda n: (
            ngettext("Send %(n)s uncertain message again", "Send %(n)s uncertain messages again", n)
            % {"n": n}
        ),
        run=_lost,
    ),
}
