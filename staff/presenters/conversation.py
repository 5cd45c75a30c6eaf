"""What was told about a reservation, and what guest and staff wrote, in the order of time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.models import Reservation, Source
from bookings.presenters.clock import clock_text, local, short_date
from notifications.kinds import ChannelName, Kind
from notifications.models import ConversationEntry, Direction, Message, MessageStatus
from notifications.selectors import conversation_of, messages_of
from restaurants.models import Restaurant
from restaurants.permissions import Capability
from staff.access import Desk
from staff.presenters.panels import name_of

SHOWN = 12
"""Lines in sight; earlier ones are folded away."""

_S = MessageStatus
TO_BE_DECIDED = frozenset({_S.FAILED, _S.UNCERTAIN})
"""What a person has to look at."""
_SIGNS: Mapping[str, tuple[str, str]] = {
    _S.WAITING: ("…", "wait"),
    _S.SENDING: ("…", "wait"),
    _S.SENT: ("✓", "good"),
    _S.DELIVERED: ("✓✓", "good"),
    _S.READ: ("✓✓", "good"),
    _S.UNCERTAIN: ("?", "bad"),
    _S.FAILED: ("!", "bad"),
    _S.DROPPED: ("–", "none"),
}
"""Sign and tone by status; the word stands beside them always."""
_WHY: Mapping[str, Promise] = {
    "unreachable": gettext_lazy("No channel reaches the guest."),
    "quiet_hours": gettext_lazy("There was no time for it outside the quiet hours."),
    "switched_off": gettext_lazy("The guest does not want such messages."),
    "too_late": gettext_lazy("It would have come too late."),
    "state_changed": gettext_lazy("The booking had changed before it went out."),
    "time_changed": gettext_lazy("The time had changed before it went out."),
    "superseded": gettext_lazy("A newer message took its place."),
    "already_answered": gettext_lazy("The guest had answered already."),
    "settled_by_hand": gettext_lazy("Your team found out that it arrived."),
}
_UNDERSTOOD: Mapping[str, Promise] = {
    "confirm": gettext_lazy("Understood: the guest will come."),
    "cancel": gettext_lazy("Understood: the guest cancels."),
    "stop": gettext_lazy("Understood: no more messages over this channel."),
    "start": gettext_lazy("Understood: messages are welcome again."),
}


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """What became of a message, as sign and word.

    :param tone: ``good``, ``wait``, ``bad`` or ``none``
    :param is_open_question: nobody knows whether it arrived; a person may decide
    """

    message_id: int
    sign: str
    word: str
    tone: str
    why: str
    may_send_again: bool
    is_open_question: bool


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line, oldest first.

    :param manner: ``in`` from the guest, ``out`` by staff, ``told`` by the house itself
    """

    key: str
    manner: str
    at: datetime
    time: str
    channel: str
    title: str
    text: str = ""
    understood: str = ""
    is_new: bool = False
    delivery: Delivery | None = None


@dataclass(frozen=True, kw_only=True)
class Conversation:
    """:param last_channel: where the guest wrote last; answers go there"""

    reservation_id: int
    name: str
    lines: tuple[Line, ...]
    new_count: int
    may_answer: bool
    last_channel: str

    @property
    def earlier(self) -> tuple[Line, ...]:
        return self.lines[:-SHOWN]

    @property
    def latest(self) -> tuple[Line, ...]:
        return self.lines[-SHOWN:]

    @property
    def has_trouble(self) -> bool:
        return any(line.delivery and line.delivery.tone == "bad" for line in self.lines)


def conversation_for(desk: Desk, reservation: Reservation) -> Conversation:
    """Everything said about a reservation: three queries."""
    may_edit = desk.can(Capability.EDIT_BOOK)
    messages = list(messages_of(reservation))
    entries = list(conversation_of(reservation))
    written = {entry.message_id for entry in entries}
    known = {message.pk: message for message in messages}
    name = name_of(reservation)
    lines = [
        _told(desk, one, may_edit=may_edit)
        for one in messages
        if one.pk not in written and _shows(one)
    ]
    lines += [_written(desk, entry, name, known, may_edit=may_edit) for entry in entries]
    heard = [entry for entry in entries if entry.direction == Direction.IN]
    return Conversation(
        reservation_id=reservation.pk,
        name=name,
        lines=tuple(sorted(lines, key=lambda line: line.at)),
        new_count=sum(entry.seen_at is None for entry in heard),
        may_answer=may_edit and reservation.source != Source.WALK_IN,
        last_channel=_channel(heard[-1].channel) if heard else "",
    )


def _shows(message: Message) -> bool:
    """What staff are told themselves matters here only where it went wrong."""
    return not message.manners.is_for_staff or message.status in TO_BE_DECIDED


def _told(desk: Desk, message: Message, *, may_edit: bool) -> Line:
    at = message.sent_at or message.finished_at or message.due_at
    return Line(
        key=f"message-{message.pk}",
        manner="told",
        at=at,
        time=_time(at, desk.restaurant, desk.now),
        channel=_channel(_last_channel(message)),
        title=str(Kind(message.kind).label),
        delivery=_delivery(message, may_edit=may_edit),
    )


def _written(
    desk: Desk,
    entry: ConversationEntry,
    name: str,
    known: Mapping[int, Message],
    *,
    may_edit: bool,
) -> Line:
    is_from_guest = entry.direction == Direction.IN
    message = known.get(entry.message_id or 0)
    author = entry.author.get_full_name() if entry.author is not None else ""
    return Line(
        key=f"entry-{entry.pk}",
        manner=str(entry.direction),
        at=entry.at,
        time=_time(entry.at, desk.restaurant, desk.now),
        channel=_channel(_last_channel(message) if message is not None else entry.channel),
        title=name if is_from_guest else author or desk.restaurant.name,
        text=entry.text,
        understood=str(_UNDERSTOOD.get(entry.understood_as, "")),
        is_new=is_from_guest and entry.seen_at is None,
        delivery=_delivery(message, may_edit=may_edit) if message is not None else None,
    )


def _delivery(message: Message, *, may_edit: bool) -> Delivery:
    sign, tone = _SIGNS[message.status]
    status = MessageStatus(message.status)
    return Delivery(
        message_id=message.pk,
        sign=sign,
        word=_("Not sent") if status is _S.DROPPED else str(status.label),
        tone=tone,
        why=_why(message),
        may_send_again=may_edit and status in TO_BE_DECIDED,
        is_open_question=may_edit and status is _S.UNCERTAIN,
    )


def _why(message: Message) -> str:
    if message.reason in _WHY:
        return str(_WHY[message.reason])
    if message.status == _S.FAILED and message.reason:
        return _("The provider says: %(code)s") % {"code": message.reason}
    return ""


def _last_channel(message: Message) -> str:
    tries = list(message.tries.all())
    return tries[-1].channel if tries else next(iter(message.channels), "")


def _channel(code: str) -> str:
    return str(ChannelName(code).label) if code in ChannelName.values else ""


def _time(at: datetime, restaurant: Restaurant, now: datetime) -> str:
    """``19:30`` today, ``Fri 5 Jun, 19:30`` on other days."""
    wall = local(at, restaurant)
    clock = clock_text(wall, restaurant)
    is_today = wall.date() == local(now, restaurant).date()
    return clock if is_today else f"{short_date(wall.date())}, {clock}"
