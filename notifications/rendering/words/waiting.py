"""To those who wait: on the waitlist for a table, in the queue at the door.

Everything comes with the context: `page_url` is the live page of the entry, which always knows
better.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings.presenters.clock import clock_text, local, moment_text
from notifications.channels.base import Action
from notifications.rendering.clean import one_line
from notifications.rendering.facts import Facts
from notifications.rendering.words.base import Tone, Words


def waitlist_joined(facts: Facts) -> Words:
    about = about_of(facts)
    values = facts.values | {"about": about}
    link = page_of(facts)
    return Words(
        subject=_("%(place)s: you are on the waitlist") % values,
        heading=_("You are on the waitlist"),
        tone=Tone.WAIT,
        opening=_("We will write as soon as a table becomes free: %(about)s.") % values
        if about
        else _("We will write as soon as a table becomes free."),
        more=(_("An offer is kept for you for a while; answer in time."),),
        short=_("%(place)s: you are on the waitlist. See where you stand, or leave:") % values,
        brief=_("%(place)s: you are on the waitlist") % values,
        link=link,
        actions=(_see(link),),
    )


def waitlist_offer(facts: Facts) -> Words:
    until = facts.given.instant("until")
    about = about_of(facts)
    values = facts.values | {
        "about": about,
        "until": moment_text(until, facts.restaurant) if until else "",
    }
    link = facts.given.url("offer_url") or page_of(facts)
    subject = _("%(place)s: a table has become free, %(about)s") if about else ""
    short = _("%(place)s: table free, %(about)s. Take it:")
    if until and about and not facts.given.flag("is_shared"):
        short = _("%(place)s: table free, %(about)s, kept until %(until)s:")
    return Words(
        subject=(subject or _("%(place)s: a table has become free")) % values,
        heading=_("A table has become free"),
        opening=_("The table you were waiting for is free: %(about)s.") % values
        if about
        else _("The table you were waiting for is free."),
        more=_until_when(facts, values) if until else (),
        short=(short if about else _("%(place)s: a table is free. Take it:")) % values,
        brief=_("%(place)s: a table is free") % values,
        link=link,
        actions=(
            Action(_("Take the table"), link, "confirm"),
            Action(_("No, thank you"), link, "cancel"),
        ),
    )


def _until_when(facts: Facts, values: Mapping[str, str]) -> tuple[str, ...]:
    """A table that all were told of is kept for nobody (rule 90)."""
    if facts.given.flag("is_shared"):
        return (_("Others were told, too: whoever answers first gets it."),)
    return (_("It is kept for you until %(until)s.") % values,)


def waitlist_gone(facts: Facts) -> Words:
    values = facts.values
    link = page_of(facts)
    return Words(
        subject=_("%(place)s: the offer has expired") % values,
        heading=_("The offer has expired"),
        tone=Tone.OVER,
        opening=_("The table went to the next in line, as nobody answered in time."),
        more=(_("Your page says whether you are still on the waitlist."),),
        short=_("%(place)s: the offer has expired. See where you stand:") % values,
        brief=_("%(place)s: the offer has expired") % values,
        link=link,
        actions=(_see(link),),
    )


def queue_joined(facts: Facts) -> Words:
    values = facts.values | {"wait": wait_of(facts)}
    position = facts.given.number("position")
    link = page_of(facts)
    place = _("You are number %(position)d.") % {"position": position} if position else ""
    return Words(
        subject=_("%(place)s: you are in the queue") % values,
        heading=_("You are in the queue"),
        tone=Tone.WAIT,
        opening=_("We expect a table for you in about %(wait)s.") % values
        if values["wait"]
        else _("We will write as soon as your table is ready."),
        more=tuple(text for text in (place, _held()) if text),
        short=_("%(place)s: you are in the queue, about %(wait)s. Follow it:") % values
        if values["wait"]
        else _("%(place)s: you are in the queue. Follow it:") % values,
        brief=_("%(place)s: you are in the queue") % values,
        link=link,
        actions=(_see(link), _leave(link)),
        has_visit=False,
    )


def queue_longer(facts: Facts) -> Words:
    values = facts.values | {"wait": wait_of(facts)}
    link = page_of(facts)
    return Words(
        subject=_("%(place)s: it takes a little longer") % values,
        heading=_("It takes a little longer"),
        tone=Tone.WAIT,
        opening=_("We are sorry: now we expect a table in about %(wait)s.") % values
        if values["wait"]
        else _("We are sorry: your table takes longer than we said."),
        short=_("%(place)s: sorry, it takes longer, about %(wait)s from now. Stay or leave:")
        % values
        if values["wait"]
        else _("%(place)s: sorry, it takes longer. Stay or leave:") % values,
        brief=_("%(place)s: sorry, it takes longer") % values,
        link=link,
        actions=(_see(link), _leave(link)),
        has_visit=False,
    )


def queue_ready(facts: Facts) -> Words:
    values = facts.values | {"until": _until(facts)}
    link = page_of(facts)
    return Words(
        subject=_("%(place)s: your table is ready") % values,
        heading=_("Your table is ready"),
        opening=_("Please come to the entrance. It is kept for you until %(until)s.") % values
        if values["until"]
        else _("Please come to the entrance. It is kept for you for ten minutes."),
        short=_("%(place)s: your table is ready, kept until %(until)s. 1 = coming, 9 = leave:")
        % values
        if values["until"]
        else _("%(place)s: your table is ready. 1 = coming, 9 = leave:") % values,
        brief=_("%(place)s: your table is ready") % values,
        link=link,
        actions=_coming_or_not(link),
        has_visit=False,
    )


def queue_nudge(facts: Facts) -> Words:
    values = facts.values | {"until": _until(facts)}
    link = page_of(facts)
    return Words(
        subject=_("%(place)s: your table is still waiting") % values,
        heading=_("Your table is still waiting"),
        tone=Tone.WAIT,
        opening=_("Are you coming? It goes to the next party at %(until)s.") % values
        if values["until"]
        else _("Are you coming? Soon it goes to the next party."),
        short=_("%(place)s: your table waits until %(until)s. 1 = coming, 9 = leave:") % values
        if values["until"]
        else _("%(place)s: your table is still waiting. 1 = coming, 9 = leave:") % values,
        brief=_("%(place)s: your table is still waiting") % values,
        link=link,
        actions=_coming_or_not(link),
        has_visit=False,
    )


def about_of(facts: Facts) -> str:
    """``Fri 5 Jun, 19:00, 4 guests``, or with the window wished: as much of it as is known."""
    when = facts.values["when"] or one_line(facts.given.text("window"), 80)
    return ", ".join(part for part in (when, facts.guests) if part)


def page_of(facts: Facts) -> str:
    return facts.given.url("page_url") or facts.links["manage"]


def wait_of(facts: Facts) -> str:
    """``15-25 minutes``; empty where nothing was estimated."""
    low, high = facts.given.number("low"), facts.given.number("high")
    if high is None:
        return ""
    if low is None or low == high:
        return ngettext("%(count)d minute", "%(count)d minutes", high) % {"count": high}
    return ngettext("%(low)d-%(high)d minute", "%(low)d-%(high)d minutes", high) % {
        "low": low,
        "high": high,
    }


def _until(facts: Facts) -> str:
    until = facts.given.instant("until")
    return clock_text(local(until, facts.restaurant), facts.restaurant) if until else ""


def _held() -> str:
    return _("When it is ready, it is kept for you for ten minutes.")


def _see(link: str) -> Action:
    return Action(_("See where I stand"), link)


def _leave(link: str) -> Action:
    return Action(_("Leave the queue"), link, "cancel")


def _coming_or_not(link: str) -> tuple[Action, ...]:
    return (Action(_("We are coming"), link, "confirm"), _leave(link))
