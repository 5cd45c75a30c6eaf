"""Around the visit itself: reminders, questions, the table."""

from __future__ import annotations

from django.utils.translation import gettext as _

from notifications.channels.base import Action
from notifications.rendering.facts import Facts
from notifications.rendering.words.base import Tone, Words, answers, manage, view


def reminder_day(facts: Facts) -> Words:
    values = facts.values
    values["day"] = facts.near or values["date"]
    return Words(
        subject=_("%(place)s: see you %(day)s at %(time)s") % values,
        heading=_("See you soon"),
        opening=_("A friendly reminder of your table: %(date)s, %(time)s, %(party)s.") % values,
        more=(_("Are you coming? One tap helps the restaurant to plan."),),
        short=_("%(place)s: see you %(day)s, %(when)s, %(guests)s. Still coming?") % values
        if facts.near
        else _("%(place)s: reminder, %(when)s, %(guests)s. Still coming?") % values,
        brief=_("%(place)s: reminder, %(when)s") % values,
        link=facts.links["manage"],
        actions=(*answers(facts), manage(facts)),
        has_terms=True,
        is_for_machines=True,
    )


def reminder_soon(facts: Facts) -> Words:
    values = facts.values
    return Words(
        subject=_("%(place)s: see you at %(time)s") % values,
        heading=_("See you soon"),
        opening=_("Your table is ready for you soon: %(date)s, %(time)s, %(party)s.") % values,
        more=(_("Running late, or plans have changed? Tell the restaurant with one tap."),),
        short=_("%(place)s: see you at %(time)s, %(guests)s. Late or not coming? Tell us:")
        % values,
        brief=_("%(place)s: see you at %(time)s") % values,
        link=facts.links["manage"],
        actions=(*answers(facts), manage(facts)),
    )


def reconfirm(facts: Facts) -> Words:
    values = facts.values
    return Words(
        subject=_("%(place)s: are you still coming, %(when)s?") % values,
        heading=_("Are you still coming?"),
        tone=Tone.WAIT,
        opening=_("Your table is booked: %(date)s, %(time)s, %(party)s.") % values,
        more=(
            _("Please tell us whether you are coming. If plans have changed, others will be glad."),
        ),
        short=_("%(place)s: are you still coming? %(when)s, %(guests)s:") % values,
        brief=_("%(place)s: still coming? %(when)s") % values,
        link=facts.links["manage"],
        actions=(*answers(facts), manage(facts)),
        has_terms=True,
        is_for_machines=True,
    )


def on_your_way(facts: Facts) -> Words:
    values = facts.values
    return Words(
        subject=_("%(place)s: are you on your way?") % values,
        heading=_("Are you on your way?"),
        tone=Tone.WAIT,
        opening=_("Your table has been waiting for you since %(time)s.") % values,
        more=(_("Tell us when you arrive, so that it is kept for you."),),
        short=_("%(place)s: your table waits since %(time)s. On your way? Say when you arrive:")
        % values,
        brief=_("%(place)s: your table waits since %(time)s") % values,
        link=facts.links["manage"],
        actions=(Action(_("Say when we arrive"), facts.links["manage"]),),
    )


def table_ready(facts: Facts) -> Words:
    values = facts.values
    return Words(
        subject=_("%(place)s: your table is ready") % values,
        heading=_("Your table is ready"),
        opening=_("Please come to the entrance: we will show you to your table."),
        short=_("%(place)s: your table is ready. Please come to the entrance.") % values,
        brief=_("%(place)s: your table is ready") % values,
        link=facts.links["manage"],
        actions=(view(facts),),
    )
