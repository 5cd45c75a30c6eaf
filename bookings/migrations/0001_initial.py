"""Reservations, holds, blocks, the occupancy of tables, and the sequence behind references."""

from __future__ import annotations

import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.contrib.postgres.indexes
import django.core.validators
import django.db.models.deletion
import phonenumber_field.modelfields
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("guests", "0001_initial"),
        ("restaurants", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Hold",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("token_hash", models.CharField(editable=False, max_length=64, unique=True)),
                (
                    "owner_key",
                    models.CharField(
                        help_text="One live hold per session.",
                        max_length=64,
                        verbose_name="session",
                    ),
                ),
                (
                    "ip_key",
                    models.CharField(blank=True, max_length=64, verbose_name="address, hashed"),
                ),
                ("service_date", models.DateField(verbose_name="service date")),
                ("starts_at", models.DateTimeField(verbose_name="starts at")),
                ("ends_at", models.DateTimeField(verbose_name="ends at")),
                ("party_size", models.PositiveSmallIntegerField(verbose_name="party size")),
                (
                    "is_online",
                    models.BooleanField(default=True, verbose_name="counts against online pacing"),
                ),
                (
                    "extensions",
                    models.PositiveSmallIntegerField(default=0, verbose_name="extensions"),
                ),
                ("created_at", models.DateTimeField(verbose_name="created at")),
                ("expires_at", models.DateTimeField(verbose_name="expires at")),
                (
                    "area",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        to="restaurants.area",
                        verbose_name="area",
                    ),
                ),
                (
                    "restaurant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="holds",
                        to="restaurants.restaurant",
                        verbose_name="restaurant",
                    ),
                ),
            ],
            options={
                "verbose_name": "hold",
                "verbose_name_plural": "holds",
            },
        ),
        migrations.CreateModel(
            name="Reservation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "reference",
                    models.CharField(max_length=20, unique=True, verbose_name="reference"),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("pending", "Waiting for approval"),
                            ("pending_payment", "Waiting for payment"),
                            ("confirmed", "Confirmed"),
                            ("arrived", "Arrived"),
                            ("partially_seated", "Partly seated"),
                            ("seated", "Seated"),
                            ("completed", "Completed"),
                            ("no_show", "No-show"),
                            ("cancelled_by_guest", "Cancelled by guest"),
                            ("cancelled_by_restaurant", "Cancelled by restaurant"),
                            ("declined", "Declined"),
                            ("expired", "Expired"),
                            ("moved", "Moved"),
                        ],
                        max_length=30,
                        verbose_name="status",
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, verbose_name="version")),
                ("service_date", models.DateField(verbose_name="service date")),
                (
                    "local_date",
                    models.DateField(
                        help_text="Differs from the service date after midnight.",
                        verbose_name="wall date",
                    ),
                ),
                ("local_time", models.TimeField(verbose_name="wall time")),
                (
                    "fold",
                    models.PositiveSmallIntegerField(
                        default=0, verbose_name="second pass of the repeated hour"
                    ),
                ),
                ("starts_at", models.DateTimeField(verbose_name="starts at")),
                ("ends_at", models.DateTimeField(verbose_name="ends at")),
                (
                    "buffer_minutes",
                    models.PositiveSmallIntegerField(default=0, verbose_name="reset time, minutes"),
                ),
                (
                    "party_size",
                    models.PositiveSmallIntegerField(
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="party size",
                    ),
                ),
                (
                    "actual_party_size",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="party that came"
                    ),
                ),
                ("guest_name", models.CharField(max_length=150, verbose_name="guest name")),
                (
                    "guest_email",
                    models.EmailField(blank=True, max_length=254, verbose_name="guest e-mail"),
                ),
                (
                    "guest_phone",
                    phonenumber_field.modelfields.PhoneNumberField(
                        blank=True, max_length=128, region=None, verbose_name="guest phone"
                    ),
                ),
                (
                    "guest_language",
                    models.CharField(default="en", max_length=10, verbose_name="guest language"),
                ),
                (
                    "required_features",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="table features needed",
                    ),
                ),
                (
                    "special_occasion",
                    models.CharField(
                        choices=[
                            ("none", "None"),
                            ("birthday", "Birthday"),
                            ("anniversary", "Anniversary"),
                            ("business", "Business"),
                            ("date_night", "Date night"),
                            ("celebration", "Celebration"),
                        ],
                        default="none",
                        max_length=20,
                        verbose_name="occasion",
                    ),
                ),
                (
                    "special_requests",
                    models.TextField(blank=True, max_length=1000, verbose_name="special requests"),
                ),
                (
                    "dietary_restrictions",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="dietary needs",
                    ),
                ),
                (
                    "has_health_consent",
                    models.BooleanField(
                        default=False, verbose_name="agreed that dietary needs are stored"
                    ),
                ),
                ("internal_notes", models.TextField(blank=True, verbose_name="internal notes")),
                ("is_vip", models.BooleanField(default=False, verbose_name="VIP")),
                (
                    "previous_visits",
                    models.PositiveIntegerField(default=0, verbose_name="earlier visits"),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("web", "Website"),
                            ("mobile", "Mobile app"),
                            ("widget", "Widget"),
                            ("phone", "Phone"),
                            ("walk_in", "Walk-in"),
                            ("staff", "Staff"),
                            ("telegram", "Telegram"),
                            ("google", "Google"),
                            ("thefork", "TheFork"),
                            ("instagram", "Instagram"),
                            ("facebook", "Facebook"),
                            ("partner_api", "Partner"),
                            ("waitlist", "Waitlist"),
                        ],
                        default="web",
                        max_length=20,
                        verbose_name="source",
                    ),
                ),
                (
                    "is_online",
                    models.BooleanField(default=True, verbose_name="counts against online pacing"),
                ),
                (
                    "partner_reference",
                    models.CharField(blank=True, max_length=100, verbose_name="partner reference"),
                ),
                (
                    "confirmation_method",
                    models.CharField(
                        choices=[
                            ("instant", "Instant"),
                            ("manual", "By staff"),
                            ("partner", "By a partner"),
                        ],
                        default="instant",
                        max_length=20,
                        verbose_name="confirmation",
                    ),
                ),
                (
                    "is_table_locked",
                    models.BooleanField(
                        default=False,
                        help_text="Never moved automatically (rule 34).",
                        verbose_name="table locked",
                    ),
                ),
                (
                    "policy_snapshot",
                    models.JSONField(blank=True, default=dict, verbose_name="policy at booking"),
                ),
                (
                    "cancel_deadline_at",
                    models.DateTimeField(verbose_name="free cancellation until"),
                ),
                ("modify_deadline_at", models.DateTimeField(verbose_name="guest may change until")),
                (
                    "expires_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="request expires at"),
                ),
                ("created_at", models.DateTimeField(verbose_name="created at")),
                ("updated_at", models.DateTimeField(verbose_name="updated at")),
                (
                    "confirmed_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="confirmed at"),
                ),
                (
                    "reconfirmed_at",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="re-confirmed by guest at"
                    ),
                ),
                (
                    "arrived_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="arrived at"),
                ),
                (
                    "seated_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="seated at"),
                ),
                (
                    "completed_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="completed at"),
                ),
                (
                    "cancelled_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="cancelled at"),
                ),
                (
                    "cancellation_reason",
                    models.CharField(blank=True, max_length=300, verbose_name="reason"),
                ),
                (
                    "is_cancelled_in_time",
                    models.BooleanField(
                        blank=True, null=True, verbose_name="cancelled before the deadline"
                    ),
                ),
                (
                    "late_eta_at",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="guest expects to arrive at"
                    ),
                ),
                (
                    "undo",
                    models.JSONField(
                        blank=True,
                        editable=False,
                        null=True,
                        verbose_name="state before the last step",
                    ),
                ),
                ("link_nonce", models.CharField(editable=False, max_length=40)),
                ("manage_token_hash", models.CharField(editable=False, max_length=64, unique=True)),
                ("view_token_hash", models.CharField(editable=False, max_length=64, unique=True)),
                (
                    "ip_address",
                    models.GenericIPAddressField(blank=True, null=True, verbose_name="IP address"),
                ),
                (
                    "area_preference",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        to="restaurants.area",
                        verbose_name="area asked for",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="reservations",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="customer account",
                    ),
                ),
                (
                    "guest",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="reservations",
                        to="guests.guest",
                        verbose_name="guest",
                    ),
                ),
                (
                    "restaurant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reservations",
                        to="restaurants.restaurant",
                        verbose_name="restaurant",
                    ),
                ),
                (
                    "service_period",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        to="restaurants.serviceperiod",
                        verbose_name="service period",
                    ),
                ),
            ],
            options={
                "verbose_name": "reservation",
                "verbose_name_plural": "reservations",
                "ordering": ["starts_at", "id"],
            },
        ),
        migrations.CreateModel(
            name="TableBlock",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="reason")),
                ("created_at", models.DateTimeField(verbose_name="created at")),
                (
                    "restaurant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="blocks",
                        to="restaurants.restaurant",
                        verbose_name="restaurant",
                    ),
                ),
            ],
            options={
                "verbose_name": "table block",
                "verbose_name_plural": "table blocks",
            },
        ),
        migrations.CreateModel(
            name="Occupancy",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "period",
                    django.contrib.postgres.fields.ranges.DateTimeRangeField(verbose_name="period"),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("reservation", "Reservation"),
                            ("hold", "Hold"),
                            ("block", "Block"),
                        ],
                        max_length=20,
                        verbose_name="kind",
                    ),
                ),
                (
                    "expires_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="expires at"),
                ),
                (
                    "hold",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="occupancies",
                        to="bookings.hold",
                        verbose_name="hold",
                    ),
                ),
                (
                    "restaurant",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="occupancies",
                        to="restaurants.restaurant",
                        verbose_name="restaurant",
                    ),
                ),
                (
                    "table",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="occupancies",
                        to="restaurants.table",
                        verbose_name="table",
                    ),
                ),
                (
                    "reservation",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="occupancies",
                        to="bookings.reservation",
                        verbose_name="reservation",
                    ),
                ),
                (
                    "block",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="occupancies",
                        to="bookings.tableblock",
                        verbose_name="block",
                    ),
                ),
            ],
            options={
                "verbose_name": "occupancy",
                "verbose_name_plural": "occupancies",
            },
        ),
        migrations.AddIndex(
            model_name="hold",
            index=models.Index(fields=["restaurant", "service_date"], name="bookings_hold_by_day"),
        ),
        migrations.AddIndex(
            model_name="hold",
            index=models.Index(fields=["expires_at"], name="bookings_hold_by_expiry"),
        ),
        migrations.AddIndex(
            model_name="hold",
            index=models.Index(fields=["ip_key"], name="bookings_hold_by_address"),
        ),
        migrations.AddConstraint(
            model_name="hold",
            constraint=models.UniqueConstraint(
                fields=("restaurant", "owner_key"), name="bookings_one_hold_per_session"
            ),
        ),
        migrations.AddIndex(
            model_name="reservation",
            index=models.Index(
                fields=["restaurant", "service_date", "starts_at"], name="bookings_by_day"
            ),
        ),
        migrations.AddIndex(
            model_name="reservation",
            index=models.Index(fields=["guest", "starts_at"], name="bookings_by_guest"),
        ),
        migrations.AddIndex(
            model_name="reservation",
            index=models.Index(fields=["customer", "starts_at"], name="bookings_by_customer"),
        ),
        migrations.AddIndex(
            model_name="reservation",
            index=models.Index(
                condition=models.Q(("status__in", ["pending", "pending_payment"])),
                fields=["expires_at"],
                name="bookings_open_requests",
            ),
        ),
        migrations.AddConstraint(
            model_name="reservation",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_at__gt", models.F("starts_at"))),
                name="bookings_reservation_ends_after_it_starts",
            ),
        ),
        migrations.AddConstraint(
            model_name="reservation",
            constraint=models.CheckConstraint(
                condition=models.Q(("party_size__gte", 1)), name="bookings_reservation_has_a_party"
            ),
        ),
        migrations.AddConstraint(
            model_name="reservation",
            constraint=models.UniqueConstraint(
                condition=models.Q(("partner_reference", ""), _negated=True),
                fields=("restaurant", "source", "partner_reference"),
                name="bookings_partner_reference_is_unique",
            ),
        ),
        migrations.AddIndex(
            model_name="occupancy",
            index=django.contrib.postgres.indexes.GistIndex(
                fields=["restaurant", "period"], name="bookings_occupancy_by_evening"
            ),
        ),
        migrations.AddConstraint(
            model_name="occupancy",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[("table", "="), ("period", "&&")],
                name="bookings_no_table_is_taken_twice",
            ),
        ),
        migrations.AddConstraint(
            model_name="occupancy",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("block", None),
                        ("expires_at", None),
                        ("hold", None),
                        ("kind", "reservation"),
                        ("reservation__isnull", False),
                    ),
                    models.Q(
                        ("block", None),
                        ("expires_at__isnull", False),
                        ("hold__isnull", False),
                        ("kind", "hold"),
                        ("reservation", None),
                    ),
                    models.Q(
                        ("block__isnull", False),
                        ("expires_at", None),
                        ("hold", None),
                        ("kind", "block"),
                        ("reservation", None),
                    ),
                    _connector="OR",
                ),
                name="bookings_occupancy_belongs_to_exactly_one_owner",
            ),
        ),
        migrations.AddConstraint(
            model_name="occupancy",
            constraint=models.CheckConstraint(
                condition=models.Q(("period__isempty", False)), name="bookings_occupancy_lasts"
            ),
        ),
        migrations.RunSQL(
            "CREATE SEQUENCE bookings_reference_seq", "DROP SEQUENCE bookings_reference_seq"
        ),
    ]
