"""Offers and news: the restaurant's own words, and the way out of them."""

from __future__ import annotations

from django.utils.translation import gettext as _

from notifications.channels.base import Action
from notifications.rendering.clean import one_line, paragraphs
from notifications.rendering.facts import Facts
from notifications.rendering.placeholders import fill
from notifications.rendering.words.base import Words


def campaign(facts: Facts) -> Words:
    """As it was written: nothing is cut, and nothing of ours stands before it. Every shape has the
    link that ends such messages.
    """
    given, values = facts.given, facts.values
    text = paragraphs(fill(given.text("text"), facts), 4000) or facts.place
    subject = one_line(fill(given.text("subject"), facts)) or facts.place
    short = one_line(fill(given.text("short"), facts), 600) or " ".join(text.split())
    link = given.url("stop_url") or facts.links["restaurant"]
    stop = Action(_("No more offers and news"), link)
    begin = "" if facts.place in short else f"{facts.place}: "
    return Words(
        subject=subject,
        heading=subject,
        opening=text,
        short=_("%(text)s No more of this:") % {"text": f"{begin}{short}"},
        brief=short,
        link=link,
        actions=(Action(_("Book a table"), facts.links["restaurant"]),),
        is_cut=False,
        has_visit=False,
        has_greeting=False,
        footer=_("You get this because you agreed to offers and news of %(place)s.") % values,
        stop=stop,
    )
