"""The letter: one list of parts, printed as text and as HTML."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import css_inline
from django.template.loader import render_to_string
from django.utils.translation import get_language_bidi
from django.utils.translation import gettext as _

from notifications.channels.base import Action
from notifications.rendering.facts import Facts
from notifications.rendering.machine import reservation_markup
from notifications.rendering.words import Words


class Row(NamedTuple):
    """One fact of the visit; `note` stands below it in smaller type."""

    label: str
    value: str
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Letter:
    """All that both shapes print, top to bottom."""

    subject: str
    facts: Facts
    words: Words
    greeting: str
    paragraphs: tuple[str, ...]
    rows: tuple[Row, ...]
    terms: tuple[str, ...]
    is_for_staff: bool
    footer: str
    choice: Action | None

    @property
    def first_action(self) -> Action | None:
        return self.words.actions[0] if self.words.actions else None

    @property
    def other_actions(self) -> tuple[Action, ...]:
        return self.words.actions[1:]


def letter_of(
    facts: Facts, words: Words, *, subject: str, opening: str, is_for_staff: bool
) -> Letter:
    """:param opening: the restaurant's own first paragraph, greeting included; empty for ours"""
    greeting = _("Hello %(name)s,") % {"name": facts.name} if facts.name else _("Hello,")
    has_rows = words.has_visit and facts.date
    terms = (facts.deadline, facts.policy) if words.has_terms else ()
    return Letter(
        subject=subject,
        facts=facts,
        words=words,
        greeting="" if opening or is_for_staff or not words.has_greeting else greeting,
        paragraphs=(opening or words.opening,),
        rows=_rows(facts, is_for_staff=is_for_staff) if has_rows else (),
        terms=tuple(text for text in terms if text),
        is_for_staff=is_for_staff,
        footer=_footer(facts, words, is_for_staff=is_for_staff),
        choice=None if is_for_staff else words.stop or _choice(facts),
    )


def _footer(facts: Facts, words: Words, *, is_for_staff: bool) -> str:
    if is_for_staff:
        return _("This e-mail is for those who run %(place)s on ReserveHub.") % facts.values
    return words.footer or _(
        "You get this e-mail because a table was booked or asked for with this address."
    )


def _choice(facts: Facts) -> Action | None:
    link = facts.links["choose"]
    return Action(_("Choose which messages you get"), link) if link else None


def _rows(facts: Facts, *, is_for_staff: bool) -> tuple[Row, ...]:
    rows = [
        Row(_("When"), f"{facts.date}, {facts.time}", facts.zone),
        Row(_("Guests"), facts.guests),
        Row(_("Where to sit"), facts.area),
        Row(_("Name"), facts.name if is_for_staff else ""),
        Row(_("Booking number"), facts.reference),
    ]
    return tuple(row for row in rows if row.value)


def as_html(letter: Letter) -> str:
    """A whole document with every style inlined, as mail programs drop the rest."""
    is_rtl = get_language_bidi()
    page = render_to_string(
        "messages/letter.html",
        {
            "letter": letter,
            "facts": letter.facts,
            "words": letter.words,
            "language": letter.facts.language,
            "direction": "rtl" if is_rtl else "ltr",
            # Mail programs know no "start" and "end".
            "start": "right" if is_rtl else "left",
            "end": "left" if is_rtl else "right",
            "preheader": letter.words.opening,
            "phone_link": f"tel:{letter.facts.restaurant.phone}",
            "map_label": _("Show on the map"),
            "markup": reservation_markup(letter.facts) if letter.words.is_for_machines else "",
        },
    )
    return _inliner().inline(page)


@lru_cache(maxsize=1)
def _inliner() -> css_inline.CSSInliner:
    # Nothing is fetched while a letter is made.
    return css_inline.CSSInliner(
        keep_style_tags=False, keep_link_tags=False, load_remote_stylesheets=False
    )


def as_text(letter: Letter) -> str:
    """The same for people who read without HTML: no lines are wrapped, so that links stay whole."""
    facts, words = letter.facts, letter.words
    blocks = [
        facts.place,
        words.heading,
        letter.greeting,
        *letter.paragraphs,
        "\n".join(f"> {line}" for line in words.quote.split("\n")) if words.quote else "",
        *words.more,
        "\n".join(_text_row(row) for row in letter.rows),
        "\n".join(f"{line.label}: {line.amount}" for line in words.lines),
        "\n".join(f"{action.label}: {action.url}" for action in words.actions),
        *letter.terms,
        "" if letter.is_for_staff else _text_address(facts),
        letter.footer,
        f"{letter.choice.label}: {letter.choice.url}" if letter.choice else "",
    ]
    return "\n\n".join(block for block in blocks if block) + "\n"


def _text_row(row: Row) -> str:
    return f"{row.label}: {row.value}" + (f"\n  {row.note}" if row.note else "")


def _text_address(facts: Facts) -> str:
    map_line = _("Map: %(url)s") % {"url": facts.links["map"]} if facts.links["map"] else ""
    lines = (facts.place, facts.address, facts.phone, map_line)
    return "\n".join(line for line in lines if line)
