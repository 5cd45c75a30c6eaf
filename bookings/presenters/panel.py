"""The contact panel: what is about to be booked, on which terms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from bookings.availability import SlotAnswer
from bookings.policies import cancel_deadline, needs_approval
from bookings.presenters.clock import clock_text, long_date, moment_text, zone_text
from bookings.presenters.finder import Alternative, Choice, guests_text
from guests.wordings import marketing_words
from reservehub.core.timezones import zone_info
from restaurants.models import Area, Restaurant


@dataclass(frozen=True)
class Panel:
    """`matters`: the last table is at stake, so it is held while the guest types, and only then."""

    action: str
    title: str
    guests: str
    party_size: int
    area: str
    area_id: int | str
    slot: str
    zone: str
    nonce: str
    terms: str
    policy: str
    button: str
    matters: bool
    news: str
    alternatives: Sequence[Alternative] = ()
    is_request_open: bool = False
    dietary: frozenset[str] = frozenset()


def panel_of(
    *,
    restaurant: Restaurant,
    choice: Choice | None,
    answer: SlotAnswer | None,
    party_size: int,
    area: Area | None,
    nonce: str,
    action: str,
    now: datetime,
    alternatives: Sequence[Alternative] = (),
    is_request_open: bool = False,
    dietary: frozenset[str] = frozenset(),
) -> Panel:
    """The panel for a chosen time; without an `answer` the time is not on offer (any more)."""
    asks = needs_approval(restaurant.policy, party_size=party_size)
    return Panel(
        action=action,
        title=_title(restaurant, choice, answer),
        guests=guests_text(party_size),
        party_size=party_size,
        area=area.name if area else "",
        area_id=area.pk if area else "",
        slot=str(choice) if choice else "",
        zone=zone_text(restaurant, answer.starts_at) if answer else "",
        nonce=nonce,
        terms=_terms(restaurant, choice, answer, asks=asks, now=now),
        policy=restaurant.policy.cancellation_policy,
        button=_("Ask for this table") if asks else _("Book this table"),
        news=marketing_words(restaurant.name),
        matters=bool(answer and answer.available and answer.tables_left == 1),
        alternatives=alternatives,
        is_request_open=is_request_open,
        dietary=dietary,
    )


def _title(restaurant: Restaurant, choice: Choice | None, answer: SlotAnswer | None) -> str:
    if choice is None:
        return _("Choose a time")
    day = answer.local_time.date() if answer else choice.date
    title = f"{long_date(day)}, {clock_text(choice.time, restaurant)}"
    return f"{title} (UTC{answer.utc_offset})" if answer and answer.utc_offset else title


def _terms(
    restaurant: Restaurant,
    choice: Choice | None,
    answer: SlotAnswer | None,
    *,
    asks: bool,
    now: datetime,
) -> str:
    """One sentence, or two, before the button: what the tap means and how to get out of it."""
    said = [_("The restaurant will confirm your request.")] if asks else []
    if answer is not None and choice is not None:
        deadline = cancel_deadline(
            restaurant.policy,
            starts_at=answer.starts_at,
            service_date=choice.date,
            zone=zone_info(restaurant.timezone),
        )
        if deadline > now:
            until = {"moment": moment_text(deadline, restaurant)}
            said.append(_("Free to cancel until %(moment)s.") % until)
        else:
            said.append(_("At such short notice please cancel by phone only."))
    return " ".join(said)
