from __future__ import annotations

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0009_deposit_rules_move_the_version"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="deposit",
            name="asked_by",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                help_text="Where no rule asked, but somebody of the restaurant.",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="asked for by",
            ),
        ),
        migrations.AddField(
            model_name="deposit",
            name="pay_until",
            field=models.DateTimeField(
                blank=True,
                help_text="Where the booking stays even if it is not paid by then.",
                null=True,
                verbose_name="to be paid by",
            ),
        ),
    ]
