"""The refusals of the queue, each with a stable code and a sentence for people."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from reservehub.core.errors import DomainError


class QueueClosed(DomainError):
    """Nobody may join from afar now. `extra`: `reasons`, such as "switched_off", "full",
    "party_too_large", "too_far", "outside_hours", "too_late".
    """

    code = "queue_closed"
    title = _("The queue takes nobody from afar right now")


class AlreadyInQueue(DomainError):
    """The phone has a place in this queue (rule 93)."""

    code = "already_in_queue"
    title = _("This phone number is in the queue already")


class QueueEntryOver(DomainError):
    """The party is no longer in the queue. `extra`: `status`."""

    code = "queue_entry_over"
    title = _("This party is no longer in the queue")


class NotCalled(DomainError):
    """Only a party whose table is ready can be reminded. `extra`: `status`."""

    code = "not_called"
    title = _("This party has not been called to a table")


class OutOfTurn(DomainError):
    """Somebody who came earlier fits these tables (rule 96). `extra`: `ahead`, ids of entries. The
    override "order" calls all the same, and the ledger says so.
    """

    code = "out_of_turn"
    title = _("Somebody who came earlier fits this table")


class NoTableReady(DomainError):
    """There is no table to give now. `extra`: `reasons`."""

    code = "no_table_ready"
    title = _("No suitable table is free now")


class NothingToTakeBack(DomainError):
    """Too late, or nothing happened that could be taken back."""

    code = "nothing_to_undo"
    title = _("There is nothing to undo")
