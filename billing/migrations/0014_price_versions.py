"""A change of prices is noticed by one small read, however many prices there are and whoever writes them."""

import uuid

from django.db import migrations, models

PARTS = {
    "billing_tariff": "tariffs",
    "billing_rateplan": "tariffs",
    "billing_timewindow": "windows",
    "billing_holidaycalendar": "windows",
    "billing_holiday": "windows",
}

FUNCTIONS = """
CREATE FUNCTION billing_prices_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO billing_priceversion (id, part, version) VALUES (gen_random_uuid(), TG_ARGV[0], gen_random_uuid())
        ON CONFLICT (part) DO UPDATE SET version = EXCLUDED.version;
    RETURN NULL;
END $$;
CREATE FUNCTION billing_deck_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO billing_priceversion (id, part, version)
        SELECT gen_random_uuid(), 'deck:' || provider_id, gen_random_uuid()
        FROM (SELECT DISTINCT provider_id FROM changed ORDER BY provider_id) providers
        ON CONFLICT (part) DO UPDATE SET version = EXCLUDED.version;
    RETURN NULL;
END $$;
"""

TRIGGERS = "".join(
    f"CREATE TRIGGER prices_changed AFTER INSERT OR UPDATE OR DELETE ON {table}\n"
    f"    FOR EACH STATEMENT EXECUTE FUNCTION billing_prices_changed('{part}');\n"
    for table, part in PARTS.items()
)

# A transition table belongs to one kind of statement. A rate that moves to another provider is seen under its new one
# and the old: both tables are looked at.
DECKS = """
CREATE TRIGGER deck_added AFTER INSERT ON billing_buyrate REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION billing_deck_changed();
CREATE TRIGGER deck_updated_from AFTER UPDATE ON billing_buyrate REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION billing_deck_changed();
CREATE TRIGGER deck_updated_to AFTER UPDATE ON billing_buyrate REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION billing_deck_changed();
CREATE TRIGGER deck_removed AFTER DELETE ON billing_buyrate REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION billing_deck_changed();
"""

UNDO = (
    "".join(f"DROP TRIGGER prices_changed ON {table};\n" for table in PARTS)
    + "".join(
        f"DROP TRIGGER {name} ON billing_buyrate;\n"
        for name in ("deck_added", "deck_updated_from", "deck_updated_to", "deck_removed")
    )
    + "DROP FUNCTION billing_prices_changed();\nDROP FUNCTION billing_deck_changed();\n"
)


class Migration(migrations.Migration):
    dependencies = [("billing", "0013_calls_by_month")]

    operations = [
        migrations.CreateModel(
            name="PriceVersion",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("part", models.CharField(max_length=60, unique=True)),
                ("version", models.UUIDField(default=uuid.uuid4)),
            ],
        ),
        migrations.RunSQL(FUNCTIONS + TRIGGERS + DECKS, UNDO),
    ]
