from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0003_simulator"),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="reconciliation",
            constraint=models.UniqueConstraint(
                fields=("account", "since", "until"), name="payments_a_day_is_compared_once"
            ),
        ),
    ]
