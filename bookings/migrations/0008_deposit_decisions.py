from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("bookings", "0007_deposits")]

    operations = [
        migrations.CreateModel(
            name="Deposit",
            fields=[
                (
                    "reservation",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="deposit",
                        serialize=False,
                        to="bookings.reservation",
                        verbose_name="reservation",
                    ),
                ),
                (
                    "waived_minor",
                    models.BigIntegerField(
                        default=0,
                        help_text="Of the most that was agreed.",
                        verbose_name="given up by staff, minor units",
                    ),
                ),
                (
                    "fee_minor",
                    models.BigIntegerField(
                        default=0,
                        help_text="For guests who did not come, or for cancelling late.",
                        verbose_name="fee decided by staff, minor units",
                    ),
                ),
                (
                    "is_by_link",
                    models.BooleanField(
                        default=False,
                        help_text="Rather than while booking.",
                        verbose_name="paid by a link",
                    ),
                ),
                (
                    "extensions",
                    models.PositiveSmallIntegerField(default=0, verbose_name="given more time"),
                ),
                (
                    "look_again_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="By the clock.",
                        null=True,
                        verbose_name="looked at again at",
                    ),
                ),
                (
                    "too_late_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="And the tables were gone.",
                        null=True,
                        verbose_name="paid too late",
                    ),
                ),
            ],
            options={
                "verbose_name": "deposit",
                "verbose_name_plural": "deposits",
                "indexes": [
                    models.Index(
                        condition=models.Q(("look_again_at__isnull", False)),
                        fields=["look_again_at"],
                        name="bookings_deposits_by_clock",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("fee_minor__gte", 0), ("waived_minor__gte", 0)),
                        name="bookings_deposit_sums_are_not_negative",
                    )
                ],
            },
        ),
    ]
