"""The database itself sees to it that entries of the changelog are neither changed nor deleted.

One thing may happen to an entry: the user who made the change is deleted, and the entry forgets its key. The name
stays, because it is written beside it when the entry is made.
"""

from django.db import migrations

ENTRY = "auditlog_logentry"

ONLY_GROWS = f"""
CREATE FUNCTION users_changelog_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF NEW.actor_id IS NULL AND to_jsonb(NEW) - 'actor_id' = to_jsonb(OLD) - 'actor_id' THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'entries of the changelog are neither changed nor deleted' USING ERRCODE = 'restrict_violation';
END $$;
CREATE FUNCTION users_changelog_names_the_actor() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT left(username || CASE WHEN email <> '' THEN ' <' || email || '>' ELSE '' END, 254) INTO NEW.actor_email
        FROM users_user WHERE id = NEW.actor_id;
    RETURN NEW;
END $$;
CREATE TRIGGER changelog_only_grows BEFORE UPDATE OR DELETE ON {ENTRY}
    FOR EACH ROW EXECUTE FUNCTION users_changelog_only_grows();
CREATE TRIGGER changelog_is_not_emptied BEFORE TRUNCATE ON {ENTRY}
    FOR EACH STATEMENT EXECUTE FUNCTION users_changelog_only_grows();
CREATE TRIGGER changelog_names_the_actor BEFORE INSERT ON {ENTRY}
    FOR EACH ROW WHEN (NEW.actor_id IS NOT NULL) EXECUTE FUNCTION users_changelog_names_the_actor();
"""

UNDO = f"""
DROP TRIGGER changelog_names_the_actor ON {ENTRY};
DROP TRIGGER changelog_is_not_emptied ON {ENTRY};
DROP TRIGGER changelog_only_grows ON {ENTRY};
DROP FUNCTION users_changelog_names_the_actor();
DROP FUNCTION users_changelog_only_grows();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("auditlog", "0017_add_actor_email"),
        ("users", "0003_role_policies"),
    ]

    operations = [migrations.RunSQL(ONLY_GROWS, UNDO)]
