"""The refusals of booking, each with a stable code and a sentence for people."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from reservehub.core.errors import DomainError


class SlotUnavailable(DomainError):
    """The party cannot start then.

    `extra`: `reasons` (codes) and `alternatives` (slots that are free).
    """

    code = "slot_unavailable"
    title = _("This time is not available")


class NoOnlineAvailability(SlotUnavailable):
    """What a blocked guest is told: no accusation (rule 102)."""

    title = _("There is no online availability")


class TableTaken(DomainError):
    """One of the tables is taken at that time."""

    code = "table_taken"
    title = _("The table is taken at that time")


class TableOccupied(TableTaken):
    """Another party still sits there; two are never seated at one table (rule 64). `extra`:
    `table_ids`, `reservation_id`, `reference`.
    """

    code = "table_occupied"
    title = _("Somebody still sits at this table")


class TableUnsuitable(DomainError):
    """The tables break a rule that staff did not choose to override. `extra`: `reasons`."""

    code = "table_unsuitable"
    title = _("These tables do not suit the party")


class SameGuestOverlap(DomainError):
    """The guest already has a booking close to this time (rule 57).

    `extra`: `reference` for staff only.
    """

    code = "same_guest_overlap"
    title = _("You already have a booking around this time")


class HoldExpired(DomainError):
    """The hold is gone or never was (rule 52)."""

    code = "hold_expired"
    status = 410
    title = _("The table is no longer held")


class HoldLimitReached(DomainError):
    """Too many live holds from one address, or too many extensions (rule 48)."""

    code = "hold_limit_reached"
    status = 429
    title = _("Too many tables are held at once")


class TransitionRefused(DomainError):
    """The reservation is not in a state in which this can be done (rule 60). `extra`: `status`."""

    code = "transition_refused"
    title = _("This cannot be done with the reservation as it is now")


class DeadlinePassed(DomainError):
    """Too late for the guest to do this alone; the restaurant's phone helps (rule 72). `extra`:
    `phone`.
    """

    code = "deadline_passed"
    title = _("It is too late to do this online")


class TablesMissing(DomainError):
    """A party cannot be seated before it has a table."""

    code = "tables_missing"
    title = _("Choose a table first")


class DepositDiffers(DomainError):
    """The change would cost more than was agreed; the restaurant can make it (rule 73). `extra`:
    `terms` of the new booking, `phone`.
    """

    code = "deposit_differs"
    title = _("That booking costs more than yours. Please call the restaurant")


class DepositMissing(DomainError):
    """No money was asked for this reservation, or nothing of it is left."""

    code = "deposit_missing"
    title = _("There is no deposit to change")


class DepositAsked(DomainError):
    """Money has been asked for already, on other terms, or has been paid: that is withdrawn, waived
    or given back first.
    """

    code = "deposit_asked"
    title = _("A deposit has been agreed already")


class FeeRefused(DomainError):
    """A fee cannot be charged (rule 82). `extra`: `reason`: not_due, too_early, too_late, charged,
    no_card or above_limit; `available_minor`.
    """

    code = "fee_refused"
    title = _("A fee cannot be charged for this reservation")
