"""Guests and possible duplicates."""

from __future__ import annotations

import django.db.models.deletion
import phonenumber_field.modelfields
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("restaurants", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Guest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=150, verbose_name="name")),
                (
                    "phone",
                    phonenumber_field.modelfields.PhoneNumberField(
                        blank=True, max_length=128, null=True, region=None, verbose_name="phone"
                    ),
                ),
                (
                    "email",
                    models.EmailField(blank=True, max_length=254, null=True, verbose_name="e-mail"),
                ),
                (
                    "language",
                    models.CharField(default="en", max_length=10, verbose_name="language"),
                ),
                ("is_vip", models.BooleanField(default=False, verbose_name="VIP")),
                (
                    "is_blocked",
                    models.BooleanField(
                        default=False,
                        help_text="Sees “no online availability” (rule 102).",
                        verbose_name="blocked",
                    ),
                ),
                (
                    "block_reason",
                    models.CharField(
                        blank=True, max_length=300, verbose_name="reason for the block"
                    ),
                ),
                ("created_at", models.DateTimeField(verbose_name="created at")),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="guests",
                        to="restaurants.organisation",
                        verbose_name="organisation",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="guest_records",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="customer account",
                    ),
                ),
            ],
            options={
                "verbose_name": "guest",
                "verbose_name_plural": "guests",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="MergeCandidate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=150, verbose_name="name given")),
                ("reason", models.CharField(max_length=40, verbose_name="reason")),
                ("created_at", models.DateTimeField(verbose_name="created at")),
                (
                    "dismissed_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="dismissed at"),
                ),
                (
                    "guest",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="candidates",
                        to="guests.guest",
                        verbose_name="guest",
                    ),
                ),
            ],
            options={
                "verbose_name": "possible duplicate",
                "verbose_name_plural": "possible duplicates",
            },
        ),
        migrations.AddIndex(
            model_name="guest",
            index=models.Index(fields=["organisation", "email"], name="guests_by_email"),
        ),
        migrations.AddConstraint(
            model_name="guest",
            constraint=models.UniqueConstraint(
                condition=models.Q(("phone__isnull", False)),
                fields=("organisation", "phone"),
                name="guests_phone_is_unique_in_an_organisation",
            ),
        ),
        migrations.AddConstraint(
            model_name="guest",
            constraint=models.UniqueConstraint(
                condition=models.Q(("email__isnull", False), ("phone__isnull", True)),
                fields=("organisation", "email"),
                name="guests_email_is_unique_where_there_is_no_phone",
            ),
        ),
        migrations.AddConstraint(
            model_name="guest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("phone__isnull", True), models.Q(("phone", ""), _negated=True), _connector="OR"
                ),
                name="guests_phone_is_null_rather_than_empty",
            ),
        ),
        migrations.AddConstraint(
            model_name="guest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("email__isnull", True), models.Q(("email", ""), _negated=True), _connector="OR"
                ),
                name="guests_email_is_null_rather_than_empty",
            ),
        ),
        migrations.AddConstraint(
            model_name="mergecandidate",
            constraint=models.UniqueConstraint(
                fields=("guest", "name"), name="guests_candidate_name_is_noted_once"
            ),
        ),
    ]
