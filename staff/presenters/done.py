"""What has just been done, in one short sentence for the toast and the live region."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from bookings.models import Reservation
from bookings.presenters.clock import clock_text, local
from bookings.selectors import tables_of
from restaurants.models import Restaurant, Table
from staff.presenters.deposits import amount_text
from staff.presenters.panels import name_of, table_names

_TEXTS: Mapping[str, Promise] = {
    "approve": gettext_lazy("%(name)s confirmed"),
    "decline": gettext_lazy("%(name)s declined"),
    "arrive": gettext_lazy("%(name)s has arrived"),
    "seat": gettext_lazy("%(name)s seated at %(tables)s"),
    "table-ready": gettext_lazy("%(name)s called to table %(tables)s"),
    "partly-seat": gettext_lazy("%(name)s partly seated at %(tables)s"),
    "walk-in": gettext_lazy("%(name)s, %(party)s, seated at %(tables)s"),
    "finish": gettext_lazy("%(name)s has left"),
    "bill": gettext_lazy("%(name)s: the bill is %(bill)s"),
    "bill-remove": gettext_lazy("%(name)s has no bill any more"),
    "no-show": gettext_lazy("%(name)s did not come"),
    "undo": gettext_lazy("Undone: %(name)s is “%(status)s” again"),
    "cancel": gettext_lazy("%(name)s cancelled"),
    "eta": gettext_lazy("%(name)s expected at %(eta)s"),
    "party": gettext_lazy("%(name)s: %(party)s came"),
    "assign": gettext_lazy("%(name)s moved to %(tables)s"),
    "auto-assign": gettext_lazy("%(name)s moved to %(tables)s"),
    "extend": gettext_lazy("%(name)s may stay until %(until)s"),
    "note": gettext_lazy("Note kept for %(name)s"),
    "ask-payment": gettext_lazy("The link to pay is on its way to %(name)s"),
    "withdraw-deposit": gettext_lazy("%(name)s is no longer asked for a deposit"),
    "block": gettext_lazy("Table %(tables)s blocked"),
    "unblock": gettext_lazy("Table %(tables)s is free for guests again"),
    "clean": gettext_lazy("Table %(tables)s is ready"),
}


def done_text(step: str, after: Reservation, restaurant: Restaurant) -> str:
    """Of a step of a reservation."""
    tables = table_names(tables_of([after])[after.pk])
    eta = after.late_eta_at or after.starts_at
    text = _TEXTS[step]
    if step == "undo" and after.cancelled_at is not None:
        text = gettext_lazy("Undone: %(name)s")
    return str(text) % {
        "name": name_of(after),
        "tables": tables or "–",
        "party": after.actual_party_size or after.party_size,
        "status": after.get_status_display(),
        "until": clock_text(local(after.ends_at, restaurant), restaurant),
        "eta": clock_text(local(eta, restaurant), restaurant),
        "bill": amount_text(after.bill_minor or 0, restaurant.currency),
    }


def table_done_text(step: str, table: Table) -> str:
    """Of a step of a table."""
    return str(_TEXTS[step]) % {"tables": table.number}
