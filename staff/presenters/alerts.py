"""What staff should notice now, each with the one step that answers it (requirement E4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import pgettext, pgettext_lazy

from bookings.alerts import Alert, AlertKind, Urgency
from bookings.models import Reservation
from restaurants.models import Restaurant
from restaurants.permissions import Capability

_K = AlertKind

SIGNS: Mapping[AlertKind, tuple[str, Promise]] = {
    _K.LATE: ("!", pgettext_lazy("kind of alert", "Late")),
    _K.ASK: ("?", pgettext_lazy("kind of alert", "On the way?")),
    _K.NO_SHOW_DUE: ("×", pgettext_lazy("kind of alert", "No-show?")),
    _K.VIP: ("★", pgettext_lazy("kind of alert", "VIP")),
    _K.ALLERGY: ("⚠", pgettext_lazy("kind of alert", "Allergy or diet")),
    _K.BIRTHDAY: ("♥", pgettext_lazy("kind of alert", "Birthday")),
    _K.UNASSIGNED: ("–", pgettext_lazy("kind of alert", "No table")),
    _K.OVERTIME_THREATENS: ("!", pgettext_lazy("kind of alert", "Table not free")),
    _K.REQUEST_WAITING: ("…", pgettext_lazy("kind of alert", "Request")),
}
HEALTH = frozenset({_K.ALLERGY})
"""For those who may see health data only (rule 107)."""
_WEIGHT = {Urgency.NOW: "urgent", Urgency.SOON: "soon", Urgency.KNOW: "know"}
_STEPS = {
    _K.LATE: "arrive",
    _K.ASK: "arrive",
    _K.NO_SHOW_DUE: "no-show",
    _K.UNASSIGNED: "auto-assign",
    _K.OVERTIME_THREATENS: "auto-assign",
    _K.REQUEST_WAITING: "approve",
}


@dataclass(frozen=True, kw_only=True)
class Line:
    """One alert. `url` is posted to with `version`; a phone link takes its place where a call is
    what helps; without either the party is opened.
    """

    key: str
    kind: str
    weight: str
    sign: str
    word: str
    text: str
    panel_url: str
    url: str = ""
    label: str = ""
    version: int = 0
    phone: str = ""


def visible(alerts: Iterable[Alert], capabilities: frozenset[Capability]) -> list[Alert]:
    """The alerts that a role may see."""
    sees_contact = Capability.SEE_CONTACT in capabilities
    return [alert for alert in alerts if sees_contact or alert.kind not in HEALTH]


def urgent(alerts: Iterable[Alert]) -> int:
    """How many need somebody now."""
    return sum(alert.urgency is Urgency.NOW for alert in alerts)


def lines_of(
    alerts: Iterable[Alert],
    rows: Mapping[int, Reservation],
    restaurant: Restaurant,
    capabilities: frozenset[Capability],
) -> list[Line]:
    """The alerts with their steps; `rows` are their reservations by id."""
    base = reverse("staff:floor", args=[restaurant.slug])
    return [
        _line(alert, rows[alert.reservation_id], base, capabilities)
        for alert in alerts
        if alert.reservation_id in rows
    ]


def _line(alert: Alert, row: Reservation, base: str, capabilities: frozenset[Capability]) -> Line:
    sign, word = SIGNS[alert.kind]
    step = _STEPS.get(alert.kind, "") if Capability.EDIT_BOOK in capabilities else ""
    calls = alert.kind is AlertKind.ASK and Capability.SEE_CONTACT in capabilities
    phone = row.guest_phone.as_rfc3966 if calls and row.guest_phone else ""
    return Line(
        key=f"{alert.kind}-{row.pk}",
        kind=alert.kind.value,
        weight=_WEIGHT[alert.urgency],
        sign=sign,
        word=str(word),
        text=alert.words,
        panel_url=f"{base}reservations/{row.pk}/panel/",
        url=f"{base}reservations/{row.pk}/{step}/" if step and not phone else "",
        label=_label(step),
        version=row.version,
        phone=phone,
    )


def _label(step: str) -> str:
    return {
        "arrive": pgettext("step of a visit", "Arrived"),
        "no-show": pgettext("step of a visit", "No-show"),
        "auto-assign": pgettext("step of a visit", "Find a table"),
        "approve": pgettext("step of a visit", "Confirm"),
    }.get(step, "")
