from __future__ import annotations

from django.db import migrations

GUARD = """
CREATE FUNCTION core_audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF coalesce(current_setting('reservehub.audit_purge', true), '') <> 'on' THEN
        RAISE EXCEPTION 'the audit is append-only' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN coalesce(NEW, OLD);
END
$$;
CREATE TRIGGER core_audit_append_only
    BEFORE UPDATE OR DELETE ON core_auditentry
    FOR EACH ROW EXECUTE FUNCTION core_audit_is_append_only();
"""

UNGUARD = """
DROP TRIGGER core_audit_append_only ON core_auditentry;
DROP FUNCTION core_audit_is_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]

    operations = [migrations.RunSQL(GUARD, UNGUARD)]
