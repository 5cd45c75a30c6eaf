"""From the request to the cancellation."""

from __future__ import annotations

from django.utils.translation import gettext as _

from bookings.presenters.clock import clock_text, local, short_date
from notifications.rendering.clean import paragraphs
from notifications.rendering.facts import Facts, party_text
from notifications.rendering.terms import money_of_cancelled
from notifications.rendering.words.base import Tone, Words, another_time, cancel, manage


def request_received(facts: Facts) -> Words:
    values = facts.values
    until = _("You will have an answer by %(answer_by)s.") % values if facts.answer_by else ""
    return Words(
        subject=_("%(place)s: your request for %(when)s") % values,
        heading=_("Your request is with the restaurant"),
        tone=Tone.WAIT,
        opening=_("Thank you for asking for a table %(party)s: %(date)s, %(time)s.") % values,
        more=tuple(
            text
            for text in (
                _("It is not confirmed yet. The table is kept for you until they answer."),
                until,
            )
            if text
        ),
        short=_("%(place)s has your request: %(when)s, %(guests)s. Not confirmed yet:") % values,
        brief=_("%(place)s: request for %(when)s, not confirmed yet:") % values,
        link=facts.links["manage"],
        actions=(manage(facts), *cancel(facts)),
        is_for_machines=True,
    )


def confirmed(facts: Facts) -> Words:
    values = facts.values
    return Words(
        subject=_("%(place)s: your table is booked, %(when)s") % values,
        heading=_("Your table is booked"),
        opening=_("We look forward to seeing you: %(date)s, %(time)s, %(party)s.") % values,
        short=_("%(place)s: your table is booked, %(when)s, %(guests)s. Change or cancel:")
        % values,
        brief=_("%(place)s: booked, %(when)s, %(guests)s") % values,
        link=facts.links["manage"],
        actions=(manage(facts), *cancel(facts)),
        has_terms=True,
        has_calendar=True,
        is_for_machines=True,
    )


def changed(facts: Facts) -> Words:
    values = facts.values
    before = _before(facts)
    return Words(
        subject=_("%(place)s: your booking has changed, now %(when)s") % values,
        heading=_("Your booking has changed"),
        opening=_("Now it is: %(date)s, %(time)s, %(party)s.") % values,
        more=(_("Before it was: %(before)s.") % {"before": before},) if before else (),
        short=_("%(place)s: your booking has changed. Now: %(when)s, %(guests)s.") % values,
        brief=_("%(place)s: changed, now %(when)s, %(guests)s") % values,
        link=facts.links["manage"],
        actions=(manage(facts), *cancel(facts)),
        has_terms=True,
        has_calendar=True,
        is_for_machines=True,
    )


def _before(facts: Facts) -> str:
    starts_at = facts.given.instant("old_starts_at")
    size = facts.given.number("old_party_size")
    parts = []
    if starts_at is not None:
        wall = local(starts_at, facts.restaurant)
        parts += [short_date(wall.date()), clock_text(wall, facts.restaurant)]
    if size is not None:
        parts.append(party_text(size))
    return ", ".join(parts)


def declined(facts: Facts) -> Words:
    values = facts.values
    return Words(
        subject=_("%(place)s could not accept your request for %(when)s") % values,
        heading=_("The restaurant could not accept your request"),
        tone=Tone.OVER,
        opening=_("We are sorry: %(date)s, %(time)s, %(party)s was not possible.") % values,
        more=(_("Nothing is booked. Another time may still be free."),),
        quote=_reason(facts),
        quote_by=facts.place,
        short=_("%(place)s could not accept your request for %(when)s, sorry. Other times:")
        % values,
        brief=_("%(place)s: request for %(when)s declined. Other times:") % values,
        link=facts.links["restaurant"],
        actions=(another_time(facts),),
        is_for_machines=True,
    )


def expired(facts: Facts) -> Words:
    values = facts.values
    if facts.given.flag("unpaid"):
        return _unpaid(facts)
    return Words(
        subject=_("%(place)s did not answer your request for %(when)s") % values,
        heading=_("The request has expired"),
        tone=Tone.OVER,
        opening=_("The restaurant did not answer in time. Nothing is booked."),
        more=(_("We are sorry. Another time may still be free, or call the restaurant."),),
        short=_("%(place)s did not answer your request for %(when)s. Nothing is booked:") % values,
        brief=_("%(place)s: no answer for %(when)s, nothing booked:") % values,
        link=facts.links["restaurant"],
        actions=(another_time(facts),),
        is_for_machines=True,
    )


def _unpaid(facts: Facts) -> Words:
    """The time to pay is over; the restaurant is not to blame."""
    values = facts.values
    return Words(
        subject=_("%(place)s: not paid in time, %(when)s") % values,
        heading=_("The time to pay is over"),
        tone=Tone.OVER,
        opening=_("Your table was kept until now and was not paid: %(date)s, %(time)s, %(party)s.")
        % values,
        more=(
            _("Nothing is booked and nothing was charged."),
            _("If you paid at the last moment, we will write again. Another time may be free."),
        ),
        short=_("%(place)s: not paid in time, %(when)s is not booked. Other times:") % values,
        brief=_("%(place)s: not paid, %(when)s not booked:") % values,
        link=facts.links["restaurant"],
        actions=(another_time(facts),),
        is_for_machines=True,
    )


def cancelled(facts: Facts) -> Words:
    by_guest = facts.given.flag("by_guest")
    if by_guest is None:
        by_guest = facts.reservation is not None and (
            facts.reservation.status != "cancelled_by_restaurant"
        )
    return _cancelled_by_guest(facts) if by_guest else _cancelled_by_restaurant(facts)


def _cancelled_by_guest(facts: Facts) -> Words:
    values = facts.values
    return Words(
        subject=_("%(place)s: cancelled, %(when)s") % values,
        heading=_("The booking is cancelled"),
        tone=Tone.OVER,
        opening=_("Your booking is cancelled: %(date)s, %(time)s, %(party)s.") % values,
        more=(
            *money_of_cancelled(facts),
            _("Thank you for telling the restaurant. We hope to see you another time."),
        ),
        short=_("%(place)s: your booking of %(when)s is cancelled. Book again:") % values,
        brief=_("%(place)s: cancelled, %(when)s") % values,
        link=facts.links["manage"],
        actions=(another_time(facts),),
        has_calendar=True,
        is_for_machines=True,
    )


def _cancelled_by_restaurant(facts: Facts) -> Words:
    values = facts.values
    return Words(
        subject=_("%(place)s had to cancel your booking, %(when)s") % values,
        heading=_("The restaurant has cancelled this booking"),
        tone=Tone.OVER,
        opening=_("We are sorry: your booking cannot be kept: %(date)s, %(time)s, %(party)s.")
        % values,
        more=(
            *money_of_cancelled(facts, by_restaurant=True),
            _("Call the restaurant if you have questions, or choose another time."),
        ),
        quote=_reason(facts),
        quote_by=facts.place,
        short=_("%(place)s had to cancel your booking of %(when)s. We are sorry:") % values,
        brief=_("%(place)s had to cancel: %(when)s") % values,
        link=facts.links["manage"],
        actions=(another_time(facts),),
        has_calendar=True,
        is_for_machines=True,
    )


def _reason(facts: Facts) -> str:
    stored = facts.reservation.cancellation_reason if facts.reservation is not None else ""
    return paragraphs(facts.given.text("reason") or stored, 300)
