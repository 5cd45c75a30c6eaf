"""The drawn floor: plans, and where each table stands on them (requirement B7)."""

from __future__ import annotations

from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from restaurants.models.restaurant import Restaurant
from restaurants.models.tables import Table

CANVAS_LIMITS = (200, 4000)
TABLE_LIMITS = (30, 800)


class FloorPlan(models.Model):
    """One drawing of tables: the room, the terrace, the first floor.

    Lengths are canvas units; a chair is about 40 of them. What staff see is published; the editor
    works on `draft`, a document of `restaurants.drafts`, until it is published in its place.
    `version` grows with every change of the plan or its draft (optimistic locking).
    """

    restaurant = models.ForeignKey(
        Restaurant,
        on_delete=models.CASCADE,
        related_name="floor_plans",
        verbose_name=_("restaurant"),
    )
    name = models.CharField(_("name"), max_length=60)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    width = models.PositiveSmallIntegerField(
        _("width"),
        default=1200,
        validators=[MinValueValidator(CANVAS_LIMITS[0]), MaxValueValidator(CANVAS_LIMITS[1])],
    )
    height = models.PositiveSmallIntegerField(
        _("height"),
        default=800,
        validators=[MinValueValidator(CANVAS_LIMITS[0]), MaxValueValidator(CANVAS_LIMITS[1])],
    )
    background = models.ImageField(_("background"), upload_to="plans/", blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    draft = models.JSONField(_("draft"), null=True, blank=True, editable=False)
    draft_saved_at = models.DateTimeField(_("draft saved at"), null=True, editable=False)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        verbose_name = _("floor plan")
        verbose_name_plural = _("floor plans")
        ordering: ClassVar[list[str]] = ["position", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["restaurant", "name"],
                condition=models.Q(is_active=True),
                name="restaurants_floor_plan_name_is_unique",
                violation_error_message=_("Another plan already has this name."),
            ),
            models.CheckConstraint(
                condition=models.Q(width__range=CANVAS_LIMITS, height__range=CANVAS_LIMITS),
                name="restaurants_floor_plan_canvas_is_sane",
                violation_error_message=_("Width and height lie between 200 and 4000."),
            ),
            models.CheckConstraint(
                condition=models.Q(draft__isnull=True, draft_saved_at__isnull=True)
                | models.Q(draft__isnull=False, draft_saved_at__isnull=False),
                name="restaurants_floor_plan_draft_has_its_time",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class TableShape(models.TextChoices):
    ROUND = "round", _("Round")
    SQUARE = "square", _("Square")
    RECTANGLE = "rectangle", _("Rectangle")
    BAR = "bar", _("Bar seat")
    BOOTH = "booth", _("Booth")


class TablePlacement(models.Model):
    """Where a table stands; it stands on one plan at most.

    `x`, `y` are the upper left corner of the table before it is turned, in canvas units from the
    upper left corner of the plan; `rotation` in degrees clockwise about its middle.
    """

    plan = models.ForeignKey(
        FloorPlan, on_delete=models.CASCADE, related_name="placements", verbose_name=_("floor plan")
    )
    table = models.OneToOneField(
        Table, on_delete=models.CASCADE, related_name="placement", verbose_name=_("table")
    )
    x = models.PositiveSmallIntegerField(_("from the left"))
    y = models.PositiveSmallIntegerField(_("from the top"))
    width = models.PositiveSmallIntegerField(_("width"))
    height = models.PositiveSmallIntegerField(_("height"))
    rotation = models.PositiveSmallIntegerField(_("rotation"), default=0)
    shape = models.CharField(
        _("shape"), max_length=20, choices=TableShape.choices, default=TableShape.SQUARE
    )

    class Meta:
        verbose_name = _("place of a table")
        verbose_name_plural = _("places of tables")
        ordering: ClassVar[list[str]] = ["id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=models.Q(width__range=TABLE_LIMITS, height__range=TABLE_LIMITS),
                name="restaurants_placement_size_is_sane",
                violation_error_message=_("Width and height lie between 30 and 800."),
            ),
            models.CheckConstraint(
                condition=models.Q(x__lte=CANVAS_LIMITS[1], y__lte=CANVAS_LIMITS[1]),
                name="restaurants_placement_is_on_the_canvas",
            ),
            models.CheckConstraint(
                condition=models.Q(rotation__lt=360),
                name="restaurants_placement_rotation_is_a_turn",
                violation_error_message=_("Rotation lies between 0 and 359 degrees."),
            ),
            models.CheckConstraint(
                condition=models.Q(shape__in=TableShape.values),
                name="restaurants_placement_shape_is_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan} · {self.table}"
