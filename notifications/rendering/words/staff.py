"""What the restaurant is told: short, complete, and without health data or contacts.

These letters go to an address that several people read. Wishes, allergies and phone numbers stay at
the host stand, where roles decide who sees them (rules 107, 110).
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from notifications.channels.base import Action
from notifications.rendering.facts import Facts
from notifications.rendering.words.base import Tone, Words


def request(facts: Facts) -> Words:
    values = facts.values
    more = [_("Please answer by %(answer_by)s.") % values] if facts.answer_by else []
    reservation = facts.reservation
    if reservation is not None and (
        reservation.special_requests or reservation.dietary_restrictions
    ):
        more.append(_("The guest has left a request: read it at the host stand."))
    return Words(
        subject=_("Request: %(when)s, %(guests)s, %(name)s") % values,
        heading=_("A new request waits for your answer"),
        tone=Tone.WAIT,
        opening=_("%(name)s asks for a table %(party)s: %(date)s, %(time)s.") % values,
        more=tuple(more),
        short=_("%(place)s: request, %(when)s, %(guests)s, %(name)s. Answer:") % values,
        brief=_("Request: %(when)s, %(guests)s") % values,
        link=facts.links["staff"],
        actions=(_stand(facts),),
    )


def cancelled(facts: Facts) -> Words:
    values = facts.values
    return Words(
        subject=_("Cancelled: %(when)s, %(guests)s, %(name)s") % values,
        heading=_("A guest has cancelled"),
        tone=Tone.OVER,
        opening=_("%(name)s has cancelled: %(date)s, %(time)s, %(party)s. The table is free again.")
        % values,
        short=_("%(place)s: cancelled, %(when)s, %(guests)s, %(name)s.") % values,
        brief=_("Cancelled: %(when)s, %(guests)s") % values,
        link=facts.links["staff"],
        actions=(_stand(facts),),
    )


def no_show_due(facts: Facts) -> Words:
    values = facts.values | {"table": facts.table()}
    where = _("Table %(table)s is still kept for them.") % values if values["table"] else ""
    return Words(
        subject=_("Not come yet: %(when)s, %(guests)s, %(name)s") % values,
        heading=_("A party has not come"),
        tone=Tone.WAIT,
        opening=_("%(name)s was expected at %(time)s, %(party)s, and has not arrived.") % values,
        more=tuple(
            text
            for text in (where, _("Call them, wait, or mark a no-show at the host stand."))
            if text
        ),
        short=_("%(place)s: %(name)s, %(guests)s, expected at %(time)s, has not come.") % values,
        brief=_("Not come: %(time)s, %(guests)s") % values,
        link=facts.links["staff"],
        actions=(_stand(facts),),
    )


def _stand(facts: Facts) -> Action:
    return Action(_("Open the host stand"), facts.links["staff"])
