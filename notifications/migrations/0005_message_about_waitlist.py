import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("notifications", "0004_campaigns"),
        ("waitlist", "0001_entries"),
    ]

    operations = [
        migrations.AddField(
            model_name="message",
            name="waitlist_entry",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="messages",
                to="waitlist.waitlistentry",
                verbose_name="waitlist entry",
            ),
        ),
        migrations.AddField(
            model_name="message",
            name="waitlist_offer",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="messages",
                to="waitlist.waitlistoffer",
                verbose_name="waitlist offer",
            ),
        ),
    ]
