"""The parts every message has, whatever it says."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext as _

from notifications.channels.base import Action
from notifications.rendering.facts import Facts


class Tone(StrEnum):
    """The colour of the line that says how things stand; the words say it too."""

    GOOD = "good"
    WAIT = "wait"
    OVER = "over"


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line of a receipt."""

    label: str
    amount: str
    is_total: bool = False


@dataclass(frozen=True, kw_only=True)
class Words:
    """What one message says, before it is given a shape.

    :param heading: how things stand, in words
    :param opening: the first paragraph; a restaurant may put its own in its place
    :param quote: what somebody wrote, apart from our own words
    :param short: the same for an SMS, without the link; `brief` where that is too long
    :param link: what the short text leads to
    :param is_cut: the short text may be cut to the price of one SMS
    :param has_terms: the deadline and the policy belong to it
    :param has_visit: when, for how many, where
    :param has_calendar: a calendar file comes with it
    :param is_for_machines: mail programs are told about the booking (JSON-LD)
    :param has_greeting: our “Hello Anna” stands before the opening
    :param footer: why the reader gets it, where that is not a booking
    :param stop: the link that ends such messages, in place of the choice among them
    """

    subject: str
    heading: str
    opening: str
    short: str
    brief: str
    link: str
    tone: Tone = Tone.GOOD
    more: tuple[str, ...] = ()
    quote: str = ""
    quote_by: str = ""
    lines: tuple[Line, ...] = ()
    actions: tuple[Action, ...] = ()
    is_cut: bool = True
    has_terms: bool = False
    has_visit: bool = True
    has_calendar: bool = False
    is_for_machines: bool = False
    has_greeting: bool = True
    footer: str = ""
    stop: Action | None = None


def manage(facts: Facts) -> Action:
    """The booking's own page; it is not said to change what it cannot any more."""
    if not facts.can_change:
        return view(facts)
    return Action(_("View or change"), facts.links["manage"])


def view(facts: Facts) -> Action:
    """The same page, where there is nothing left to change."""
    return Action(_("View the booking"), facts.links["manage"])


def cancel(facts: Facts) -> tuple[Action, ...]:
    """Cancelling, as long as the guest may do it alone."""
    if not facts.can_cancel:
        return ()
    return (Action(_("Cancel booking"), facts.links["cancel"], "cancel"),)


def answers(facts: Facts) -> tuple[Action, ...]:
    """“Yes” and “Cancel”; without “Yes” where it was said before.

    Then cancelling is a mere link: the reply buttons of a WhatsApp template go by their place, and
    “Cancel” must never answer from the place of “Yes”.
    """
    if facts.reservation is not None and facts.reservation.reconfirmed_at is not None:
        return tuple(Action(action.label, action.url) for action in cancel(facts))
    yes = Action(_("Yes, we are coming"), facts.links["manage"], "confirm")
    return (yes, *cancel(facts))


def another_time(facts: Facts) -> Action:
    return Action(_("Find another time"), facts.links["restaurant"])
