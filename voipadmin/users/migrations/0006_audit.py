"""Indexes of the audit page, and entries that show on the pages of an object's parents.

The trigger reads the parents that an entry names. Of entries of before, which name none, the parents are those that
the object had when it was created.
"""

from django.db import migrations

ENTRY = "auditlog_logentry"

LINKS = f"""
CREATE FUNCTION users_changelog_links_parents() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO core_auditlink (parent_id, entry_id)
        SELECT DISTINCT value::uuid, NEW.id FROM jsonb_array_elements_text(NEW.additional_data -> 'parents');
    RETURN NULL;
END $$;
CREATE TRIGGER changelog_links_parents AFTER INSERT ON {ENTRY}
    FOR EACH ROW WHEN (jsonb_typeof(NEW.additional_data -> 'parents') = 'array')
    EXECUTE FUNCTION users_changelog_links_parents();
INSERT INTO core_auditlink (parent_id, entry_id)
    SELECT DISTINCT (made.changes -> parent.field ->> 1)::uuid, entry.id
    FROM (VALUES
        ('customers', 'trunkaddress', 'customer'), ('customers', 'extension', 'customer'),
        ('routing', 'routegateway', 'route'), ('routing', 'routegateway', 'gateway'), ('routing', 'gateway', 'provider'),
        ('numbering', 'didallocation', 'did'), ('numbering', 'didallocation', 'customer'),
        ('billing', 'account', 'customer'), ('billing', 'tariff', 'plan'), ('billing', 'holiday', 'calendar'),
        ('asterisk_sync', 'conference', 'customer'), ('asterisk_sync', 'conferenceparticipant', 'conference')
    ) AS parent (app_label, model, field)
    JOIN django_content_type AS kind ON kind.app_label = parent.app_label AND kind.model = parent.model
    JOIN {ENTRY} AS made ON made.content_type_id = kind.id AND made.action = 0
    JOIN {ENTRY} AS entry ON entry.content_type_id = kind.id AND entry.object_pk = made.object_pk
    WHERE made.changes -> parent.field ->> 1 ~ '^[0-9a-f-]{{36}}$'
    ON CONFLICT DO NOTHING;
"""
NO_LINKS = f"""
DROP TRIGGER changelog_links_parents ON {ENTRY};
DROP FUNCTION users_changelog_links_parents();
DELETE FROM core_auditlink;
"""

INDEXES = {
    "audit_of_object": "(object_pk, id DESC)",
    "audit_of_actor": "(actor_id, timestamp DESC, id DESC)",
    "audit_of_address": "(remote_addr, timestamp DESC, id DESC)",
    "audit_of_kind": "(content_type_id, timestamp DESC, id DESC)",
    "audit_of_action": "(action, timestamp DESC, id DESC)",
    "audit_of_event": "((additional_data ->> 'event'), timestamp DESC, id DESC) WHERE additional_data ? 'event'",
    # Who was deleted is found by the name that the entry kept.
    "audit_of_former_user": "(lower(actor_email) text_pattern_ops, timestamp DESC) WHERE actor_id IS NULL",
}
# The words of a name: a customer's code, a number, an extension. Angle brackets would be taken for tags.
WORDS = "to_tsvector('simple', translate(object_repr, '<>', '  '))"


class Migration(migrations.Migration):
    dependencies = [
        ("auditlog", "0017_add_actor_email"),
        ("core", "0008_audit_links"),
        ("users", "0005_enrolment_codes"),
    ]

    operations = [
        migrations.RunSQL(LINKS, NO_LINKS),
        *[
            migrations.RunSQL(f"CREATE INDEX {name} ON {ENTRY} {columns}", f"DROP INDEX {name}")
            for name, columns in INDEXES.items()
        ],
        migrations.RunSQL(f"CREATE INDEX audit_words ON {ENTRY} USING gin ({WORDS})", "DROP INDEX audit_words"),
    ]
