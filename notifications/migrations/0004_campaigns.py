import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import reservehub.core.tokens


class Migration(migrations.Migration):
    dependencies = [
        ("guests", "0003_profiles"),
        ("notifications", "0003_message_round"),
        ("restaurants", "0004_invitations"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="guestpreference",
            name="off_kinds",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(
                    choices=[
                        ("request_received", "Request received"),
                        ("confirmed", "Confirmed"),
                        ("changed", "Changed"),
                        ("declined", "Declined"),
                        ("expired", "Request not answered in time"),
                        ("cancelled", "Cancelled"),
                        ("reminder_day", "Reminder the day before"),
                        ("reminder_soon", "Reminder two hours before"),
                        ("reconfirm", "Are you still coming?"),
                        ("on_your_way", "Are you on your way?"),
                        ("table_ready", "Table ready"),
                        ("waitlist_joined", "On the waitlist"),
                        ("waitlist_offer", "A table has become free"),
                        ("waitlist_gone", "The offer has expired"),
                        ("queue_joined", "In the queue"),
                        ("queue_longer", "The queue takes longer"),
                        ("queue_ready", "Queue: table ready"),
                        ("queue_nudge", "Queue: the table is still held"),
                        ("review_request", "How was it?"),
                        ("receipt", "Receipt"),
                        ("reply", "Answer of the restaurant"),
                        ("campaign", "Offers and news"),
                        ("staff_request", "Staff: new request"),
                        ("staff_cancelled", "Staff: a guest cancelled"),
                        ("staff_no_show_due", "Staff: a party has not come"),
                    ],
                    max_length=30,
                ),
                blank=True,
                default=list,
                size=None,
                verbose_name="messages switched off",
            ),
        ),
        migrations.AlterField(
            model_name="message",
            name="kind",
            field=models.CharField(
                choices=[
                    ("request_received", "Request received"),
                    ("confirmed", "Confirmed"),
                    ("changed", "Changed"),
                    ("declined", "Declined"),
                    ("expired", "Request not answered in time"),
                    ("cancelled", "Cancelled"),
                    ("reminder_day", "Reminder the day before"),
                    ("reminder_soon", "Reminder two hours before"),
                    ("reconfirm", "Are you still coming?"),
                    ("on_your_way", "Are you on your way?"),
                    ("table_ready", "Table ready"),
                    ("waitlist_joined", "On the waitlist"),
                    ("waitlist_offer", "A table has become free"),
                    ("waitlist_gone", "The offer has expired"),
                    ("queue_joined", "In the queue"),
                    ("queue_longer", "The queue takes longer"),
                    ("queue_ready", "Queue: table ready"),
                    ("queue_nudge", "Queue: the table is still held"),
                    ("review_request", "How was it?"),
                    ("receipt", "Receipt"),
                    ("reply", "Answer of the restaurant"),
                    ("campaign", "Offers and news"),
                    ("staff_request", "Staff: new request"),
                    ("staff_cancelled", "Staff: a guest cancelled"),
                    ("staff_no_show_due", "Staff: a party has not come"),
                ],
                max_length=30,
                verbose_name="kind",
            ),
        ),
        migrations.AlterField(
            model_name="messagetext",
            name="kind",
            field=models.CharField(
                choices=[
                    ("request_received", "Request received"),
                    ("confirmed", "Confirmed"),
                    ("changed", "Changed"),
                    ("declined", "Declined"),
                    ("expired", "Request not answered in time"),
                    ("cancelled", "Cancelled"),
                    ("reminder_day", "Reminder the day before"),
                    ("reminder_soon", "Reminder two hours before"),
                    ("reconfirm", "Are you still coming?"),
                    ("on_your_way", "Are you on your way?"),
                    ("table_ready", "Table ready"),
                    ("waitlist_joined", "On the waitlist"),
                    ("waitlist_offer", "A table has become free"),
                    ("waitlist_gone", "The offer has expired"),
                    ("queue_joined", "In the queue"),
                    ("queue_longer", "The queue takes longer"),
                    ("queue_ready", "Queue: table ready"),
                    ("queue_nudge", "Queue: the table is still held"),
                    ("review_request", "How was it?"),
                    ("receipt", "Receipt"),
                    ("reply", "Answer of the restaurant"),
                    ("campaign", "Offers and news"),
                    ("staff_request", "Staff: new request"),
                    ("staff_cancelled", "Staff: a guest cancelled"),
                    ("staff_no_show_due", "Staff: a party has not come"),
                ],
                max_length=30,
                verbose_name="kind",
            ),
        ),
        migrations.CreateModel(
            name="Campaign",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                (
                    "channels",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("email", "E-mail"),
                                ("sms", "SMS"),
                                ("whatsapp", "WhatsApp"),
                                ("telegram", "Telegram"),
                                ("webpush", "Browser notification"),
                            ],
                            max_length=20,
                        ),
                        default=list,
                        help_text="In the order in which they are tried.",
                        size=None,
                        verbose_name="channels",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("scheduled", "Scheduled"),
                            ("sending", "Being sent"),
                            ("paused", "Paused"),
                            ("done", "Done"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="draft",
                        max_length=20,
                        verbose_name="status",
                    ),
                ),
                (
                    "recipients_count",
                    models.PositiveIntegerField(default=0, verbose_name="recipients"),
                ),
                ("left_out", models.JSONField(blank=True, default=dict, verbose_name="left out")),
                (
                    "link_nonce",
                    models.CharField(
                        default=reservehub.core.tokens.new_nonce, editable=False, max_length=40
                    ),
                ),
                ("created_at", models.DateTimeField(verbose_name="created at")),
                (
                    "scheduled_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="scheduled for"),
                ),
                (
                    "started_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="started at"),
                ),
                (
                    "finished_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="finished at"),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="created by",
                    ),
                ),
                (
                    "restaurant",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="campaigns",
                        to="restaurants.restaurant",
                        verbose_name="restaurant",
                    ),
                ),
                (
                    "segment",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="campaigns",
                        to="guests.segment",
                        verbose_name="segment",
                    ),
                ),
            ],
            options={
                "verbose_name": "campaign",
                "verbose_name_plural": "campaigns",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="CampaignRecipient",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("handed_over", "Handed over"),
                            ("cancelled", "Cancelled"),
                        ],
                        db_default="waiting",
                        default="waiting",
                        max_length=20,
                        verbose_name="status",
                    ),
                ),
                (
                    "handed_over_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="handed over at"),
                ),
                (
                    "unsubscribed_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="unsubscribed at"),
                ),
                (
                    "campaign",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="recipients",
                        to="notifications.campaign",
                        verbose_name="campaign",
                    ),
                ),
                (
                    "guest",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="campaign_receipts",
                        to="guests.guest",
                        verbose_name="guest",
                    ),
                ),
                (
                    "message",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="campaign_recipient",
                        to="notifications.message",
                        verbose_name="message",
                    ),
                ),
            ],
            options={
                "verbose_name": "recipient of a campaign",
                "verbose_name_plural": "recipients of campaigns",
            },
        ),
        migrations.CreateModel(
            name="CampaignText",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("language", models.CharField(max_length=10, verbose_name="language")),
                ("subject", models.CharField(max_length=150, verbose_name="subject")),
                ("text", models.TextField(max_length=4000, verbose_name="text")),
                ("short", models.CharField(blank=True, max_length=300, verbose_name="short text")),
                (
                    "campaign",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="texts",
                        to="notifications.campaign",
                        verbose_name="campaign",
                    ),
                ),
            ],
            options={
                "verbose_name": "text of a campaign",
                "verbose_name_plural": "texts of campaigns",
            },
        ),
        migrations.AddIndex(
            model_name="campaign",
            index=models.Index(fields=["restaurant", "-id"], name="notifications_campaigns"),
        ),
        migrations.AddIndex(
            model_name="campaign",
            index=models.Index(
                condition=models.Q(("status__in", ["scheduled", "sending"])),
                fields=["status", "scheduled_at"],
                name="notifications_campaigns_to_do",
            ),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "scheduled"), _negated=True),
                    ("scheduled_at__isnull", False),
                    _connector="OR",
                ),
                name="notifications_scheduled_campaign_has_a_time",
            ),
        ),
        migrations.AddIndex(
            model_name="campaignrecipient",
            index=models.Index(
                condition=models.Q(("status", "waiting")),
                fields=["campaign", "id"],
                name="notifications_recipients_due",
            ),
        ),
        migrations.AddIndex(
            model_name="campaignrecipient",
            index=models.Index(
                condition=models.Q(("handed_over_at__isnull", False)),
                fields=["campaign", "handed_over_at"],
                name="notifications_recipients_pace",
            ),
        ),
        migrations.AddConstraint(
            model_name="campaignrecipient",
            constraint=models.UniqueConstraint(
                fields=("campaign", "guest"), name="notifications_campaign_reaches_a_guest_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="campaigntext",
            constraint=models.UniqueConstraint(
                fields=("campaign", "language"), name="notifications_campaign_text_per_language"
            ),
        ),
    ]
