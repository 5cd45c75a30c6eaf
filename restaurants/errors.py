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


class AlreadyMember(DomainError):
    """The invited person has a role there; it can be changed in the list."""

    code = "already_member"
    title = _("This person works here already; change the role in the list instead")


class InvitationClosed(DomainError):
    """Accepted, revoked or too old."""

    code = "invitation_closed"
    title = _("This invitation is no longer open; ask for a new one")


class InvitationForSomebodyElse(DomainError):
    """The link was sent to another address than those of the account."""

    code = "invitation_for_somebody_else"
    status = 403
    title = _("This invitation was sent to another e-mail address; log in with that one")


class SecondFactorFirst(DomainError):
    """Who asks everybody for a second factor must have one."""

    code = "second_factor_first"
    title = _("Set up your own second factor first, or you would lock yourself out")


class NotReadyToOpen(DomainError):
    """Guests would find a restaurant that nobody can book."""

    code = "not_ready_to_open"
    title = _("The restaurant cannot be opened yet")
