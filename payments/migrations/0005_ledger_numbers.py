from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("payments", "0004_days_compared_once")]

    operations = [
        migrations.AddIndex(
            model_name="ledgerentry",
            index=models.Index(fields=["provider_id"], name="payments_entries_by_number"),
        ),
        migrations.AddIndex(
            model_name="ledgerentry",
            index=models.Index(fields=["object_id"], name="payments_entries_by_object"),
        ),
        migrations.AddIndex(
            model_name="instruction",
            index=models.Index(
                fields=["provider_id"],
                name="payments_orders_by_number",
                condition=~models.Q(provider_id=""),
            ),
        ),
    ]
