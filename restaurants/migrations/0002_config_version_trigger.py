"""Every change of what decides availability moves `restaurants_restaurant.config_version`.

One statement-level trigger per table and kind of change: a bulk update costs one more UPDATE, not one
per row. The restaurant rows are locked in key order and FOR NO KEY UPDATE: bookings hold only the
key-share locks of their foreign keys, so neither waits for the other.
"""

from __future__ import annotations

from django.db import migrations

#: table -> SQL that turns a set of its rows (`{rows}`) into restaurant ids
OWNERS = {
    "restaurants_bookingpolicy": "SELECT restaurant_id FROM {rows}",
    "restaurants_serviceperiod": "SELECT restaurant_id FROM {rows}",
    "restaurants_specialday": "SELECT restaurant_id FROM {rows}",
    "restaurants_slotoverride": "SELECT restaurant_id FROM {rows}",
    "restaurants_turntimerule": "SELECT restaurant_id FROM {rows}",
    "restaurants_area": "SELECT restaurant_id FROM {rows}",
    "restaurants_table": "SELECT restaurant_id FROM {rows}",
    "restaurants_combination": "SELECT restaurant_id FROM {rows}",
    "restaurants_tableaccessinperiod": (
        "SELECT t.restaurant_id FROM {rows} r JOIN restaurants_table t ON t.id = r.table_id"
    ),
    "restaurants_combinationmember": (
        "SELECT c.restaurant_id FROM {rows} r"
        " JOIN restaurants_combination c ON c.id = r.combination_id"
    ),
}

BUMP = """
UPDATE restaurants_restaurant SET config_version = config_version + 1
WHERE id IN (
    SELECT id FROM restaurants_restaurant WHERE id IN ({owners})
    ORDER BY id FOR NO KEY UPDATE
);
"""

EVENTS = {
    "insert": ("REFERENCING NEW TABLE AS new_rows", ("new_rows",)),
    "update": ("REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows", ("old_rows", "new_rows")),
    "delete": ("REFERENCING OLD TABLE AS old_rows", ("old_rows",)),
}

RESTAURANT_FORWARD = """
CREATE SEQUENCE restaurants_config_version_seq START WITH 2;
CREATE FUNCTION restaurants_restaurant_own_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- From a sequence: a version that was rolled back (a dry run) never comes again with other contents, so that what a
    -- process cached by it cannot be mistaken; and a stale object saved by the application cannot turn it back.
    NEW.config_version := nextval('restaurants_config_version_seq');
    RETURN NEW;
END
$$;
CREATE TRIGGER restaurants_config_version BEFORE UPDATE ON restaurants_restaurant
FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*)
EXECUTE FUNCTION restaurants_restaurant_own_version();
"""
RESTAURANT_BACKWARD = """
DROP TRIGGER restaurants_config_version ON restaurants_restaurant;
DROP FUNCTION restaurants_restaurant_own_version();
DROP SEQUENCE restaurants_config_version_seq;
"""


def _create(table: str, event: str) -> str:
    referencing, sets = EVENTS[event]
    owners = " UNION ".join(OWNERS[table].format(rows=rows) for rows in sets)
    function = f"{table}_config_{event}"
    return f"""
CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    {BUMP.format(owners=owners).strip()}
    RETURN NULL;
END
$$;
CREATE TRIGGER restaurants_config_{event} AFTER {event.upper()} ON {table}
{referencing} FOR EACH STATEMENT EXECUTE FUNCTION {function}();
"""


def _drop(table: str, event: str) -> str:
    return f"""
DROP TRIGGER restaurants_config_{event} ON {table};
DROP FUNCTION {table}_config_{event}();
"""


class Migration(migrations.Migration):
    dependencies = [("restaurants", "0001_initial")]

    operations = [
        migrations.RunSQL(RESTAURANT_FORWARD, RESTAURANT_BACKWARD),
        *(
            migrations.RunSQL(_create(table, event), _drop(table, event))
            for table in OWNERS
            for event in EVENTS
        ),
    ]
