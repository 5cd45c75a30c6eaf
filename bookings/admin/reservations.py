"""Reservations in the admin site: to find, to correct, to export. The evening itself is run at the
host stand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import RelatedOnlyFieldListFilter
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from import_export.admin import ExportMixin
from import_export.fields import Field
from import_export.formats.base_formats import CSV, JSON, XLSX, Format
from import_export.resources import ModelResource
from unfold.contrib.import_export.forms import ExportForm
from unfold.dataclasses import UnfoldAction
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminTextInputWidget

from bookings import services
from bookings.admin.filters import WhenFilter
from bookings.admin.steps import STEPS
from bookings.lifecycle import AWAITING, Status
from bookings.models import Occupancy, Reservation, ReservationStatus
from bookings.presenters.money import bill_text
from reservehub.core import clock
from reservehub.core.errors import DomainError
from restaurants.admin.acting import access_in, actor_of
from restaurants.admin.saving import ServiceAdmin, ServiceForm
from restaurants.permissions import Capability

CHANGEABLE = AWAITING | {Status.CONFIRMED, Status.ARRIVED}
EDITED = (
    "service_date",
    "local_time",
    "party_size",
    "area_preference",
    "special_occasion",
    "special_requests",
    "internal_notes",
)
"""What may be changed here while the party has not been seated; the rest tells what happened."""

COLOURS = {
    ReservationStatus.PENDING: "warning",
    ReservationStatus.PENDING_PAYMENT: "warning",
    ReservationStatus.CONFIRMED: "info",
    ReservationStatus.ARRIVED: "info",
    ReservationStatus.PARTIALLY_SEATED: "success",
    ReservationStatus.SEATED: "success",
    ReservationStatus.NO_SHOW: "danger",
}

OVERRIDES = [
    ("pacing", _("Pacing")),
    ("notice", _("Minimum notice")),
    ("same_guest", _("Another booking of the guest")),
    ("capacity", _("Table size")),
]


class ReservationForm(ServiceForm):
    """What staff may change, and why."""

    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        max_length=300,
        widget=UnfoldAdminTextInputWidget(),
        help_text=_("Told to the guest when you decline or cancel."),
    )
    overrides = forms.MultipleChoiceField(
        label=_("Change even against"),
        required=False,
        choices=OVERRIDES,
        widget=UnfoldAdminCheckboxSelectMultipleWidget(),
    )
    seen_version = forms.IntegerField(required=False, widget=forms.HiddenInput())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "seen_version" in self.fields:
            self.fields["seen_version"].initial = self.instance.version

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        others = [] if self.refused is None else self.refused.extra.get("alternatives", [])
        if others:
            free = ", ".join(f"{other['date']} {other['time']}" for other in others)
            self.add_error(None, str(_("Free instead: %(free)s")) % {"free": free})
        return cleaned


class ReservationResource(ModelResource):
    """For export only."""

    restaurant = Field(attribute="restaurant__slug", column_name="restaurant")
    phone = Field(attribute="guest_phone", column_name="guest_phone")
    tables = Field(column_name="tables")

    def dehydrate_phone(self, reservation: Reservation) -> str:
        return str(reservation.guest_phone or "")

    def dehydrate_tables(self, reservation: Reservation) -> str:
        return table_numbers(reservation)

    class Meta:
        model = Reservation
        fields = (
            "reference",
            "restaurant",
            "status",
            "service_date",
            "local_date",
            "local_time",
            "starts_at",
            "ends_at",
            "party_size",
            "guest_name",
            "guest_email",
            "phone",
            "tables",
            "special_occasion",
            "bill_minor",
            "source",
            "created_at",
            "cancelled_at",
        )
        export_order = fields


def table_numbers(reservation: Reservation) -> str:
    """`4 + 5`; the occupancies have to be prefetched with their tables."""
    return " + ".join(sorted(row.table.number for row in reservation.occupancies.all()))


@admin.register(Reservation)
class ReservationAdmin(ExportMixin, ServiceAdmin):
    form = ReservationForm
    resource_classes = (ReservationResource,)
    formats: ClassVar[list[type[Format]]] = [CSV, XLSX, JSON]
    export_form_class = ExportForm
    change_capability = Capability.EDIT_BOOK
    list_display = (
        "number",
        "shown_status",
        "when",
        "party_size",
        "guest_name",
        "tables",
        "restaurant",
    )
    list_filter = (
        WhenFilter,
        "status",
        "source",
        ("restaurant", RelatedOnlyFieldListFilter),
    )
    list_select_related = ("restaurant",)
    search_fields = ("reference", "guest_name", "guest_email", "guest_phone", "partner_reference")
    ordering = ("-service_date", "-starts_at", "-pk")
    date_hierarchy = "service_date"
    actions: ClassVar[list[str]] = list(STEPS)
    actions_submit_line: ClassVar[list[str]] = list(STEPS)

    # --- What is shown ------------------------------------------------------------------------

    def get_queryset(self, request: HttpRequest) -> QuerySet[Reservation]:
        rows: QuerySet[Reservation] = super().get_queryset(request)
        occupancies = Occupancy.objects.select_related("table")
        return rows.select_related(
            "restaurant", "area_preference", "service_period"
        ).prefetch_related(Prefetch("occupancies", queryset=occupancies))

    def get_fieldsets(self, request: HttpRequest, obj: Reservation | None = None) -> Any:
        can_edit = self.has_change_permission(request, obj)
        has_contact = self.allows(request, Capability.SEE_CONTACT, obj)
        contact = (("guest_email", "guest_phone"), "guest", "customer") if has_contact else ()
        # Wishes may speak of health: only for those who work with them (rule 107).
        wishes = ("special_requests", "dietary_restrictions", "internal_notes")
        form_only = ("overrides", "reason", "seen_version") if can_edit else ()
        return [
            (
                None,
                {
                    "fields": (
                        ("reference", "status", "restaurant"),
                        ("service_date", "local_time", "party_size"),
                        ("area_preference", "tables"),
                        *form_only,
                    )
                },
            ),
            (
                _("Guest"),
                {
                    "classes": ("tab",),
                    "fields": (
                        ("guest_name", "guest_language", "is_vip"),
                        *contact,
                        "special_occasion",
                        *(wishes if can_edit else ()),
                    ),
                },
            ),
            (
                _("Course"),
                {
                    "classes": ("tab",),
                    "fields": (
                        ("created_at", "source", "partner_reference"),
                        ("confirmed_at", "reconfirmed_at"),
                        ("arrived_at", "table_ready_at", "seated_at", "completed_at"),
                        ("cancelled_at", "is_cancelled_in_time", "cancellation_reason"),
                        ("late_eta_at", "actual_party_size", "bill", "expires_at"),
                    ),
                },
            ),
            (
                _("Terms"),
                {
                    "classes": ("tab",),
                    "fields": (
                        ("starts_at", "ends_at", "buffer_minutes"),
                        ("service_period", "is_table_locked", "is_online"),
                        ("cancel_deadline_at", "modify_deadline_at"),
                        "policy_snapshot",
                        "version",
                    ),
                },
            ),
        ]

    def get_readonly_fields(
        self, request: HttpRequest, obj: Reservation | None = None
    ) -> list[str]:
        known = [field.name for field in Reservation._meta.concrete_fields]
        editable = EDITED if obj is not None and Status(obj.status) in CHANGEABLE else ()
        return ["tables", "bill", *(name for name in known if name not in editable)]

    @display(description=_("Status"), ordering="status", label=COLOURS)
    def shown_status(self, reservation: Reservation) -> tuple[str, str]:
        return reservation.status, reservation.get_status_display()

    @display(description=_("reference"), ordering="reference")
    def number(self, reservation: Reservation) -> str:
        return format_html('<span class="whitespace-nowrap">{}</span>', reservation.reference)

    @display(description=_("When"), ordering="starts_at")
    def when(self, reservation: Reservation) -> str:
        """Wall time of the restaurant."""
        day = date_format(reservation.local_date, "D j M Y")
        return format_html(
            '<span class="whitespace-nowrap">{} {}</span>', day, f"{reservation.local_time:%H:%M}"
        )

    @display(description=_("Tables"))
    def tables(self, reservation: Reservation) -> str:
        return table_numbers(reservation) or "—"

    @display(description=_("Bill"))
    def bill(self, reservation: Reservation) -> str:
        return bill_text(reservation) or "—"

    # --- Who may what -------------------------------------------------------------------------

    def restaurant_id_of(self, obj: Any) -> int | None:
        owner: int = obj.restaurant_id
        return owner

    def choices_for(self, model: Any, request: HttpRequest) -> Any:
        """Hosts choose areas without being allowed to configure them: of this restaurant only."""
        return None

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Bookings are made where availability is seen: at the host stand and on the pages."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Cancelled, never deleted (rule 69)."""
        return False

    def has_export_permission(self, request: HttpRequest) -> bool:
        return access_in(request).can(Capability.EXPORT)

    def get_export_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_export_queryset(request)
        return self.only_with(request, Capability.EXPORT, rows)

    # --- Changing -----------------------------------------------------------------------------

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        area = form.base_fields.get("area_preference")
        if area is not None and obj is not None:
            area.queryset = obj.restaurant.areas.all()
        if "overrides" in form.base_fields and not self.allows(
            request, Capability.OVERRIDE_PACING, obj
        ):
            form.base_fields["overrides"].choices = []
        return form

    def save_related(
        self, request: HttpRequest, form: Any, formsets: Sequence[Any], change: bool
    ) -> None:
        reservation = form.instance
        if not self.has_change_permission(request, reservation):
            raise PermissionDenied
        about = {
            "reservation_id": reservation.pk,
            "actor": actor_of(request),
            "now": clock.now(),
        }
        version = form.cleaned_data.get("seen_version")
        changed = [name for name in EDITED if name in form.changed_data]
        if changed:
            changes = self._changes(form.cleaned_data, changed)
            after = services.reservation_modify(changes=changes, expected_version=version, **about)
            version = after.version
        for name, step in STEPS.items():
            if f"bookings_reservation_{name}" in request.POST:
                reason = step.arguments(form.cleaned_data.get("reason") or "")
                step.service(expected_version=version, **reason, **about)

    def _changes(self, data: dict[str, Any], changed: Sequence[str]) -> services.Changes:
        names = {"service_date": "date", "local_time": "time"}
        values = {names.get(name, name): data[name] for name in changed}
        if "area_preference" in values:
            area = values.pop("area_preference")
            values["area_id"] = 0 if area is None else area.pk
        return services.Changes(overrides=frozenset(data.get("overrides") or ()), **values)

    # --- Steps --------------------------------------------------------------------------------

    def get_actions_submit_line(self, request: HttpRequest, object_id: int) -> list[UnfoldAction]:
        """Buttons for the steps that are possible now."""
        if not str(object_id).isdigit():
            return []
        found = Reservation.objects.filter(pk=object_id).values_list("status", "restaurant_id")
        status, restaurant_id = found.first() or ("", 0)
        if not status or not access_in(request).can(self.change_capability, restaurant_id):
            return []
        possible = [name for name, step in STEPS.items() if step.is_possible(status)]
        return [self.get_unfold_action(name) for name in possible]

    def _take(self, name: str, request: HttpRequest, rows: QuerySet[Reservation]) -> None:
        step = STEPS[name]
        done = 0
        for reservation in rows:
            if not self.has_change_permission(request, reservation):
                continue
            try:
                step.service(
                    reservation_id=reservation.pk, actor=actor_of(request), now=clock.now()
                )
            except DomainError as refused:
                messages.error(request, f"{reservation.reference}: {refused}")
            else:
                done += 1
        if done:
            text = ngettext("%(count)s reservation done.", "%(count)s reservations done.", done)
            messages.success(request, text % {"count": done})

    @action(description=STEPS["approve"].label, permissions=["change"])
    def approve(self, request: HttpRequest, rows: QuerySet[Reservation]) -> None:
        self._take("approve", request, rows)

    @action(description=STEPS["decline"].label, permissions=["change"])
    def decline(self, request: HttpRequest, rows: QuerySet[Reservation]) -> None:
        self._take("decline", request, rows)

    @action(description=STEPS["arrive"].label, permissions=["change"])
    def arrive(self, request: HttpRequest, rows: QuerySet[Reservation]) -> None:
        self._take("arrive", request, rows)

    @action(description=STEPS["seat"].label, permissions=["change"])
    def seat(self, request: HttpRequest, rows: QuerySet[Reservation]) -> None:
        self._take("seat", request, rows)

    @action(description=STEPS["complete"].label, permissions=["change"])
    def complete(self, request: HttpRequest, rows: QuerySet[Reservation]) -> None:
        self._take("complete", request, rows)

    @action(description=STEPS["no_show"].label, permissions=["change"])
    def no_show(self, request: HttpRequest, rows: QuerySet[Reservation]) -> None:
        self._take("no_show", request, rows)

    @action(description=STEPS["cancel"].label, permissions=["change"])
    def cancel(self, request: HttpRequest, rows: QuerySet[Reservation]) -> None:
        self._take("cancel", request, rows)
