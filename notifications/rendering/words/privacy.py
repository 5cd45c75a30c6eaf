"""The link by which guests see what is stored about them (requirement A6)."""

from __future__ import annotations

from django.utils.translation import gettext as _

from notifications.channels.base import Action
from notifications.rendering.facts import Facts
from notifications.rendering.words.base import Words


def privacy_link(facts: Facts) -> Words:
    values = facts.values
    link = facts.given.url("page_url") or facts.links["restaurant"]
    return Words(
        subject=_("%(place)s: what is stored about you") % values,
        heading=_("What is stored about you"),
        opening=_(
            "With this link you see what %(place)s stores about you, take it along or have it"
            " erased. It works for a day."
        )
        % values,
        more=(_("Did you not ask for it? Then do nothing, and pass the link to nobody."),),
        short=_("%(place)s: see, take along or erase what is stored about you:") % values,
        brief=_("%(place)s: what is stored about you:") % values,
        link=link,
        actions=(Action(_("See what is stored"), link),),
        has_visit=False,
        footer=_("You get this because somebody with a booking under your contact asked for it."),
    )
