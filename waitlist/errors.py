"""The refusals of the waitlist, each with a stable code and a sentence for people."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from reservehub.core.errors import DomainError


class WaitlistClosed(DomainError):
    """The restaurant keeps no waitlist for guests."""

    code = "waitlist_closed"
    title = _("This restaurant keeps no waitlist")


class TableFree(DomainError):
    """There is nothing to wait for: a table is free. `extra`: `alternatives`, the free starts."""

    code = "table_free"
    title = _("A table is free: book it right away")


class NothingToWaitFor(DomainError):
    """No start of the window could ever become free for this party. `extra`: `reasons`."""

    code = "nothing_to_wait_for"
    title = _("No table can become free for this wish")


class AlreadyWaiting(DomainError):
    """The guest waits for this date already."""

    code = "already_waiting"
    title = _("You are already on the waitlist for this date")


class TooManyEntries(DomainError):
    """The guest waits for as many dates as the restaurant allows. `extra`: `limit`."""

    code = "too_many_entries"
    title = _("You are already on the waitlist for many dates")


class EntryOver(DomainError):
    """The entry is no longer live. `extra`: `status`."""

    code = "entry_over"
    title = _("This waitlist entry is over")


class OfferGone(DomainError):
    """The offer is no longer open: answered, expired or withdrawn. `extra`: `status`."""

    code = "offer_gone"
    status = 410
    title = _("This offer is no longer open")


class FasterGuest(OfferGone):
    """All were told at once, and somebody else was faster (rule 90)."""

    code = "faster_guest"
    title = _("Somebody else was faster")


class NothingToOffer(DomainError):
    """Staff wished to offer a table, but there is none to give. `extra`: `reasons`."""

    code = "nothing_to_offer"
    title = _("There is no table to offer now")
