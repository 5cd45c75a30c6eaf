"""Cards that are kept for bookings of before are looked at once, so that they are forgotten in
their time as well.
"""

from __future__ import annotations

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from django.utils import timezone

_FOR = "reservation:"
_BATCH = 1000


def look_again(apps: StateApps, _editor: BaseDatabaseSchemaEditor) -> None:
    payments = apps.get_model("payments", "Payment").objects
    deposits = apps.get_model("bookings", "Deposit").objects
    kept = payments.exclude(method=None).filter(reference__startswith=_FOR).order_by("pk")
    numbers = [
        int(reference.removeprefix(_FOR)) for reference in kept.values_list("reference", flat=True)
    ]
    for start in range(0, len(numbers), _BATCH):
        rows = deposits.filter(pk__in=numbers[start : start + _BATCH], look_again_at=None)
        rows.update(look_again_at=timezone.now())


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0010_deposits_asked_by_hand"),
        ("payments", "0008_cards_forgotten"),
    ]

    operations = [migrations.RunPython(look_again, migrations.RunPython.noop)]
