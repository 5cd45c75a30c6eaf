"""Thanks, and what the restaurant writes itself."""

from __future__ import annotations

from django.utils.translation import gettext as _

from notifications.channels.base import Action
from notifications.rendering.clean import cut, paragraphs
from notifications.rendering.facts import Facts
from notifications.rendering.words.base import Tone, Words, cancel, manage


def review_request(facts: Facts) -> Words:
    values = facts.values
    link = facts.given.url("review_url") or facts.links["review"]
    return Words(
        subject=_("%(place)s: how was it?") % values,
        heading=_("How was it?"),
        opening=_("Thank you for your visit. We would be glad to hear how it was."),
        more=(_("It takes a minute and helps other guests and the restaurant."),),
        short=_("%(place)s: thank you for your visit! How was it?") % values,
        brief=_("%(place)s: how was it?") % values,
        link=link,
        actions=(Action(_("Say how it was"), link),),
        has_visit=False,
    )


def reply(facts: Facts) -> Words:
    """Somebody wrote it for this guest: it may cost more than one SMS."""
    text = paragraphs(facts.given.text("text"), 2000)
    values = facts.values
    short = f"{facts.place}: {cut(' '.join(text.split()), 600)}"
    return Words(
        subject=_("%(place)s has answered you") % values,
        heading=_("The restaurant has answered you"),
        tone=Tone.WAIT,
        opening=_("%(place)s writes about your booking:") % values,
        quote=text,
        quote_by=facts.place,
        short=short,
        brief=short,
        is_cut=False,
        link=facts.links["manage"],
        actions=(manage(facts), *cancel(facts)),
    )
