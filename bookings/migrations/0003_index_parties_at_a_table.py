"""The few who sit at a table now, so that overrunning parties are found without looking at all."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("bookings", "0002_drop_redundant_indexes")]

    operations = [
        migrations.AddIndex(
            model_name="reservation",
            index=models.Index(
                condition=models.Q(("status__in", ["partially_seated", "seated"])),
                fields=["ends_at"],
                name="bookings_at_a_table",
            ),
        ),
    ]
