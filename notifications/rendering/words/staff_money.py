"""What the restaurant is told about money that needs somebody."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings.presenters.clock import local, long_date, moment_text
from notifications.channels.base import Action
from notifications.rendering.clean import one_line
from notifications.rendering.facts import Facts
from notifications.rendering.words.base import Tone, Words


def payment_refused(facts: Facts) -> Words:
    if facts.given.text("what") == "forget":
        return _card_not_deleted(facts)
    amount = facts.given.money("amount")
    values = facts.values | {
        "amount": amount.format(facts.language) if amount is not None else _("An amount"),
        "code": one_line(facts.given.text("code"), 60),
    }
    more = [_refused(facts.given.text("what")) % values]
    if facts.given.flag("link_sent"):
        more.append(_("The guest has been sent a link, to confirm it or to use another card."))
    if values["code"]:
        more.append(_("The payment provider says: %(code)s.") % values)
    return Words(
        subject=_("Payment refused: %(amount)s, %(when)s, %(name)s") % values,
        heading=_("A payment did not go through"),
        tone=Tone.WAIT,
        opening=_("The booking of %(name)s: %(date)s, %(time)s, %(party)s.") % values,
        more=tuple(more),
        short=_("%(place)s: %(amount)s refused, %(when)s, %(guests)s, %(name)s.") % values,
        brief=_("Payment refused: %(when)s") % values,
        link=facts.links["staff"],
        actions=(Action(_("Open the host stand"), facts.links["staff"]),),
    )


def _card_not_deleted(facts: Facts) -> Words:
    values = facts.values | {"code": one_line(facts.given.text("code"), 60)}
    says = [_("The payment provider says: %(code)s.") % values] if values["code"] else []
    return Words(
        subject=_("Card not deleted: %(when)s, %(name)s") % values,
        heading=_("A saved card could not be deleted"),
        tone=Tone.WAIT,
        opening=_("The booking of %(name)s: %(date)s, %(time)s, %(party)s.") % values,
        more=(
            _("Nothing is needed of the card any more. Delete it at your payment provider."),
            *says,
        ),
        short=_("%(place)s: a saved card was not deleted, %(when)s, %(name)s.") % values,
        brief=_("Card not deleted: %(when)s") % values,
        link=facts.links["money"],
        actions=(Action(_("Open the payments"), facts.links["money"]),),
    )


def _refused(what: str) -> str:
    if what == "refund":
        return _("%(amount)s could not be given back.")
    if what == "authorise":
        return _("%(amount)s could not be held on the card.")
    if what == "release":
        return _("What is held on the card could not be released.")
    return _("%(amount)s could not be charged.")


def dispute(facts: Facts) -> Words:
    status = facts.given.text("status")
    if status == "won":
        return _decided(facts, _("A dispute is won"), _("The money stays with you."), Tone.GOOD)
    if status in ("lost", "accepted"):
        return _decided(
            facts, _("A dispute is lost"), _("The money is back with the guest."), Tone.OVER
        )
    values = facts.values | _disputed(facts)
    by = facts.given.instant("respond_by")
    until = moment_text(by, facts.restaurant) if by is not None else ""
    return Words(
        subject=_("Dispute: %(amount)s, %(when)s, %(name)s") % values,
        heading=_("A guest asks the bank for the money back"),
        tone=Tone.WAIT,
        opening=_("It is about %(amount)s and the booking of %(name)s: %(date)s, %(party)s.")
        % values,
        more=(
            _("Answer it at your payment provider by %(until)s.") % {"until": until}
            if until
            else _("Answer it at your payment provider."),
            _(
                "ReserveHub makes the evidence for you: what was agreed, what was written, and "
                "who came when."
            ),
        ),
        short=_("%(place)s: dispute of %(amount)s, %(when)s, %(guests)s, %(name)s.") % values,
        brief=_("Dispute: %(amount)s") % values,
        link=_page(facts),
        actions=(Action(_("Open the dispute"), _page(facts)),),
    )


def _decided(facts: Facts, heading: str, outcome: str, tone: Tone) -> Words:
    values = facts.values | _disputed(facts) | {"heading": heading}
    return Words(
        subject=_("%(heading)s: %(amount)s, %(when)s, %(name)s") % values,
        heading=heading,
        tone=tone,
        opening=_("It was about %(amount)s and the booking of %(name)s: %(date)s, %(party)s.")
        % values,
        more=(outcome,),
        short=_("%(place)s: %(heading)s, %(amount)s, %(name)s.") % values,
        brief=f"{heading}: {values['amount']}",
        link=_page(facts),
        actions=(Action(_("Open the dispute"), _page(facts)),),
    )


def _page(facts: Facts) -> str:
    return facts.given.url("page_url") or facts.links["money"]


def _disputed(facts: Facts) -> dict[str, str]:
    amount = facts.given.money("amount")
    return {"amount": amount.format(facts.language) if amount is not None else _("a payment")}


def differences(facts: Facts) -> Words:
    count = facts.given.number("count") or 1
    since = facts.given.instant("since")
    day = long_date(local(since, facts.restaurant).date()) if since is not None else ""
    values = facts.values | {"count": count, "day": day}
    found = (
        ngettext(
            "%(count)s movement differs between the payment provider's list and ours.",
            "%(count)s movements differ between the payment provider's list and ours.",
            count,
        )
        % values
    )
    return Words(
        subject=_("%(place)s: payments do not add up") % values,
        heading=_("The payment provider counts differently"),
        tone=Tone.WAIT,
        opening=found,
        more=tuple(
            text
            for text in (
                _("The day: %(day)s.") % values if day else "",
                _("What only the provider knew was taken over; the rest needs somebody."),
            )
            if text
        ),
        short=_("%(place)s: payments do not add up. See:") % values,
        brief=_("%(place)s: payments do not add up:") % values,
        link=facts.links["money"],
        actions=(Action(_("See the differences"), facts.links["money"]),),
        has_visit=False,
    )
