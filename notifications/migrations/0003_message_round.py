from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notifications", "0002_message_about_start")]

    operations = [
        migrations.AddField(
            model_name="message",
            name="round",
            field=models.PositiveSmallIntegerField(
                default=0, help_text="How often a person had it sent again.", verbose_name="round"
            ),
        ),
    ]
