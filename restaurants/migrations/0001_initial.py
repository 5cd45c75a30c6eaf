"""Organisations, restaurants, hours, tables and memberships."""

from __future__ import annotations

import datetime

import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.core.validators
import django.db.models.deletion
import phonenumber_field.modelfields
from django.conf import settings
from django.contrib.postgres.operations import BtreeGistExtension, CITextExtension, TrigramExtension
from django.db import migrations, models

import restaurants.models.hours
import restaurants.validators


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        # Exclusion constraints over "equal" columns, search by similarity, text without case.
        BtreeGistExtension(),
        TrigramExtension(),
        CITextExtension(),
        migrations.CreateModel(
            name="Restaurant",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                ("slug", models.SlugField(max_length=80, unique=True, verbose_name="slug")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("restaurant", "Restaurant"),
                            ("bar", "Bar"),
                            ("cafe", "Café"),
                            ("hookah", "Hookah lounge"),
                        ],
                        default="restaurant",
                        max_length=20,
                        verbose_name="kind",
                    ),
                ),
                ("description", models.TextField(blank=True, verbose_name="description")),
                ("cuisine", models.CharField(blank=True, max_length=100, verbose_name="cuisine")),
                (
                    "price_range",
                    models.PositiveSmallIntegerField(
                        choices=[(1, "€"), (2, "€€"), (3, "€€€"), (4, "€€€€")],
                        default=2,
                        verbose_name="price range",
                    ),
                ),
                (
                    "address_line1",
                    models.CharField(blank=True, max_length=200, verbose_name="address"),
                ),
                (
                    "address_line2",
                    models.CharField(
                        blank=True, max_length=200, verbose_name="address, second line"
                    ),
                ),
                ("city", models.CharField(blank=True, max_length=100, verbose_name="city")),
                (
                    "postal_code",
                    models.CharField(blank=True, max_length=20, verbose_name="postal code"),
                ),
                (
                    "country",
                    models.CharField(
                        help_text="Two letters, for example NL or RU.",
                        max_length=2,
                        verbose_name="country",
                    ),
                ),
                (
                    "latitude",
                    models.FloatField(
                        blank=True,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(-90),
                            django.core.validators.MaxValueValidator(90),
                        ],
                        verbose_name="latitude",
                    ),
                ),
                (
                    "longitude",
                    models.FloatField(
                        blank=True,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(-180),
                            django.core.validators.MaxValueValidator(180),
                        ],
                        verbose_name="longitude",
                    ),
                ),
                (
                    "phone",
                    phonenumber_field.modelfields.PhoneNumberField(
                        blank=True, max_length=128, region=None, verbose_name="phone"
                    ),
                ),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="e-mail")),
                ("website", models.URLField(blank=True, verbose_name="website")),
                ("logo", models.ImageField(blank=True, upload_to="logos/", verbose_name="logo")),
                (
                    "cover",
                    models.ImageField(
                        blank=True, upload_to="covers/", verbose_name="cover picture"
                    ),
                ),
                (
                    "features",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40),
                        blank=True,
                        default=list,
                        help_text="For example: terrace, wheelchair_accessible, live_music.",
                        size=None,
                        verbose_name="features",
                    ),
                ),
                (
                    "timezone",
                    models.CharField(
                        help_text="IANA name, for example Europe/Amsterdam.",
                        max_length=50,
                        validators=[restaurants.validators.validate_zone],
                        verbose_name="time zone",
                    ),
                ),
                (
                    "currency",
                    models.CharField(
                        default="EUR",
                        max_length=3,
                        validators=[restaurants.validators.validate_currency],
                        verbose_name="currency",
                    ),
                ),
                (
                    "language",
                    models.CharField(default="en", max_length=10, verbose_name="main language"),
                ),
                (
                    "languages",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=10),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="languages",
                    ),
                ),
                (
                    "business_day_cut",
                    models.TimeField(
                        default=datetime.time(5, 0),
                        help_text="Until this hour the host stand still shows the evening before.",
                        verbose_name="business day ends at",
                    ),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
                ("is_public", models.BooleanField(default=True, verbose_name="public")),
                (
                    "is_accepting_reservations",
                    models.BooleanField(default=True, verbose_name="accepts reservations"),
                ),
                ("is_featured", models.BooleanField(default=False, verbose_name="featured")),
                (
                    "paused_until",
                    models.DateTimeField(
                        blank=True,
                        help_text="Starts before this moment cannot be booked online.",
                        null=True,
                        verbose_name="online bookings paused until",
                    ),
                ),
                (
                    "config_version",
                    models.PositiveBigIntegerField(
                        default=1, editable=False, verbose_name="configuration version"
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="created at")),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="updated at")),
            ],
            options={
                "verbose_name": "restaurant",
                "verbose_name_plural": "restaurants",
                "ordering": ["name", "id"],
            },
        ),
        migrations.CreateModel(
            name="Organisation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                ("slug", models.SlugField(max_length=80, unique=True, verbose_name="slug")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="created at")),
            ],
            options={
                "verbose_name": "organisation",
                "verbose_name_plural": "organisations",
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="Area",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=60, verbose_name="name")),
                ("is_outdoor", models.BooleanField(default=False, verbose_name="outdoors")),
                ("position", models.PositiveSmallIntegerField(default=0, verbose_name="position")),
                (
                    "restaurant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="areas",
                        to="restaurants.restaurant",
                        verbose_name="restaurant",
                    ),
                ),
            ],
            options={
                "verbose_name": "area",
                "verbose_name_plural": "areas",
                "ordering": ["position", "id"],
            },
        ),
        migrations.CreateModel(
            name="Combination",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=60, verbose_name="name")),
                (
                    "is_row",
                    models.BooleanField(
                        default=False, verbose_name="row: any neighbours in it may be combined"
                    ),
                ),
                (
                    "min_party",
                    models.PositiveSmallIntegerField(
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="smallest party",
                    ),
                ),
                (
                    "max_party",
                    models.PositiveSmallIntegerField(
                        help_text="Of the whole combination; may differ from the sum of its tables.",
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="largest party",
                    ),
                ),
                ("priority", models.SmallIntegerField(default=0, verbose_name="priority")),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
                (
                    "restaurant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="combinations",
                        to="restaurants.restaurant",
                        verbose_name="restaurant",
                    ),
                ),
            ],
            options={
                "verbose_name": "combination",
                "verbose_name_plural": "combinations",
                "ordering": ["id"],
            },
        ),
        migrations.AddField(
            model_name="restaurant",
            name="organisation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="restaurants",
                to="restaurants.organisation",
                verbose_name="organisation",
            ),
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("owner", "Owner"),
                            ("manager", "Manager"),
                            ("host", "Host"),
                            ("viewer", "Read-only"),
                            ("marketing", "Marketing"),
                        ],
                        max_length=20,
                        verbose_name="role",
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="created at")),
                (
                    "restaurant",
                    models.ForeignKey(
                        blank=True,
                        help_text="Leave empty for every restaurant of the organisation.",
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to="restaurants.restaurant",
                        verbose_name="restaurant",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="user",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to="restaurants.organisation",
                        verbose_name="organisation",
                    ),
                ),
            ],
            options={
                "verbose_name": "membership",
                "verbose_name_plural": "memberships",
            },
        ),
        migrations.CreateModel(
            name="RestaurantImage",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("image", models.ImageField(upload_to="gallery/", verbose_name="picture")),
                (
                    "caption",
                    models.CharField(
                        blank=True,
                        help_text="Read aloud by screen readers.",
                        max_length=200,
                        verbose_name="caption",
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(default=0, verbose_name="position")),
                (
                    "restaurant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="gallery",
                        to="restaurants.restaurant",
                        verbose_name="restaurant",
                    ),
                ),
            ],
            options={
                "verbose_name": "picture",
                "verbose_name_plural": "gallery",
                "ordering": ["position", "id"],
            },
        ),
        migrations.CreateModel(
            name="SlotOverride",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("date", models.DateField(verbose_name="service date")),
                ("starts", models.TimeField(verbose_name="from")),
                (
                    "ends",
                    models.TimeField(
                        help_text="Exclusive. Not after “from” means the next morning.",
                        verbose_name="to",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("normal", "Open"),
                            ("private_event", "Private event"),
                            ("closed", "Closed"),
                            ("maintenance", "Maintenance"),
                            ("weather", "Weather"),
                        ],
                        default="closed",
                        max_length=20,
                        verbose_name="state",
                    ),
                ),
                (
                    "min_party",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="smallest party"
                    ),
                ),
                (
                    "max_party",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="largest party"
                    ),
                ),
                (
                    "max_arriving_covers",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="arriving covers"
                    ),
                ),
                (
                    "max_arriving_parties",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="arriving parties"
                    ),
                ),
                (
                    "note",
                    models.CharField(blank=True, max_length=200, verbose_name="note for staff"),
                ),
                (
                    "area",
                    models.ForeignKey(
                        blank=True,
                        help_text="Empty: the whole restaurant.",
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="restaurants.area",
                        verbose_name="area",
                    ),
                ),
                (
                    "restaurant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="slot_overrides",
                        to="restaurants.restaurant",
                        verbose_name="restaurant",
                    ),
                ),
            ],
            options={
                "verbose_name": "slot override",
                "verbose_name_plural": "slot overrides",
                "ordering": ["date", "starts", "id"],
            },
        ),
        migrations.CreateModel(
            name="SpecialDay",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "name",
                    models.CharField(
                        help_text="Shown to guests, for example “Christmas Day”.",
                        max_length=100,
                        verbose_name="name",
                    ),
                ),
                ("date_from", models.DateField(verbose_name="first day")),
                ("date_to", models.DateField(verbose_name="last day")),
                ("is_closed", models.BooleanField(default=True, verbose_name="closed")),
                (
                    "note",
                    models.CharField(blank=True, max_length=300, verbose_name="note to guests"),
                ),
                (
                    "restaurant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="special_days",
                        to="restaurants.restaurant",
                        verbose_name="restaurant",
                    ),
                ),
            ],
            options={
                "verbose_name": "special day",
                "verbose_name_plural": "special days",
                "ordering": ["date_from", "id"],
            },
        ),
        migrations.CreateModel(
            name="ServicePeriod",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "name",
                    models.CharField(
                        help_text="For example: Dinner.", max_length=60, verbose_name="name"
                    ),
                ),
                (
                    "weekdays",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.SmallIntegerField(),
                        blank=True,
                        default=list,
                        help_text="0 = Monday … 6 = Sunday, separated by commas.",
                        size=None,
                        validators=[restaurants.validators.validate_weekdays],
                        verbose_name="weekdays",
                    ),
                ),
                ("date_from", models.DateField(blank=True, null=True, verbose_name="only from")),
                ("date_to", models.DateField(blank=True, null=True, verbose_name="only until")),
                ("first_seating", models.TimeField(verbose_name="first seating")),
                ("last_seating", models.TimeField(verbose_name="last seating")),
                (
                    "closes",
                    models.TimeField(
                        help_text="02:00 after 18:00 means the next morning.", verbose_name="closes"
                    ),
                ),
                (
                    "slot_interval_minutes",
                    models.PositiveSmallIntegerField(
                        default=15,
                        validators=[
                            django.core.validators.MinValueValidator(5),
                            django.core.validators.MaxValueValidator(240),
                            restaurants.validators.validate_multiple_of_five,
                        ],
                        verbose_name="slot interval, minutes",
                    ),
                ),
                (
                    "must_finish_by_close",
                    models.BooleanField(
                        default=False, verbose_name="parties must finish by closing time"
                    ),
                ),
                (
                    "buffer_minutes",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="Empty: as in the booking policy.",
                        null=True,
                        validators=[restaurants.validators.validate_multiple_of_five],
                        verbose_name="reset time, minutes",
                    ),
                ),
                (
                    "max_arriving_covers",
                    models.PositiveSmallIntegerField(
                        blank=True, default=10, null=True, verbose_name="arriving covers"
                    ),
                ),
                (
                    "max_arriving_parties",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="arriving parties"
                    ),
                ),
                (
                    "max_seated_covers",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="seated covers"
                    ),
                ),
                (
                    "max_seated_parties",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="seated parties"
                    ),
                ),
                (
                    "online_max_arriving_covers",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="arriving covers online"
                    ),
                ),
                (
                    "online_max_arriving_parties",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="arriving parties online"
                    ),
                ),
                (
                    "online_max_seated_covers",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="seated covers online"
                    ),
                ),
                (
                    "online_max_seated_parties",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="seated parties online"
                    ),
                ),
                (
                    "walk_in_quota_covers",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="covers kept for walk-ins"
                    ),
                ),
                (
                    "walk_in_quota_percent",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        null=True,
                        validators=[django.core.validators.MaxValueValidator(100)],
                        verbose_name="share kept for walk-ins, %",
                    ),
                ),
                (
                    "walk_in_release_minutes",
                    models.PositiveIntegerField(
                        default=60, verbose_name="release what is kept this many minutes before"
                    ),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
                (
                    "restaurant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="service_periods",
                        to="restaurants.restaurant",
                        verbose_name="restaurant",
                    ),
                ),
                (
                    "special_day",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="periods",
                        to="restaurants.specialday",
                        verbose_name="special day",
                    ),
                ),
            ],
            options={
                "verbose_name": "service period",
                "verbose_name_plural": "service periods",
                "ordering": ["first_seating", "id"],
            },
        ),
        migrations.CreateModel(
            name="Table",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.CharField(max_length=20, verbose_name="number")),
                (
                    "name",
                    models.CharField(
                        blank=True,
                        help_text="For example: Window corner.",
                        max_length=60,
                        verbose_name="name",
                    ),
                ),
                (
                    "min_party",
                    models.PositiveSmallIntegerField(
                        default=1,
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="smallest party",
                    ),
                ),
                (
                    "seats",
                    models.PositiveSmallIntegerField(
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="seats",
                    ),
                ),
                (
                    "max_party",
                    models.PositiveSmallIntegerField(
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="largest party",
                    ),
                ),
                (
                    "table_type",
                    models.CharField(
                        choices=[
                            ("standard", "Standard"),
                            ("bar", "Bar"),
                            ("high_top", "High top"),
                            ("booth", "Booth"),
                            ("outdoor", "Outdoor"),
                            ("private", "Private"),
                        ],
                        default="standard",
                        max_length=20,
                        verbose_name="type",
                    ),
                ),
                (
                    "features",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40),
                        blank=True,
                        default=list,
                        help_text="For example: window, quiet, wheelchair_accessible.",
                        size=None,
                        verbose_name="features",
                    ),
                ),
                (
                    "priority",
                    models.SmallIntegerField(
                        default=0,
                        help_text="Higher is given first, all else being equal.",
                        verbose_name="priority",
                    ),
                ),
                (
                    "access",
                    models.CharField(
                        choices=[
                            ("online", "Online"),
                            ("in_house", "In-house only"),
                            ("walk_in", "Walk-ins only"),
                        ],
                        default="online",
                        max_length=20,
                        verbose_name="bookable",
                    ),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
                ("notes", models.TextField(blank=True, verbose_name="notes for staff")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="created at")),
                (
                    "area",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tables",
                        to="restaurants.area",
                        verbose_name="area",
                    ),
                ),
                (
                    "restaurant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tables",
                        to="restaurants.restaurant",
                        verbose_name="restaurant",
                    ),
                ),
            ],
            options={
                "verbose_name": "table",
                "verbose_name_plural": "tables",
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="CombinationMember",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(default=0, verbose_name="position")),
                (
                    "combination",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="members",
                        to="restaurants.combination",
                        verbose_name="combination",
                    ),
                ),
                (
                    "table",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to="restaurants.table",
                        verbose_name="table",
                    ),
                ),
            ],
            options={
                "verbose_name": "table of a combination",
                "verbose_name_plural": "tables of a combination",
                "ordering": ["position", "id"],
            },
        ),
        migrations.AddField(
            model_name="combination",
            name="tables",
            field=models.ManyToManyField(
                related_name="combinations",
                through="restaurants.CombinationMember",
                to="restaurants.table",
                verbose_name="tables",
            ),
        ),
        migrations.CreateModel(
            name="TableAccessInPeriod",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "access",
                    models.CharField(
                        choices=[
                            ("online", "Online"),
                            ("in_house", "In-house only"),
                            ("walk_in", "Walk-ins only"),
                        ],
                        max_length=20,
                        verbose_name="bookable",
                    ),
                ),
                (
                    "service_period",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="table_access",
                        to="restaurants.serviceperiod",
                        verbose_name="service period",
                    ),
                ),
                (
                    "table",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="access_in_periods",
                        to="restaurants.table",
                        verbose_name="table",
                    ),
                ),
            ],
            options={
                "verbose_name": "table access in a period",
                "verbose_name_plural": "table access in periods",
            },
        ),
        migrations.CreateModel(
            name="TurnTimeRule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(default="Default", max_length=60, verbose_name="name")),
                (
                    "bands",
                    models.JSONField(
                        help_text='For example [{"up_to": 2, "minutes": 90}, {"up_to": null, "minutes": 120}].',
                        validators=[restaurants.validators.validate_turn_bands],
                        verbose_name="minutes by party size",
                    ),
                ),
                ("date_from", models.DateField(blank=True, null=True, verbose_name="only from")),
                ("date_to", models.DateField(blank=True, null=True, verbose_name="only until")),
                (
                    "weekdays",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.SmallIntegerField(),
                        blank=True,
                        default=list,
                        size=None,
                        validators=[restaurants.validators.validate_weekdays],
                        verbose_name="only on weekdays",
                    ),
                ),
                (
                    "time_from",
                    models.TimeField(blank=True, null=True, verbose_name="only starts from"),
                ),
                (
                    "time_to",
                    models.TimeField(blank=True, null=True, verbose_name="only starts before"),
                ),
                (
                    "area",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="restaurants.area",
                        verbose_name="only in area",
                    ),
                ),
                (
                    "restaurant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="turn_times",
                        to="restaurants.restaurant",
                        verbose_name="restaurant",
                    ),
                ),
                (
                    "service_period",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="restaurants.serviceperiod",
                        verbose_name="only in period",
                    ),
                ),
            ],
            options={
                "verbose_name": "turn time",
                "verbose_name_plural": "turn times",
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="BookingPolicy",
            fields=[
                (
                    "restaurant",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="policy",
                        serialize=False,
                        to="restaurants.restaurant",
                        verbose_name="restaurant",
                    ),
                ),
                (
                    "confirmation_mode",
                    models.CharField(
                        choices=[
                            ("instant", "Confirm at once"),
                            ("threshold", "Confirm at once up to a party size, else ask us"),
                            ("approval", "Ask us for every request"),
                        ],
                        default="instant",
                        max_length=20,
                        verbose_name="confirmation",
                    ),
                ),
                (
                    "instant_up_to",
                    models.PositiveSmallIntegerField(
                        default=6,
                        help_text="Guests; larger parties wait for you.",
                        verbose_name="confirm at once up to",
                    ),
                ),
                (
                    "min_party",
                    models.PositiveSmallIntegerField(
                        default=1,
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="smallest party online",
                    ),
                ),
                (
                    "max_party",
                    models.PositiveSmallIntegerField(
                        default=12,
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="largest party online",
                    ),
                ),
                (
                    "min_notice_minutes",
                    models.PositiveIntegerField(default=30, verbose_name="minimum notice, minutes"),
                ),
                (
                    "notice_cutoff_days",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="1 with 20:00 means: tomorrow can be booked until 20:00 today.",
                        null=True,
                        verbose_name="day cut-off: days before",
                    ),
                ),
                (
                    "notice_cutoff_time",
                    models.TimeField(blank=True, null=True, verbose_name="day cut-off: time"),
                ),
                (
                    "horizon_days",
                    models.PositiveSmallIntegerField(
                        default=60,
                        validators=[django.core.validators.MaxValueValidator(730)],
                        verbose_name="bookable days ahead",
                    ),
                ),
                (
                    "horizon_release_time",
                    models.TimeField(
                        default=datetime.time(0, 0),
                        help_text="Local time, for example 10:00.",
                        verbose_name="next day is released at",
                    ),
                ),
                (
                    "oversize_cap",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        default=2,
                        help_text="A party of 2 gets no 6-seat table when this is 2. Empty: no limit.",
                        null=True,
                        verbose_name="empty seats allowed at a table",
                    ),
                ),
                (
                    "oversize_relaxed_minutes",
                    models.PositiveIntegerField(
                        default=0, verbose_name="lift that limit this many minutes before"
                    ),
                ),
                (
                    "buffer_minutes",
                    models.PositiveSmallIntegerField(
                        default=0,
                        validators=[restaurants.validators.validate_multiple_of_five],
                        verbose_name="reset time between parties, minutes",
                    ),
                ),
                (
                    "hold_minutes",
                    models.PositiveSmallIntegerField(
                        default=5,
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="hold while the guest fills in the form, minutes",
                    ),
                ),
                (
                    "hold_extensions",
                    models.PositiveSmallIntegerField(
                        default=10, verbose_name="times a hold may be extended"
                    ),
                ),
                (
                    "modify_cutoff_minutes",
                    models.PositiveIntegerField(
                        default=120, verbose_name="guests may change until, minutes before"
                    ),
                ),
                (
                    "cancel_cutoff_minutes",
                    models.PositiveIntegerField(
                        default=120, verbose_name="free cancellation until, minutes before"
                    ),
                ),
                (
                    "cancel_cutoff_days",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="With a time of day this replaces the minutes: 1 and 18:00 = the day before 18:00.",
                        null=True,
                        verbose_name="free cancellation until: days before",
                    ),
                ),
                (
                    "cancel_cutoff_time",
                    models.TimeField(
                        blank=True, null=True, verbose_name="free cancellation until: time"
                    ),
                ),
                (
                    "cancellation_policy",
                    models.TextField(
                        blank=True, verbose_name="cancellation policy, as shown to guests"
                    ),
                ),
                (
                    "pending_expiry_minutes",
                    models.PositiveIntegerField(
                        default=1440, verbose_name="an unanswered request expires after, minutes"
                    ),
                ),
                (
                    "grace_minutes",
                    models.PositiveSmallIntegerField(
                        default=15, verbose_name="wait for late guests, minutes"
                    ),
                ),
                (
                    "is_auto_no_show",
                    models.BooleanField(
                        default=False,
                        verbose_name="mark no-shows automatically after the grace time",
                    ),
                ),
                (
                    "same_guest_gap_minutes",
                    models.PositiveSmallIntegerField(
                        default=120,
                        verbose_name="one guest's bookings lie apart by at least, minutes",
                    ),
                ),
                (
                    "pacing_bucket_minutes",
                    models.PositiveSmallIntegerField(
                        default=15,
                        validators=[restaurants.validators.validate_multiple_of_five],
                        verbose_name="pacing interval, minutes",
                    ),
                ),
                (
                    "is_pacing_mandatory",
                    models.BooleanField(
                        default=False, verbose_name="staff may not exceed pacing either"
                    ),
                ),
                (
                    "is_volume_mode",
                    models.BooleanField(
                        default=False, verbose_name="allow confirmed bookings without a table"
                    ),
                ),
                (
                    "offers_ambiguous_times_twice",
                    models.BooleanField(
                        default=True,
                        verbose_name="offer the repeated hour of the autumn clock change twice",
                    ),
                ),
            ],
            options={
                "verbose_name": "booking policy",
                "verbose_name_plural": "booking policies",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("max_party__gte", models.F("min_party"))),
                        name="restaurants_policy_largest_party_is_not_below_smallest",
                        violation_error_message="The largest party cannot be below the smallest.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("notice_cutoff_days", None), ("notice_cutoff_time", None)),
                            models.Q(
                                ("notice_cutoff_days__isnull", False),
                                ("notice_cutoff_time__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="restaurants_policy_day_cutoff_has_days_and_time",
                        violation_error_message="A day cut-off needs both days and a time.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("cancel_cutoff_days", None), ("cancel_cutoff_time", None)),
                            models.Q(
                                ("cancel_cutoff_days__isnull", False),
                                ("cancel_cutoff_time__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="restaurants_policy_cancel_cutoff_has_days_and_time",
                        violation_error_message="A cancellation day needs both days and a time.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("pacing_bucket_minutes__gt", 0)),
                        name="restaurants_policy_pacing_interval_is_positive",
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="area",
            constraint=models.UniqueConstraint(
                fields=("restaurant", "name"), name="restaurants_area_name_is_unique"
            ),
        ),
        migrations.AddIndex(
            model_name="restaurant",
            index=models.Index(fields=["city", "cuisine"], name="restaurants_by_city"),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.UniqueConstraint(
                fields=("user", "organisation", "restaurant"),
                name="restaurants_membership_is_unique_per_person_and_place",
                nulls_distinct=False,
            ),
        ),
        migrations.AddIndex(
            model_name="slotoverride",
            index=models.Index(fields=["restaurant", "date"], name="restaurants_override_by_date"),
        ),
        migrations.AddConstraint(
            model_name="specialday",
            constraint=models.CheckConstraint(
                condition=models.Q(("date_to__gte", models.F("date_from"))),
                name="restaurants_special_day_ends_after_it_begins",
                violation_error_message="The last day cannot be before the first.",
            ),
        ),
        migrations.AddConstraint(
            model_name="specialday",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[
                    ("restaurant", "="),
                    (
                        restaurants.models.hours.DateRange(
                            "date_from",
                            "date_to",
                            django.contrib.postgres.fields.ranges.RangeBoundary(
                                inclusive_lower=True, inclusive_upper=True
                            ),
                        ),
                        "&&",
                    ),
                ],
                name="restaurants_special_days_do_not_overlap",
                violation_error_message="Another special day already covers one of these dates.",
            ),
        ),
        migrations.AddConstraint(
            model_name="serviceperiod",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("date_from", None), ("date_to", None)),
                    models.Q(
                        ("date_from__isnull", False),
                        ("date_to__gte", models.F("date_from")),
                        ("date_to__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="restaurants_period_dates_are_both_set_and_in_order",
                violation_error_message="Set both dates, the last one not before the first.",
            ),
        ),
        migrations.AddConstraint(
            model_name="serviceperiod",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("walk_in_quota_covers", None), ("walk_in_quota_percent", None), _connector="OR"
                ),
                name="restaurants_period_walk_in_quota_is_covers_or_percent",
                violation_error_message="Keep covers or a share for walk-ins, not both.",
            ),
        ),
        migrations.AddConstraint(
            model_name="table",
            constraint=models.UniqueConstraint(
                fields=("restaurant", "number"),
                name="restaurants_table_number_is_unique",
                violation_error_message="Another table already has this number.",
            ),
        ),
        migrations.AddConstraint(
            model_name="table",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("min_party__lte", models.F("seats")),
                    ("seats__lte", models.F("max_party")),
                    ("min_party__gte", 1),
                ),
                name="restaurants_table_capacity_is_in_order",
                violation_error_message="Capacity must grow: smallest party, seats, largest party.",
            ),
        ),
        migrations.AddConstraint(
            model_name="combinationmember",
            constraint=models.UniqueConstraint(
                fields=("combination", "table"), name="restaurants_table_is_once_in_a_combination"
            ),
        ),
        migrations.AddConstraint(
            model_name="combination",
            constraint=models.UniqueConstraint(
                fields=("restaurant", "name"), name="restaurants_combination_name_is_unique"
            ),
        ),
        migrations.AddConstraint(
            model_name="combination",
            constraint=models.CheckConstraint(
                condition=models.Q(("max_party__gte", models.F("min_party"))),
                name="restaurants_combination_capacity_is_in_order",
                violation_error_message="The largest party cannot be below the smallest.",
            ),
        ),
        migrations.AddConstraint(
            model_name="tableaccessinperiod",
            constraint=models.UniqueConstraint(
                fields=("table", "service_period"),
                name="restaurants_table_access_is_unique_per_period",
            ),
        ),
        migrations.AddConstraint(
            model_name="turntimerule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("date_from", None), ("date_to", None)),
                    models.Q(
                        ("date_from__isnull", False),
                        ("date_to__gte", models.F("date_from")),
                        ("date_to__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="restaurants_turn_time_dates_are_both_set_and_in_order",
                violation_error_message="Set both dates, the last one not before the first.",
            ),
        ),
        migrations.AddConstraint(
            model_name="turntimerule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("time_from", None), ("time_to", None)),
                    models.Q(("time_from__isnull", False), ("time_to__isnull", False)),
                    _connector="OR",
                ),
                name="restaurants_turn_time_hours_are_both_set",
                violation_error_message="Set both times or neither.",
            ),
        ),
    ]
