"""Where guests sit: areas, tables and declared combinations (rules 26-32, 38, 40)."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from restaurants.models.hours import ServicePeriod
from restaurants.models.restaurant import Restaurant


class Area(models.Model):
    """A part of the floor guests can ask for: main room, terrace, bar."""

    restaurant = models.ForeignKey(
        Restaurant, on_delete=models.CASCADE, related_name="areas", verbose_name=_("restaurant")
    )
    name = models.CharField(_("name"), max_length=60)
    is_outdoor = models.BooleanField(_("outdoors"), default=False)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("area")
        verbose_name_plural = _("areas")
        ordering: ClassVar[list[str]] = ["position", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["restaurant", "name"], name="restaurants_area_name_is_unique"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class TableType(models.TextChoices):
    STANDARD = "standard", _("Standard")
    BAR = "bar", _("Bar")
    HIGH_TOP = "high_top", _("High top")
    BOOTH = "booth", _("Booth")
    OUTDOOR = "outdoor", _("Outdoor")
    PRIVATE = "private", _("Private")


class TableAccess(models.TextChoices):
    """Who may book a table (rule 38)."""

    ONLINE = "online", _("Online")
    IN_HOUSE = "in_house", _("In-house only")
    WALK_IN = "walk_in", _("Walk-ins only")


class Table(models.Model):
    """A physical table. Tables are archived, never deleted, once anything was booked on them (rule
    40)."""

    restaurant = models.ForeignKey(
        Restaurant, on_delete=models.CASCADE, related_name="tables", verbose_name=_("restaurant")
    )
    area = models.ForeignKey(
        Area, on_delete=models.PROTECT, related_name="tables", verbose_name=_("area")
    )
    number = models.CharField(_("number"), max_length=20)
    name = models.CharField(
        _("name"), max_length=60, blank=True, help_text=_("For example: Window corner.")
    )
    min_party = models.PositiveSmallIntegerField(
        _("smallest party"), default=1, validators=[MinValueValidator(1)]
    )
    seats = models.PositiveSmallIntegerField(_("seats"), validators=[MinValueValidator(1)])
    max_party = models.PositiveSmallIntegerField(
        _("largest party"), validators=[MinValueValidator(1)]
    )
    table_type = models.CharField(
        _("type"), max_length=20, choices=TableType.choices, default=TableType.STANDARD
    )
    features = ArrayField(
        models.CharField(max_length=40),
        default=list,
        blank=True,
        verbose_name=_("features"),
        help_text=_("For example: window, quiet, wheelchair_accessible."),
    )
    priority = models.SmallIntegerField(
        _("priority"), default=0, help_text=_("Higher is given first, all else being equal.")
    )
    access = models.CharField(
        _("bookable"), max_length=20, choices=TableAccess.choices, default=TableAccess.ONLINE
    )
    is_active = models.BooleanField(_("active"), default=True)
    notes = models.TextField(_("notes for staff"), blank=True)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        verbose_name = _("table")
        verbose_name_plural = _("tables")
        ordering: ClassVar[list[str]] = ["id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["restaurant", "number"],
                name="restaurants_table_number_is_unique",
                violation_error_message=_("Another table already has this number."),
            ),
            models.CheckConstraint(
                condition=models.Q(min_party__lte=models.F("seats"))
                & models.Q(seats__lte=models.F("max_party"))
                & models.Q(min_party__gte=1),
                name="restaurants_table_capacity_is_in_order",
                violation_error_message=_(
                    "Capacity must grow: smallest party, seats, largest party."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.name}".strip()


class TableAccessInPeriod(models.Model):
    """In this service period the table is bookable differently than usual (rule 38)."""

    table = models.ForeignKey(
        Table,
        on_delete=models.CASCADE,
        related_name="access_in_periods",
        verbose_name=_("table"),
    )
    service_period = models.ForeignKey(
        ServicePeriod,
        on_delete=models.CASCADE,
        related_name="table_access",
        verbose_name=_("service period"),
    )
    access = models.CharField(_("bookable"), max_length=20, choices=TableAccess.choices)

    class Meta:
        verbose_name = _("table access in a period")
        verbose_name_plural = _("table access in periods")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["table", "service_period"],
                name="restaurants_table_access_is_unique_per_period",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.table} · {self.service_period} · {self.get_access_display()}"


class Combination(models.Model):
    """Adjacent tables of one area that can be pushed together (rules 28, 29).

    A row (`is_row`) also offers every contiguous run of two or more of its members, in the order of
    their positions.
    """

    restaurant = models.ForeignKey(
        Restaurant,
        on_delete=models.CASCADE,
        related_name="combinations",
        verbose_name=_("restaurant"),
    )
    name = models.CharField(_("name"), max_length=60)
    tables: models.ManyToManyField[Table, CombinationMember] = models.ManyToManyField(
        Table,
        through="restaurants.CombinationMember",
        related_name="combinations",
        verbose_name=_("tables"),
    )
    is_row = models.BooleanField(
        _("row: any neighbours in it may be combined"),
        default=False,
    )
    min_party = models.PositiveSmallIntegerField(
        _("smallest party"), validators=[MinValueValidator(1)]
    )
    max_party = models.PositiveSmallIntegerField(
        _("largest party"),
        validators=[MinValueValidator(1)],
        help_text=_("Of the whole combination; may differ from the sum of its tables."),
    )
    priority = models.SmallIntegerField(_("priority"), default=0)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("combination")
        verbose_name_plural = _("combinations")
        ordering: ClassVar[list[str]] = ["id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["restaurant", "name"], name="restaurants_combination_name_is_unique"
            ),
            models.CheckConstraint(
                condition=models.Q(max_party__gte=models.F("min_party")),
                name="restaurants_combination_capacity_is_in_order",
                violation_error_message=_("The largest party cannot be below the smallest."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class CombinationMember(models.Model):
    """One table of a combination; `position` is the order along a row."""

    combination = models.ForeignKey(
        Combination,
        on_delete=models.CASCADE,
        related_name="members",
        verbose_name=_("combination"),
    )
    table = models.ForeignKey(
        Table, on_delete=models.CASCADE, related_name="memberships", verbose_name=_("table")
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("table of a combination")
        verbose_name_plural = _("tables of a combination")
        ordering: ClassVar[list[str]] = ["position", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["combination", "table"], name="restaurants_table_is_once_in_a_combination"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.combination}: {self.table}"
