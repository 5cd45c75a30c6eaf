"""The steps staff take with a reservation, as buttons and as actions on the list."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from bookings import services
from bookings.lifecycle import TRANSITIONS, Status
from bookings.models import Reservation


@dataclass(frozen=True)
class Step:
    """One button. `service` moves a reservation to the status `to`; some say why."""

    label: Promise
    to: Status
    service: Callable[..., Reservation | None]
    needs: frozenset[Status] | None = None
    has_reason: bool = False

    def is_possible(self, status: str) -> bool:
        """Whether the lifecycle allows it now."""
        now = Status(status)
        return self.to in TRANSITIONS[now] and (self.needs is None or now in self.needs)

    def arguments(self, reason: str) -> dict[str, Any]:
        return {"reason": reason} if self.has_reason else {}


STEPS: Mapping[str, Step] = {
    "approve": Step(
        _("Approve"),
        Status.CONFIRMED,
        services.reservation_approve,
        needs=frozenset({Status.PENDING}),
    ),
    "decline": Step(_("Decline"), Status.DECLINED, services.reservation_decline, has_reason=True),
    "arrive": Step(_("Arrived"), Status.ARRIVED, services.reservation_arrive),
    "seat": Step(_("Seat"), Status.SEATED, services.reservation_seat),
    "complete": Step(_("Complete"), Status.COMPLETED, services.reservation_complete),
    "no_show": Step(_("No-show"), Status.NO_SHOW, services.reservation_no_show),
    "cancel": Step(
        _("Cancel booking"),
        Status.CANCELLED_BY_RESTAURANT,
        services.reservation_cancel,
        has_reason=True,
    ),
}
