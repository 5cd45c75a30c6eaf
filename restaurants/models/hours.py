"""When a restaurant takes guests: service periods, special days, slot overrides, turn times (rules
12-23)."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeBoundary, RangeOperators
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from restaurants.models.restaurant import Restaurant
from restaurants.validators import (
    validate_multiple_of_five,
    validate_turn_bands,
    validate_weekdays,
)


class DateRange(models.Func):
    """`daterange(from, to, '[]')`, for the constraint below."""

    function = "DATERANGE"
    output_field = DateRangeField()


class SpecialDay(models.Model):
    """Dates that differ from the week: closed, or open at the periods attached to the special day
    (rule 14)."""

    restaurant = models.ForeignKey(
        Restaurant,
        on_delete=models.CASCADE,
        related_name="special_days",
        verbose_name=_("restaurant"),
    )
    name = models.CharField(
        _("name"), max_length=100, help_text=_("Shown to guests, for example “Christmas Day”.")
    )
    date_from = models.DateField(_("first day"))
    date_to = models.DateField(_("last day"))
    is_closed = models.BooleanField(_("closed"), default=True)
    note = models.CharField(_("note to guests"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("special day")
        verbose_name_plural = _("special days")
        ordering: ClassVar[list[str]] = ["date_from", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=models.Q(date_to__gte=models.F("date_from")),
                name="restaurants_special_day_ends_after_it_begins",
                violation_error_message=_("The last day cannot be before the first."),
            ),
            ExclusionConstraint(
                name="restaurants_special_days_do_not_overlap",
                expressions=[
                    ("restaurant", RangeOperators.EQUAL),
                    (
                        DateRange(
                            "date_from",
                            "date_to",
                            RangeBoundary(inclusive_lower=True, inclusive_upper=True),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                violation_error_message=_("Another special day already covers one of these dates."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.date_from})"

    def clean(self) -> None:
        # Before the constraints: PostgreSQL cannot even build a range that runs backwards.
        if self.date_from and self.date_to and self.date_to < self.date_from:
            raise ValidationError({"date_to": _("The last day cannot be before the first.")})


class ServicePeriod(models.Model):
    """A shift: lunch, dinner, late night. Past midnight when `closes` (or `last_seating`) is not
    after `first_seating` (rule 7).

    Three kinds by what is filled in: recurring (weekdays only), dated (with `date_from`/`date_to`,
    replaces the recurring
    ones it overlaps), special (belongs to a special day and ignores weekdays).
    """

    restaurant = models.ForeignKey(
        Restaurant,
        on_delete=models.CASCADE,
        related_name="service_periods",
        verbose_name=_("restaurant"),
    )
    special_day = models.ForeignKey(
        SpecialDay,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="periods",
        verbose_name=_("special day"),
    )
    name = models.CharField(_("name"), max_length=60, help_text=_("For example: Dinner."))
    weekdays = ArrayField(
        models.SmallIntegerField(),
        default=list,
        blank=True,
        validators=[validate_weekdays],
        verbose_name=_("weekdays"),
        help_text=_("0 = Monday … 6 = Sunday, separated by commas."),
    )
    date_from = models.DateField(_("only from"), null=True, blank=True)
    date_to = models.DateField(_("only until"), null=True, blank=True)
    first_seating = models.TimeField(_("first seating"))
    last_seating = models.TimeField(_("last seating"))
    closes = models.TimeField(_("closes"), help_text=_("02:00 after 18:00 means the next morning."))
    slot_interval_minutes = models.PositiveSmallIntegerField(
        _("slot interval, minutes"),
        default=15,
        validators=[MinValueValidator(5), MaxValueValidator(240), validate_multiple_of_five],
    )
    must_finish_by_close = models.BooleanField(
        _("parties must finish by closing time"), default=False
    )
    buffer_minutes = models.PositiveSmallIntegerField(
        _("reset time, minutes"),
        null=True,
        blank=True,
        validators=[validate_multiple_of_five],
        help_text=_("Empty: as in the booking policy."),
    )
    max_arriving_covers = models.PositiveSmallIntegerField(
        _("arriving covers"), null=True, blank=True, default=10
    )
    max_arriving_parties = models.PositiveSmallIntegerField(
        _("arriving parties"), null=True, blank=True
    )
    max_seated_covers = models.PositiveSmallIntegerField(_("seated covers"), null=True, blank=True)
    max_seated_parties = models.PositiveSmallIntegerField(
        _("seated parties"), null=True, blank=True
    )
    online_max_arriving_covers = models.PositiveSmallIntegerField(
        _("arriving covers online"), null=True, blank=True
    )
    online_max_arriving_parties = models.PositiveSmallIntegerField(
        _("arriving parties online"), null=True, blank=True
    )
    online_max_seated_covers = models.PositiveSmallIntegerField(
        _("seated covers online"), null=True, blank=True
    )
    online_max_seated_parties = models.PositiveSmallIntegerField(
        _("seated parties online"), null=True, blank=True
    )
    walk_in_quota_covers = models.PositiveSmallIntegerField(
        _("covers kept for walk-ins"), null=True, blank=True
    )
    walk_in_quota_percent = models.PositiveSmallIntegerField(
        _("share kept for walk-ins, %"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(100)],
    )
    walk_in_release_minutes = models.PositiveIntegerField(
        _("release what is kept this many minutes before"), default=60
    )
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("service period")
        verbose_name_plural = _("service periods")
        ordering: ClassVar[list[str]] = ["first_seating", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=models.Q(date_from=None, date_to=None)
                | models.Q(
                    date_from__isnull=False,
                    date_to__isnull=False,
                    date_to__gte=models.F("date_from"),
                ),
                name="restaurants_period_dates_are_both_set_and_in_order",
                violation_error_message=_("Set both dates, the last one not before the first."),
            ),
            models.CheckConstraint(
                condition=models.Q(walk_in_quota_covers=None)
                | models.Q(walk_in_quota_percent=None),
                name="restaurants_period_walk_in_quota_is_covers_or_percent",
                violation_error_message=_("Keep covers or a share for walk-ins, not both."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.first_seating:%H:%M}-{self.closes:%H:%M}"


class SlotState(models.TextChoices):
    NORMAL = "normal", _("Open")
    PRIVATE_EVENT = "private_event", _("Private event")
    CLOSED = "closed", _("Closed")
    MAINTENANCE = "maintenance", _("Maintenance")
    WEATHER = "weather", _("Weather")


class SlotOverride(models.Model):
    """Changes the slots of one service date from `starts` to `ends` (exclusive): stops starts, or
    narrows party sizes and pacing.

    It never cancels a booking (rules 15, 16).
    """

    restaurant = models.ForeignKey(
        Restaurant,
        on_delete=models.CASCADE,
        related_name="slot_overrides",
        verbose_name=_("restaurant"),
    )
    date = models.DateField(_("service date"))
    starts = models.TimeField(_("from"))
    ends = models.TimeField(
        _("to"), help_text=_("Exclusive. Not after “from” means the next morning.")
    )
    area = models.ForeignKey(
        "restaurants.Area",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        verbose_name=_("area"),
        help_text=_("Empty: the whole restaurant."),
    )
    state = models.CharField(
        _("state"), max_length=20, choices=SlotState.choices, default=SlotState.CLOSED
    )
    min_party = models.PositiveSmallIntegerField(_("smallest party"), null=True, blank=True)
    max_party = models.PositiveSmallIntegerField(_("largest party"), null=True, blank=True)
    max_arriving_covers = models.PositiveSmallIntegerField(
        _("arriving covers"), null=True, blank=True
    )
    max_arriving_parties = models.PositiveSmallIntegerField(
        _("arriving parties"), null=True, blank=True
    )
    note = models.CharField(_("note for staff"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("slot override")
        verbose_name_plural = _("slot overrides")
        ordering: ClassVar[list[str]] = ["date", "starts", "id"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["restaurant", "date"], name="restaurants_override_by_date"),
        ]

    def __str__(self) -> str:
        return f"{self.date} {self.starts:%H:%M}-{self.ends:%H:%M} {self.get_state_display()}"


class TurnTimeRule(models.Model):
    """How long a party keeps its table. Without conditions it is the restaurant's default; the most
    specific rule wins (rule 22).

    `bands`: `[{"up_to": 2, "minutes": 90}, …, {"up_to": null, "minutes": 180}]`.
    """

    restaurant = models.ForeignKey(
        Restaurant,
        on_delete=models.CASCADE,
        related_name="turn_times",
        verbose_name=_("restaurant"),
    )
    name = models.CharField(_("name"), max_length=60, default="Default")
    bands = models.JSONField(
        _("minutes by party size"),
        validators=[validate_turn_bands],
        help_text=_('For example [{"up_to": 2, "minutes": 90}, {"up_to": null, "minutes": 120}].'),
    )
    date_from = models.DateField(_("only from"), null=True, blank=True)
    date_to = models.DateField(_("only until"), null=True, blank=True)
    service_period = models.ForeignKey(
        ServicePeriod,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        verbose_name=_("only in period"),
    )
    weekdays = ArrayField(
        models.SmallIntegerField(),
        default=list,
        blank=True,
        validators=[validate_weekdays],
        verbose_name=_("only on weekdays"),
    )
    time_from = models.TimeField(_("only starts from"), null=True, blank=True)
    time_to = models.TimeField(_("only starts before"), null=True, blank=True)
    area = models.ForeignKey(
        "restaurants.Area",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        verbose_name=_("only in area"),
    )

    class Meta:
        verbose_name = _("turn time")
        verbose_name_plural = _("turn times")
        ordering: ClassVar[list[str]] = ["id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=models.Q(date_from=None, date_to=None)
                | models.Q(
                    date_from__isnull=False,
                    date_to__isnull=False,
                    date_to__gte=models.F("date_from"),
                ),
                name="restaurants_turn_time_dates_are_both_set_and_in_order",
                violation_error_message=_("Set both dates, the last one not before the first."),
            ),
            models.CheckConstraint(
                condition=models.Q(time_from=None, time_to=None)
                | models.Q(time_from__isnull=False, time_to__isnull=False),
                name="restaurants_turn_time_hours_are_both_set",
                violation_error_message=_("Set both times or neither."),
            ),
        ]

    def __str__(self) -> str:
        return self.name
