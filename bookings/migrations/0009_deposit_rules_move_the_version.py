"""A deposit rule is kept in memory with the rest of the configuration: every change of one moves
`restaurants_restaurant.config_version`, as `restaurants.0002_config_version_trigger` does for the
others.
"""

from __future__ import annotations

from django.db import migrations

EVENTS = {
    "insert": ("REFERENCING NEW TABLE AS new_rows", ("new_rows",)),
    "update": ("REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows", ("old_rows", "new_rows")),
    "delete": ("REFERENCING OLD TABLE AS old_rows", ("old_rows",)),
}


def _create(event: str) -> str:
    referencing, sets = EVENTS[event]
    owners = " UNION ".join(f"SELECT restaurant_id FROM {rows}" for rows in sets)  # noqa: S608 - no values
    function = f"bookings_depositrule_config_{event}"
    return f"""
CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE restaurants_restaurant SET config_version = config_version + 1
    WHERE id IN (
        SELECT id FROM restaurants_restaurant WHERE id IN ({owners})
        ORDER BY id FOR NO KEY UPDATE
    );
    RETURN NULL;
END
$$;
CREATE TRIGGER bookings_config_{event} AFTER {event.upper()} ON bookings_depositrule
{referencing} FOR EACH STATEMENT EXECUTE FUNCTION {function}();
"""  # noqa: S608 - no values


def _drop(event: str) -> str:
    return f"""
DROP TRIGGER bookings_config_{event} ON bookings_depositrule;
DROP FUNCTION bookings_depositrule_config_{event}();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0008_deposit_decisions"),
        ("restaurants", "0002_config_version_trigger"),
    ]

    operations = [migrations.RunSQL(_create(event), _drop(event)) for event in EVENTS]
