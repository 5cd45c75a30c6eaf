from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("guests", "0007_imported_from"),
    ]

    operations = [
        migrations.AddField(
            model_name="loyaltyentry",
            name="units_spent",
            field=models.PositiveBigIntegerField(
                db_default=0,
                default=0,
                help_text="For these they were earned.",
                verbose_name="whole units of money spent",
            ),
        ),
        migrations.AddField(
            model_name="loyaltyentry",
            name="points_per_unit",
            field=models.PositiveIntegerField(
                blank=True,
                help_text="As agreed when they were earned; empty where that is not known.",
                null=True,
                verbose_name="points for each unit",
            ),
        ),
    ]
