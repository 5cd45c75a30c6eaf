"""Possible duplicates as staff see them: why two records look like one person, what a merge would
do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from guests.models import Guest, MergeCandidate
from guests.selectors.duplicates import Outcome
from guests.selectors.profile import sees_health
from staff.access import Desk
from staff.presenters.guests import Row, rows_of

REASONS: Mapping[str, str | Promise] = {
    "account": gettext_lazy("Both booked with the same account."),
    "email": gettext_lazy("Both have the same e-mail address."),
    "phone_end": gettext_lazy("Similar names, and the phone numbers end alike."),
    "phone_start": gettext_lazy("Similar names, and the phone numbers differ at the end only."),
    "email_name": gettext_lazy("Similar names, and the e-mail addresses begin alike."),
    "given_name": gettext_lazy("One gave the name of the other with their own phone or e-mail."),
}


@dataclass(frozen=True, kw_only=True)
class Pair:
    """One possible duplicate; without `second` somebody gave another `name` with the contact of the
    first.
    """

    pk: int
    first: Row
    second: Row | None
    name: str
    reason: str


def pairs_of(candidates: Iterable[MergeCandidate]) -> list[Pair]:
    """`candidates` come with both guests and their figures."""
    return [
        Pair(
            pk=one.pk,
            first=row_of(one.guest),
            second=row_of(one.other) if one.other is not None else None,
            name=one.name,
            reason=str(REASONS.get(one.reason, "")),
        )
        for one in candidates
    ]


def row_of(guest: Guest) -> Row:
    """A guest read with their figures, in a line."""
    return rows_of([guest], {})[0]


_MOVES: Mapping[str, Callable[[int], str]] = {
    "bookings.reservation.guest": lambda n: ngettext("%(n)d booking", "%(n)d bookings", n),
    "guests.guestnote.guest": lambda n: ngettext("%(n)d note", "%(n)d notes", n),
    "guests.guesttag.guest": lambda n: ngettext("%(n)d tag", "%(n)d tags", n),
    "guests.loyaltyentry.guest": lambda n: ngettext(
        "%(n)d line of points", "%(n)d lines of points", n
    ),
    "waitlist.waitlistentry.guest": lambda n: ngettext(
        "%(n)d entry of the waitlist", "%(n)d entries of the waitlist", n
    ),
    "reviews.review.guest": lambda n: ngettext("%(n)d review", "%(n)d reviews", n),
    "notifications.message.guest": lambda n: ngettext("%(n)d message", "%(n)d messages", n),
}


def moves_shown(moves: Mapping[str, int]) -> str:
    """What goes over, in words; what staff never see as such is left out."""
    return ", ".join(
        words(moves[path]) % {"n": moves[path]} for path, words in _MOVES.items() if path in moves
    )


def consequences(outcome: Outcome, desk: Desk) -> list[str]:
    """What is other afterwards, one sentence each."""
    values, changed = outcome.values, outcome.changed
    found = []
    if "is_vip" in changed:
        found.append(_("The guest is a VIP, as the other record says."))
    if "is_blocked" in changed:
        reason = {"reason": values["block_reason"]}
        found.append(_("The guest is blocked, as the other record says: %(reason)s") % reason)
    if "email" in changed:
        found.append(_("The e-mail address is taken over: %(email)s") % {"email": values["email"]})
    if "preferences" in changed:
        found.append(
            _("The preferences are taken over: %(text)s") % {"text": values["preferences"]}
        )
    if "preferred_features" in changed:
        features = {"features": ", ".join(values["preferred_features"])}
        found.append(_("Likes tables with: %(features)s") % features)
    if "dietary_needs" in changed and sees_health(desk.capabilities):
        found.append(_("The dietary needs of both are kept."))
    if "has_marketing_consent" in changed:
        found.append(_("No more offers and news: only one of the records agreed to them."))
    if "keeps_health_notes" in changed:
        found.append(_("Health notes go 30 days after a visit: only one record agreed to more."))
    return found
