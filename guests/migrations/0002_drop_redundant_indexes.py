"""Foreign keys that another index begins with, and accounts only where there is one."""

from __future__ import annotations

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("guests", "0001_initial"),
        ("restaurants", "0002_config_version_trigger"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="guest",
            name="organisation",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="guests",
                to="restaurants.organisation",
                verbose_name="organisation",
            ),
        ),
        migrations.AlterField(
            model_name="guest",
            name="user",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="guest_records",
                to=settings.AUTH_USER_MODEL,
                verbose_name="customer account",
            ),
        ),
        migrations.AlterField(
            model_name="mergecandidate",
            name="guest",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="candidates",
                to="guests.guest",
                verbose_name="guest",
            ),
        ),
        migrations.AddIndex(
            model_name="guest",
            index=models.Index(
                condition=models.Q(("user__isnull", False)),
                fields=["user"],
                name="guests_by_account",
            ),
        ),
    ]
