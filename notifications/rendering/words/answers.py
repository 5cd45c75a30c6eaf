"""Thanks, receipts, and what the restaurant writes itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from notifications.channels.base import Action
from notifications.rendering.clean import cut, one_line, paragraphs
from notifications.rendering.context import money_of
from notifications.rendering.facts import Facts
from notifications.rendering.words.base import Line, Tone, Words, cancel, manage, view
from reservehub.core.money import Money


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


def receipt(facts: Facts) -> Words:
    total = facts.given.money("total")
    values = facts.values | {"total": _amount(total, facts)}
    lines = [line for row in facts.given.rows("lines") if (line := _line(row, facts))]
    if total is not None:
        lines.append(Line(label=_("Total"), amount=values["total"], is_total=True))
    return Words(
        subject=(
            _("%(place)s: your receipt, %(total)s")
            if total is not None
            else _("%(place)s: your receipt")
        )
        % values,
        heading=_("Your receipt"),
        opening=_("Thank you. This is what was paid."),
        lines=tuple(lines),
        short=(
            _("%(place)s: receipt for %(total)s. Thank you!")
            if total is not None
            else _("%(place)s: your receipt. Thank you!")
        )
        % values,
        brief=_("%(place)s: your receipt") % values,
        link=facts.links["manage"],
        actions=(view(facts),),
    )


def _line(row: Mapping[str, Any], facts: Facts) -> Line | None:
    label = one_line(row.get("label") or row.get("name") or row.get("text"), 120)
    money = money_of(row.get("amount")) or money_of(row)
    quantity = row.get("quantity")
    if isinstance(quantity, int) and quantity > 1:
        label = f"{quantity} × {label}"
    return Line(label=label, amount=_amount(money, facts)) if label else None


def _amount(money: Money | None, facts: Facts) -> str:
    return money.format(facts.language) if money is not None else ""


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
