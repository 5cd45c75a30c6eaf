"""Service periods, special days, slot overrides and turn times."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin import RelatedOnlyFieldListFilter
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext_lazy as _
from import_export.fields import Field
from unfold.decorators import display

from restaurants.admin.exchange import ExchangeAdmin, SettingResource, WordsWidget
from restaurants.admin.fields import BandsField, WeekdaysField
from restaurants.admin.saving import ServiceAdmin, ServiceForm
from restaurants.admin.scoped import ScopedStacked, ScopedTabular
from restaurants.models import (
    ServicePeriod,
    SlotOverride,
    SlotState,
    SpecialDay,
    TableAccessInPeriod,
    TurnTimeRule,
)

RESTAURANT = ("restaurant", RelatedOnlyFieldListFilter)


def weekday_names(days: list[int]) -> str:
    """`Mon, Tue`; “every day” for all seven."""
    if len(days) == 7:
        return str(_("every day"))
    return ", ".join(str(WEEKDAYS_ABBR[day]) for day in sorted(days)) or "—"


class PeriodForm(ServiceForm):
    weekdays = WeekdaysField()


class AccessInline(ScopedTabular):
    """Tables that are bookable differently in this period (rule 38)."""

    model = TableAccessInPeriod
    fk_name = "service_period"
    fields = ("table", "access")


class PeriodResource(SettingResource):
    weekdays = Field(attribute="weekdays", column_name="weekdays", widget=WordsWidget(int))

    class Meta(SettingResource.Meta):
        model = ServicePeriod
        import_id_fields = ("restaurant", "name", "date_from")
        exclude = ("id", "special_day")

    def get_queryset(self) -> Any:
        return super().get_queryset().filter(special_day=None)


PERIOD_HOURS = (
    ("first_seating", "last_seating", "closes"),
    ("slot_interval_minutes", "buffer_minutes"),
    ("must_finish_by_close", "is_active"),
)


@admin.register(ServicePeriod)
class ServicePeriodAdmin(ExchangeAdmin):
    form = PeriodForm
    resource_classes = (PeriodResource,)
    inlines = (AccessInline,)
    list_display = (
        "name",
        "restaurant",
        "days",
        "seatings",
        "closing",
        "max_arriving_covers",
        "is_active",
    )
    list_select_related = ("restaurant", "special_day")
    list_filter = ("is_active", RESTAURANT)
    search_fields = ("name", "restaurant__name")
    fieldsets = (
        (None, {"fields": (("restaurant", "name"), "weekdays", *PERIOD_HOURS)}),
        (
            _("Only on certain dates"),
            {"classes": ("tab",), "fields": (("date_from", "date_to"), "special_day")},
        ),
        (
            _("Pacing"),
            {
                "classes": ("tab",),
                "fields": (
                    ("max_arriving_covers", "online_max_arriving_covers"),
                    ("max_arriving_parties", "online_max_arriving_parties"),
                    ("max_seated_covers", "online_max_seated_covers"),
                    ("max_seated_parties", "online_max_seated_parties"),
                ),
            },
        ),
        (
            _("Kept for walk-ins"),
            {
                "classes": ("tab",),
                "fields": (
                    ("walk_in_quota_covers", "walk_in_quota_percent"),
                    "walk_in_release_minutes",
                ),
            },
        ),
    )

    @display(description=_("Days"))
    def days(self, period: ServicePeriod) -> str:
        if period.special_day is not None:
            return str(period.special_day)
        if period.date_from is not None:
            return f"{period.date_from} - {period.date_to}"
        return weekday_names(period.weekdays)

    @display(description=_("Seatings"), ordering="first_seating")
    def seatings(self, period: ServicePeriod) -> str:
        return f"{period.first_seating:%H:%M} - {period.last_seating:%H:%M}"

    @display(description=_("Closes"), ordering="closes")
    def closing(self, period: ServicePeriod) -> str:
        return f"{period.closes:%H:%M}"


class SpecialPeriodInline(ScopedStacked):
    """The hours of an open special day."""

    model = ServicePeriod
    form = ServiceForm
    fields = ("name", *PERIOD_HOURS, "max_arriving_covers")


@admin.register(SpecialDay)
class SpecialDayAdmin(ServiceAdmin):
    inlines = (SpecialPeriodInline,)
    list_display = ("name", "restaurant", "date_from", "date_to", "is_closed")
    list_select_related = ("restaurant",)
    list_filter = ("is_closed", "date_from", RESTAURANT)
    search_fields = ("name", "restaurant__name")
    date_hierarchy = "date_from"
    fields = ("restaurant", "name", ("date_from", "date_to"), "is_closed", "note")

    def save_related(self, request: Any, form: Any, formsets: Any, change: bool) -> None:
        """Hours of a special day belong to its restaurant."""
        for formset in formsets:
            for inline in formset.forms:
                if isinstance(inline.instance, ServicePeriod):
                    inline.instance.restaurant = form.instance.restaurant
        super().save_related(request, form, formsets, change)


@admin.register(SlotOverride)
class SlotOverrideAdmin(ServiceAdmin):
    list_display = ("date", "hours", "shown_state", "area", "restaurant", "note")
    list_select_related = ("restaurant", "area")
    list_filter = ("state", "date", RESTAURANT)
    search_fields = ("note", "restaurant__name")
    date_hierarchy = "date"
    fieldsets = (
        (
            None,
            {"fields": ("restaurant", ("date", "starts", "ends"), ("state", "area"), "note")},
        ),
        (
            _("Narrower limits"),
            {
                "fields": (
                    ("min_party", "max_party"),
                    ("max_arriving_covers", "max_arriving_parties"),
                )
            },
        ),
    )

    @display(description=_("Hours"), ordering="starts")
    def hours(self, override: SlotOverride) -> str:
        return f"{override.starts:%H:%M} - {override.ends:%H:%M}"

    @display(
        description=_("State"),
        ordering="state",
        label={
            SlotState.NORMAL: "success",
            SlotState.CLOSED: "danger",
            SlotState.PRIVATE_EVENT: "info",
            SlotState.MAINTENANCE: "warning",
            SlotState.WEATHER: "warning",
        },
    )
    def shown_state(self, override: SlotOverride) -> tuple[str, str]:
        return override.state, override.get_state_display()


class TurnTimeForm(ServiceForm):
    weekdays = WeekdaysField(label=_("Only on weekdays"))
    bands = BandsField()


@admin.register(TurnTimeRule)
class TurnTimeRuleAdmin(ServiceAdmin):
    form = TurnTimeForm
    list_display = ("name", "restaurant", "minutes", "conditions")
    list_select_related = ("restaurant", "service_period", "area")
    list_filter = (RESTAURANT,)
    search_fields = ("name", "restaurant__name")
    fieldsets = (
        (None, {"fields": (("restaurant", "name"), "bands")}),
        (
            _("Only if"),
            {
                "description": _("Without conditions it is the default of the restaurant."),
                "fields": (
                    ("date_from", "date_to"),
                    ("service_period", "area"),
                    "weekdays",
                    ("time_from", "time_to"),
                ),
            },
        ),
    )

    @display(description=_("Minutes by party size"))
    def minutes(self, rule: TurnTimeRule) -> str:
        return str(BandsField().prepare_value(rule.bands))

    @display(description=_("Only if"))
    def conditions(self, rule: TurnTimeRule) -> str:
        found = [
            f"{rule.date_from} - {rule.date_to}" if rule.date_from else "",
            str(rule.service_period or ""),
            weekday_names(rule.weekdays) if rule.weekdays else "",
            f"{rule.time_from:%H:%M}-{rule.time_to:%H:%M}"
            if rule.time_from and rule.time_to
            else "",
            str(rule.area or ""),
        ]
        return " · ".join(part for part in found if part) or str(_("default"))
