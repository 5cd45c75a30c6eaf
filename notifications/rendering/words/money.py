"""What guests are told about money: that it has come, that it goes back, what was kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from notifications.rendering.clean import one_line
from notifications.rendering.context import money_of
from notifications.rendering.facts import Facts
from notifications.rendering.terms import amount_of, kept_of, terms_of
from notifications.rendering.words.base import Line, Tone, Words, another_time, view
from notifications.rendering.words.paying import agreed, amount_text
from payments.facts import Mode


def receipt(facts: Facts) -> Words:
    """What was paid, held or saved; `lines` and `total` of the context where it is a bill."""
    total = facts.given.money("total")
    values = facts.values | {"total": amount_text(total, facts), "card": facts.given.text("card")}
    heading, opening = _receipt_words(facts.given.text("mode"), values)
    lines = [line for row in facts.given.rows("lines") if (line := _line(row, facts))]
    if total is not None:
        lines.append(Line(label=_total_label(facts), amount=values["total"], is_total=True))
    number = facts.given.text("number")
    return Words(
        subject=(
            _("%(place)s: your receipt, %(total)s")
            if total is not None
            else _("%(place)s: your receipt")
        )
        % values,
        heading=heading,
        opening=opening,
        more=tuple(
            text
            for text in (
                _("Card: %(card)s") % values if values["card"] else "",
                *(agreed(facts) if facts.given.text("mode") else ()),
                _("Payment number: %(number)s") % {"number": number} if number else "",
            )
            if text
        ),
        lines=tuple(lines),
        short=_receipt_short(facts, values),
        brief=_("%(place)s: your receipt") % values,
        link=facts.links["manage"],
        actions=(view(facts),),
    )


def _receipt_words(mode: str, values: Mapping[str, str]) -> tuple[str, str]:
    if mode == Mode.AUTHORISE:
        return (
            _("An amount is held on your card"),
            _("Thank you. %(total)s is held on your card; nothing has been taken.") % values,
        )
    if mode == Mode.SAVE:
        return (
            _("Your card is saved"),
            _("Thank you. Your card secures the booking; nothing has been charged."),
        )
    return _("Your receipt"), _("Thank you. This is what was paid.")


def _receipt_short(facts: Facts, values: Mapping[str, str]) -> str:
    mode = facts.given.text("mode")
    if mode == Mode.SAVE:
        return _("%(place)s: your card is saved, nothing was charged.") % values
    if not values["total"]:
        return _("%(place)s: your receipt. Thank you!") % values
    if mode == Mode.AUTHORISE:
        return _("%(place)s: %(total)s is held on your card, nothing was taken.") % values
    return _("%(place)s: receipt for %(total)s. Thank you!") % values


def _total_label(facts: Facts) -> str:
    mode = facts.given.text("mode")
    if mode == Mode.AUTHORISE:
        return _("Held")
    return _("Most that may be charged") if mode == Mode.SAVE else _("Total")


def refunded(facts: Facts) -> Words:
    values = facts.values | _money(facts)
    return Words(
        subject=_("%(place)s: you get %(amount)s back") % values,
        heading=_("Money is on its way back to you"),
        opening=_("%(amount)s goes back to the card you paid with.") % values,
        more=(_("Your bank may take some days until you see it."),),
        lines=_total(_("Refund"), facts),
        short=_("%(place)s: %(amount)s goes back to your card.") % values,
        brief=_("%(place)s: refund of %(amount)s") % values,
        link=facts.links["manage"],
        actions=(view(facts),),
    )


def payment_too_late(facts: Facts) -> Words:
    values = facts.values | _money(facts)
    mode = facts.given.text("mode")
    if mode == Mode.SAVE:
        back = _("Your card was not charged.")
    elif mode == Mode.AUTHORISE:
        back = _("What was held on your card is released; nothing was taken.")
    else:
        back = _("You get everything back; your bank may take some days until you see it.")
    return Words(
        subject=_("%(place)s: your payment came too late, %(when)s") % values,
        heading=_("We are sorry: the table is gone"),
        tone=Tone.OVER,
        opening=_(
            "Your payment arrived after the time to pay was over, and by then others had "
            "taken the table: %(date)s, %(time)s, %(party)s. Nothing is booked."
        )
        % values,
        more=(back, _("We are sorry. Another time may still be free.")),
        lines=_total(_("Refund"), facts) if mode not in (Mode.SAVE, Mode.AUTHORISE) else (),
        short=_("%(place)s: paid too late, %(when)s is not booked. Sorry, you get it all back:")
        % values,
        brief=_("%(place)s: paid too late, not booked, money back:") % values,
        link=facts.links["restaurant"],
        actions=(another_time(facts),),
    )


def fee_charged(facts: Facts) -> Words:
    values = facts.values | _money(facts)
    return Words(
        subject=_("%(place)s: a fee of %(amount)s was charged") % values,
        heading=_("A fee was charged"),
        tone=Tone.OVER,
        opening=_why(facts) % values,
        more=(
            _("So %(amount)s was charged, as agreed when the table was booked.") % values,
            *agreed(facts),
            _("If this is a mistake, please call or answer the restaurant."),
        ),
        lines=_total(_("Fee"), facts),
        short=_("%(place)s: a fee of %(amount)s was charged for %(when)s:") % values,
        brief=_("%(place)s: fee of %(amount)s charged:") % values,
        link=facts.links["manage"],
        actions=(view(facts),),
    )


def deposit_kept(facts: Facts) -> Words:
    """How much is kept now: staff may have given up a part since the message was planned."""
    terms, kept = terms_of(facts.reservation), kept_of(facts.reservation)
    values = facts.values | _money(facts)
    if terms is not None and kept:
        values["amount"] = amount_of(terms, kept, facts.language)
    return Words(
        subject=_("%(place)s keeps %(amount)s of your deposit") % values,
        heading=_("The deposit is kept"),
        tone=Tone.OVER,
        opening=_why(facts) % values,
        more=(
            _("So %(amount)s is kept, as agreed when the table was booked.") % values,
            *agreed(facts),
            _("If this is a mistake, please call or answer the restaurant."),
        ),
        lines=(Line(label=_("Kept"), amount=values["amount"], is_total=True),),
        short=_("%(place)s keeps %(amount)s of your deposit for %(when)s:") % values,
        brief=_("%(place)s: %(amount)s of the deposit kept:") % values,
        link=facts.links["manage"],
        actions=(view(facts),),
    )


def hold_released(facts: Facts) -> Words:
    values = facts.values | _money(facts)
    return Words(
        subject=_("%(place)s: %(amount)s is no longer held") % values,
        heading=_("Nothing is held any more"),
        opening=_("The %(amount)s held on your card is released. Nothing was taken.") % values,
        more=(_("Your bank may take some days until you see it."),),
        lines=_total(_("Released"), facts),
        short=_("%(place)s: the %(amount)s held on your card is released.") % values,
        brief=_("%(place)s: %(amount)s released") % values,
        link=facts.links["manage"],
        actions=(view(facts),),
    )


# --- Parts ------------------------------------------------------------------------------------


def _why(facts: Facts) -> str:
    """What the fee is for, with placeholders."""
    why = facts.given.text("why")
    if why == "no_show":
        return _("Nobody came to the table that was kept for you: %(date)s, %(time)s, %(party)s.")
    if why == "partial_no_show":
        return _("Some of your party did not come: %(date)s, %(time)s, %(party)s.")
    if why == "cancelled":
        return _("The booking was cancelled late: %(date)s, %(time)s, %(party)s.")
    return _("This is about your booking: %(date)s, %(time)s, %(party)s.")


def _money(facts: Facts) -> dict[str, str]:
    """Never empty: a row of any age may lack it."""
    return {"amount": amount_text(facts.given.money("amount"), facts) or _("the amount")}


def _total(label: str, facts: Facts) -> tuple[Line, ...]:
    amount = amount_text(facts.given.money("amount"), facts)
    return (Line(label=label, amount=amount, is_total=True),) if amount else ()


def _line(row: Mapping[str, Any], facts: Facts) -> Line | None:
    label = one_line(row.get("label") or row.get("name") or row.get("text"), 120)
    money = money_of(row.get("amount")) or money_of(row)
    quantity = row.get("quantity")
    if isinstance(quantity, int) and quantity > 1:
        label = f"{quantity} × {label}"
    return Line(label=label, amount=amount_text(money, facts)) if label else None
