from __future__ import annotations

from django.db import migrations, models

IN_HAND = ["queued", "under_way", "uncertain", "accepted"]


class Migration(migrations.Migration):
    dependencies = [("payments", "0001_initial")]

    operations = [
        migrations.RemoveConstraint("instruction", "payments_one_taking_at_a_time"),
        migrations.RemoveIndex("instruction", "payments_orders_to_carry_out"),
        migrations.AddField(
            model_name="instruction",
            name="object_id",
            field=models.CharField(
                blank=True,
                default="",
                help_text="What is captured, released or refunded.",
                max_length=255,
                verbose_name="payment at the provider",
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="ledgerentry",
            name="object_id",
            field=models.CharField(
                blank=True,
                default="",
                max_length=255,
                verbose_name="payment at the provider",
            ),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name="instruction",
            name="status",
            field=models.CharField(
                choices=[
                    ("queued", "Queued"),
                    ("under_way", "Under way"),
                    ("uncertain", "Answer lost"),
                    ("accepted", "Accepted, outcome awaited"),
                    ("done", "Done"),
                    ("refused", "Refused"),
                ],
                default="queued",
                max_length=20,
                verbose_name="status",
            ),
        ),
        migrations.AddIndex(
            model_name="instruction",
            index=models.Index(
                condition=models.Q(status__in=IN_HAND),
                fields=["next_attempt_at"],
                name="payments_orders_to_carry_out",
            ),
        ),
        migrations.AddConstraint(
            model_name="instruction",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    kind__in=["pay", "charge", "authorise", "capture"], status__in=IN_HAND
                ),
                fields=("payment",),
                name="payments_one_taking_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.UniqueConstraint(
                condition=models.Q(status="open"),
                fields=("reference", "mode"),
                name="payments_one_open_payment_of_a_kind",
            ),
        ),
    ]
