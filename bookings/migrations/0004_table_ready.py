"""When a waiting party was told that its table is ready."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("bookings", "0003_index_parties_at_a_table")]

    operations = [
        migrations.AddField(
            model_name="reservation",
            name="table_ready_at",
            field=models.DateTimeField(
                blank=True, null=True, verbose_name="told that the table is ready at"
            ),
        ),
    ]
