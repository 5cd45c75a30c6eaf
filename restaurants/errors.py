"""The refusals of restaurant settings."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from reservehub.core.errors import DomainError


class TableHasFutureBookings(DomainError):
    """Reassign them first (rule 40). `extra`: `stranded`, a list of `impact.Stranded` as dicts."""

    code = "table_has_future_bookings"
    title = _("The table has bookings ahead; move them to other tables first")


class StillInUse(DomainError):
    """Something refers to it, so it cannot be deleted: archive it or switch it off instead."""

    code = "still_in_use"
    title = _("This is still in use and cannot be deleted; make it inactive instead")


class LastOwner(DomainError):
    """Somebody has to be able to let others in."""

    code = "last_owner"
    title = _("The last owner cannot be removed; make somebody else an owner first")
