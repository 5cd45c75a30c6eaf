"""The contact panel: what is about to be booked, on which terms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from bookings.availability import SlotAnswer
from bookings.deposits import Terms
from bookings.policies import cancel_deadline, needs_approval
from bookings.presenters.clock import clock_text, long_date, moment_text, zone_text
from bookings.presenters.finder import Alternative, Choice, guests_text
from bookings.presenters.money import Price, price_of
from bookings.settlement import FAR
from guests.wordings import marketing_words
from reservehub.core.timezones import zone_info
from restaurants.models import Area, Restaurant


@dataclass(frozen=True)
class Panel:
    """`matters`: money or the last table is at stake, so it is held while the guest types, and only
    then.
    """

    action: str
    title: str
    guests: str
    party_size: int
    area: str
    area_id: int | str
    slot: str
    zone: str
    nonce: str
    sentences: tuple[str, ...]
    policy: str
    button: str
    matters: bool
    is_last: bool
    has_price: bool
    price_minor: int
    """What the guest sees; it comes back with the form, to tell them if the table costs more."""
    news: str
    alternatives: Sequence[Alternative] = ()
    is_request_open: bool = False
    dietary: frozenset[str] = frozenset()

    @property
    def terms(self) -> str:
        """The sentences in one piece."""
        return " ".join(self.sentences)


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
    terms: Terms | None = None,
) -> Panel:
    """The panel for a chosen time; without an `answer` the time is not on offer (any more).

    :param terms: what it costs to book
    """
    asks = needs_approval(restaurant.policy, party_size=party_size)
    is_last = bool(answer and answer.available and answer.tables_left == 1)
    price = _price(restaurant, answer, terms, asks=asks, now=now)
    button = _("Ask for this table") if asks else _("Book this table")
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
        sentences=_sentences(restaurant, choice, answer, price, asks=asks, now=now),
        policy=restaurant.policy.cancellation_policy,
        button=price.button if price else button,
        news=marketing_words(restaurant.name),
        matters=is_last or price is not None,
        is_last=is_last,
        has_price=price is not None,
        price_minor=terms["limit_minor"] if terms else 0,
        alternatives=alternatives,
        is_request_open=is_request_open,
        dietary=dietary,
    )


def _price(
    restaurant: Restaurant,
    answer: SlotAnswer | None,
    terms: Terms | None,
    *,
    asks: bool,
    now: datetime,
) -> Price | None:
    if terms is None or answer is None:
        return None
    is_far = answer.starts_at - now > FAR
    return price_of(terms, restaurant, now=now, asks=asks, is_far=is_far)


def _title(restaurant: Restaurant, choice: Choice | None, answer: SlotAnswer | None) -> str:
    if choice is None:
        return _("Choose a time")
    day = answer.local_time.date() if answer else choice.date
    title = f"{long_date(day)}, {clock_text(choice.time, restaurant)}"
    return f"{title} (UTC{answer.utc_offset})" if answer and answer.utc_offset else title


def _sentences(
    restaurant: Restaurant,
    choice: Choice | None,
    answer: SlotAnswer | None,
    price: Price | None,
    *,
    asks: bool,
    now: datetime,
) -> tuple[str, ...]:
    """A few sentences before the button: what the tap means, costs, and how to get out of it."""
    said = [_("The restaurant will confirm your request.")] if asks else []
    if price is not None:
        return (*said, *price.sentences)
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
    return (" ".join(said),) if said else ()
