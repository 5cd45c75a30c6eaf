"""Floor plans and where tables stand on them; existing restaurants get theirs laid out when they are read."""

from __future__ import annotations

import django.core.validators
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("restaurants", "0002_config_version_trigger"),
    ]

    operations = [
        migrations.CreateModel(
            name="FloorPlan",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=60, verbose_name="name")),
                ("position", models.PositiveSmallIntegerField(default=0, verbose_name="position")),
                (
                    "width",
                    models.PositiveSmallIntegerField(
                        default=1200,
                        validators=[
                            django.core.validators.MinValueValidator(200),
                            django.core.validators.MaxValueValidator(4000),
                        ],
                        verbose_name="width",
                    ),
                ),
                (
                    "height",
                    models.PositiveSmallIntegerField(
                        default=800,
                        validators=[
                            django.core.validators.MinValueValidator(200),
                            django.core.validators.MaxValueValidator(4000),
                        ],
                        verbose_name="height",
                    ),
                ),
                (
                    "background",
                    models.ImageField(blank=True, upload_to="plans/", verbose_name="background"),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
                (
                    "version",
                    models.PositiveIntegerField(default=1, editable=False, verbose_name="version"),
                ),
                (
                    "draft",
                    models.JSONField(blank=True, editable=False, null=True, verbose_name="draft"),
                ),
                (
                    "draft_saved_at",
                    models.DateTimeField(editable=False, null=True, verbose_name="draft saved at"),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="created at")),
                (
                    "restaurant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="floor_plans",
                        to="restaurants.restaurant",
                        verbose_name="restaurant",
                    ),
                ),
            ],
            options={
                "verbose_name": "floor plan",
                "verbose_name_plural": "floor plans",
                "ordering": ["position", "id"],
            },
        ),
        migrations.CreateModel(
            name="TablePlacement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("x", models.PositiveSmallIntegerField(verbose_name="from the left")),
                ("y", models.PositiveSmallIntegerField(verbose_name="from the top")),
                ("width", models.PositiveSmallIntegerField(verbose_name="width")),
                ("height", models.PositiveSmallIntegerField(verbose_name="height")),
                ("rotation", models.PositiveSmallIntegerField(default=0, verbose_name="rotation")),
                (
                    "shape",
                    models.CharField(
                        choices=[
                            ("round", "Round"),
                            ("square", "Square"),
                            ("rectangle", "Rectangle"),
                            ("bar", "Bar seat"),
                            ("booth", "Booth"),
                        ],
                        default="square",
                        max_length=20,
                        verbose_name="shape",
                    ),
                ),
                (
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="placements",
                        to="restaurants.floorplan",
                        verbose_name="floor plan",
                    ),
                ),
                (
                    "table",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="placement",
                        to="restaurants.table",
                        verbose_name="table",
                    ),
                ),
            ],
            options={
                "verbose_name": "place of a table",
                "verbose_name_plural": "places of tables",
                "ordering": ["id"],
            },
        ),
        migrations.AddConstraint(
            model_name="floorplan",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_active", True)),
                fields=("restaurant", "name"),
                name="restaurants_floor_plan_name_is_unique",
                violation_error_message="Another plan already has this name.",
            ),
        ),
        migrations.AddConstraint(
            model_name="floorplan",
            constraint=models.CheckConstraint(
                condition=models.Q(("height__range", (200, 4000)), ("width__range", (200, 4000))),
                name="restaurants_floor_plan_canvas_is_sane",
                violation_error_message="Width and height lie between 200 and 4000.",
            ),
        ),
        migrations.AddConstraint(
            model_name="floorplan",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("draft__isnull", True), ("draft_saved_at__isnull", True)),
                    models.Q(("draft__isnull", False), ("draft_saved_at__isnull", False)),
                    _connector="OR",
                ),
                name="restaurants_floor_plan_draft_has_its_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="tableplacement",
            constraint=models.CheckConstraint(
                condition=models.Q(("height__range", (30, 800)), ("width__range", (30, 800))),
                name="restaurants_placement_size_is_sane",
                violation_error_message="Width and height lie between 30 and 800.",
            ),
        ),
        migrations.AddConstraint(
            model_name="tableplacement",
            constraint=models.CheckConstraint(
                condition=models.Q(("x__lte", 4000), ("y__lte", 4000)),
                name="restaurants_placement_is_on_the_canvas",
            ),
        ),
        migrations.AddConstraint(
            model_name="tableplacement",
            constraint=models.CheckConstraint(
                condition=models.Q(("rotation__lt", 360)),
                name="restaurants_placement_rotation_is_a_turn",
                violation_error_message="Rotation lies between 0 and 359 degrees.",
            ),
        ),
        migrations.AddConstraint(
            model_name="tableplacement",
            constraint=models.CheckConstraint(
                condition=models.Q(("shape__in", ["round", "square", "rectangle", "bar", "booth"])),
                name="restaurants_placement_shape_is_known",
            ),
        ),
    ]
