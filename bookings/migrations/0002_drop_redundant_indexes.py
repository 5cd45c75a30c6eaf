"""Fewer indexes for every booking to write: those another index begins with, the LIKE twins of unique
columns, and the empty keys of most rows.
"""

from __future__ import annotations

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0001_initial"),
        ("guests", "0001_initial"),
        ("restaurants", "0002_config_version_trigger"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="reservation",
            name="bookings_by_customer",
        ),
        migrations.AlterField(
            model_name="hold",
            name="restaurant",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="holds",
                to="restaurants.restaurant",
                verbose_name="restaurant",
            ),
        ),
        migrations.AlterField(
            model_name="hold",
            name="token_hash",
            field=models.CharField(editable=False, max_length=64),
        ),
        migrations.AlterField(
            model_name="occupancy",
            name="block",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="occupancies",
                to="bookings.tableblock",
                verbose_name="block",
            ),
        ),
        migrations.AlterField(
            model_name="occupancy",
            name="hold",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="occupancies",
                to="bookings.hold",
                verbose_name="hold",
            ),
        ),
        migrations.AlterField(
            model_name="occupancy",
            name="restaurant",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="occupancies",
                to="restaurants.restaurant",
                verbose_name="restaurant",
            ),
        ),
        migrations.AlterField(
            model_name="occupancy",
            name="table",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="occupancies",
                to="restaurants.table",
                verbose_name="table",
            ),
        ),
        migrations.AlterField(
            model_name="reservation",
            name="area_preference",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                to="restaurants.area",
                verbose_name="area asked for",
            ),
        ),
        migrations.AlterField(
            model_name="reservation",
            name="customer",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="reservations",
                to=settings.AUTH_USER_MODEL,
                verbose_name="customer account",
            ),
        ),
        migrations.AlterField(
            model_name="reservation",
            name="guest",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="reservations",
                to="guests.guest",
                verbose_name="guest",
            ),
        ),
        migrations.AlterField(
            model_name="reservation",
            name="manage_token_hash",
            field=models.CharField(editable=False, max_length=64),
        ),
        migrations.AlterField(
            model_name="reservation",
            name="reference",
            field=models.CharField(max_length=20, verbose_name="reference"),
        ),
        migrations.AlterField(
            model_name="reservation",
            name="restaurant",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reservations",
                to="restaurants.restaurant",
                verbose_name="restaurant",
            ),
        ),
        migrations.AlterField(
            model_name="reservation",
            name="view_token_hash",
            field=models.CharField(editable=False, max_length=64),
        ),
        migrations.AddIndex(
            model_name="occupancy",
            index=models.Index(
                condition=models.Q(("hold__isnull", False)),
                fields=["hold"],
                name="bookings_occupancy_by_hold",
            ),
        ),
        migrations.AddIndex(
            model_name="occupancy",
            index=models.Index(
                condition=models.Q(("block__isnull", False)),
                fields=["block"],
                name="bookings_occupancy_by_block",
            ),
        ),
        migrations.AddIndex(
            model_name="reservation",
            index=models.Index(
                condition=models.Q(("customer__isnull", False)),
                fields=["customer", "starts_at"],
                name="bookings_by_customer",
            ),
        ),
        migrations.AddIndex(
            model_name="reservation",
            index=models.Index(
                condition=models.Q(("area_preference__isnull", False)),
                fields=["area_preference"],
                name="bookings_by_area_asked_for",
            ),
        ),
        migrations.AddConstraint(
            model_name="hold",
            constraint=models.UniqueConstraint(
                fields=("token_hash",), name="bookings_hold_token_is_unique"
            ),
        ),
        migrations.AddConstraint(
            model_name="reservation",
            constraint=models.UniqueConstraint(
                fields=("reference",), name="bookings_reference_is_unique"
            ),
        ),
        migrations.AddConstraint(
            model_name="reservation",
            constraint=models.UniqueConstraint(
                fields=("manage_token_hash",), name="bookings_manage_token_is_unique"
            ),
        ),
        migrations.AddConstraint(
            model_name="reservation",
            constraint=models.UniqueConstraint(
                fields=("view_token_hash",), name="bookings_view_token_is_unique"
            ),
        ),
    ]
