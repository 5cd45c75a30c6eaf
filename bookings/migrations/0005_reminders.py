from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("bookings", "0004_table_ready")]

    operations = [
        migrations.AddField(
            model_name="reservation",
            name="reminder_sent_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="reminded at"),
        ),
        migrations.AddIndex(
            model_name="reservation",
            index=models.Index(
                condition=models.Q(("status", "confirmed")),
                fields=["starts_at"],
                name="bookings_confirmed_ahead",
            ),
        ),
        migrations.AddIndex(
            model_name="reservation",
            index=models.Index(
                condition=models.Q(("status", "completed")),
                fields=["completed_at"],
                name="bookings_completed",
            ),
        ),
    ]
