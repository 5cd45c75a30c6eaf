"""What guests wrote and nobody has read, and what did not reach them, as alerts."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings.models import Reservation
from notifications.models import ConversationEntry, Message, MessageStatus
from restaurants.models import Restaurant
from restaurants.permissions import Capability
from staff.presenters.alerts import Line
from staff.presenters.panels import name_of

LONGEST = 90
"""Characters of what a guest wrote."""


def unread_lines(entries: Iterable[ConversationEntry], restaurant: Restaurant) -> list[Line]:
    """One line for each conversation, with what the guest wrote last; opens its panel."""
    latest = {entry.reservation_id: entry for entry in entries}
    return [
        Line(
            key=f"wrote-{entry.reservation.pk}",
            kind="message",
            weight="urgent",
            sign="“",
            word=_("Message"),
            text=_("%(name)s wrote: %(text)s")
            % {
                "name": name_of(entry.reservation),
                "text": Truncator(" ".join(entry.text.split())).chars(LONGEST),
            },
            panel_url=_panel(restaurant, entry.reservation),
        )
        for entry in latest.values()
        if entry.reservation is not None
    ]


def undelivered_lines(
    messages: Iterable[Message], restaurant: Restaurant, capabilities: frozenset[Capability]
) -> list[Line]:
    """One line for each reservation. One tap sends again what certainly did not arrive; what may
    have arrived is looked at first.
    """
    by_party = sorted(messages, key=lambda one: one.reservation_id or 0)
    found = []
    for _pk, group in groupby(by_party, key=lambda one: one.reservation_id):
        mine = list(group)
        reservation = mine[0].reservation
        if reservation is None:
            continue
        failed = sum(one.status == MessageStatus.FAILED for one in mine)
        may_send = failed and Capability.EDIT_BOOK in capabilities
        found.append(
            Line(
                key=f"undelivered-{reservation.pk}",
                kind="undelivered",
                weight="soon",
                sign="!",
                word=_("Not delivered"),
                text=_words(name_of(reservation), failed, len(mine) - failed),
                panel_url=_panel(restaurant, reservation),
                url=reverse("staff:messages-again", args=[restaurant.slug, reservation.pk])
                if may_send
                else "",
                label=_("Send again") if may_send else "",
            )
        )
    return found


def _words(name: str, failed: int, unsure: int) -> str:
    said = []
    if failed:
        words = ngettext(
            "%(count)d message could not be delivered",
            "%(count)d messages could not be delivered",
            failed,
        )
        said.append(words % {"count": failed})
    if unsure:
        words = ngettext(
            "nobody knows whether %(count)d message arrived",
            "nobody knows whether %(count)d messages arrived",
            unsure,
        )
        said.append(words % {"count": unsure})
    return f"{name}: {'; '.join(said)}"


def _panel(restaurant: Restaurant, reservation: Reservation) -> str:
    return reverse("staff:reservation-panel", args=[restaurant.slug, reservation.pk])
