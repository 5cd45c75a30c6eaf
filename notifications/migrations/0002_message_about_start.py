from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notifications", "0001_messages")]

    operations = [
        migrations.AddField(
            model_name="message",
            name="about_starts_at",
            field=models.DateTimeField(
                blank=True,
                help_text="Messages by the clock are useless once the visit has another start.",
                null=True,
                verbose_name="about the visit at",
            ),
        ),
    ]
