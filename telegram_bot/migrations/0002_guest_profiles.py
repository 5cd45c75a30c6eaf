from __future__ import annotations

import phonenumber_field.modelfields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("telegram_bot", "0001_telegram_chats_and_cards"),
    ]

    operations = [
        migrations.CreateModel(
            name="GuestProfile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("user_id", models.BigIntegerField(unique=True, verbose_name="Telegram user")),
                ("chat_id", models.BigIntegerField(verbose_name="Telegram chat")),
                ("name", models.CharField(max_length=150, verbose_name="name")),
                (
                    "phone",
                    phonenumber_field.modelfields.PhoneNumberField(
                        blank=True, max_length=128, region=None, verbose_name="phone"
                    ),
                ),
                ("screen_id", models.BigIntegerField(blank=True, editable=False, null=True)),
                ("prompt_id", models.BigIntegerField(blank=True, editable=False, null=True)),
                ("awaiting", models.CharField(blank=True, editable=False, max_length=64)),
                ("created_at", models.DateTimeField(verbose_name="created at")),
                ("updated_at", models.DateTimeField(verbose_name="updated at")),
            ],
            options={
                "verbose_name": "guest in Telegram",
                "verbose_name_plural": "guests in Telegram",
                "ordering": ["-id"],
            },
        ),
    ]
