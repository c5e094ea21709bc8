"""Call records are stored by month, so that a month is read, and later dropped, without touching the others.

Months are UTC's. PostgreSQL can only vouch for a key within a month: over all of them the import does, which holds the
node's lock while it looks.
"""

from django.db import migrations, models

import voipadmin.core.models

# Rows that came before their month wait in the default partition and move into it.
ADD_MONTH = """
CREATE FUNCTION billing_add_cdr_month(p_month date) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    part text := 'billing_cdr_y' || to_char(p_month, 'YYYY"m"MM');
    since timestamptz := p_month::timestamp AT TIME ZONE 'UTC';
    until timestamptz := (p_month + interval '1 month')::timestamp AT TIME ZONE 'UTC';
BEGIN
    IF to_regclass(part) IS NOT NULL THEN
        RETURN false;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('billing.cdr_months', 0));
    IF to_regclass(part) IS NOT NULL THEN
        RETURN false;
    END IF;
    EXECUTE format('CREATE TABLE %I (LIKE billing_cdr INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', part);
    EXECUTE format(
        'WITH moved AS (DELETE FROM billing_cdr_default WHERE started_at >= %L AND started_at < %L RETURNING *)
         INSERT INTO %I SELECT * FROM moved', since, until, part);
    EXECUTE format('ALTER TABLE billing_cdr ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', part, since, until);
    RETURN true;
END $$;
"""

BY_MONTH = """
ALTER TABLE billing_cdr RENAME TO billing_cdr_whole;
CREATE TABLE billing_cdr (LIKE billing_cdr_whole INCLUDING DEFAULTS INCLUDING CONSTRAINTS)
    PARTITION BY RANGE (started_at);
CREATE TABLE billing_cdr_default PARTITION OF billing_cdr DEFAULT;
SELECT billing_add_cdr_month(month) FROM (
    SELECT DISTINCT date_trunc('month', started_at AT TIME ZONE 'UTC')::date AS month FROM billing_cdr_whole
    UNION SELECT generate_series(
        date_trunc('month', now() AT TIME ZONE 'UTC') - interval '1 month',
        date_trunc('month', now() AT TIME ZONE 'UTC') + interval '3 months',
        interval '1 month')::date
    ) months ORDER BY month;
INSERT INTO billing_cdr SELECT * FROM billing_cdr_whole;
DROP TABLE billing_cdr_whole;

ALTER TABLE billing_cdr ADD CONSTRAINT billing_cdr_pkey PRIMARY KEY (id, started_at);
ALTER TABLE billing_cdr ADD CONSTRAINT cdr_once_per_node UNIQUE (node_name, uniqueid, sequence, started_at);
CREATE INDEX billing_cdr_route_id_10c54876 ON billing_cdr (route_id);
CREATE INDEX billing_cdr_tariff_id_9d85a367 ON billing_cdr (tariff_id);
CREATE INDEX cdr_newest_first ON billing_cdr (started_at DESC, id DESC);
CREATE INDEX cdr_of_customer ON billing_cdr (customer_id, started_at DESC);
CREATE INDEX cdr_of_did ON billing_cdr (did_id, started_at DESC) WHERE did_id IS NOT NULL;
CREATE INDEX cdr_of_gateway ON billing_cdr (gateway_id, started_at DESC);
CREATE INDEX cdr_of_linked_call ON billing_cdr (linkedid);
CREATE INDEX cdr_uncharged ON billing_cdr (started_at DESC) WHERE NOT uncharged_reason = '';
CREATE INDEX cdr_unrated ON billing_cdr (started_at DESC)
    WHERE unrated_reason IN ('no_tariff', 'no_number', 'direction');
ALTER TABLE billing_cdr
    ADD CONSTRAINT billing_cdr_customer_id_d5184b3c_fk_customers_customer_id
        FOREIGN KEY (customer_id) REFERENCES customers_customer (id) DEFERRABLE INITIALLY DEFERRED,
    ADD CONSTRAINT billing_cdr_gateway_id_7a372666_fk_routing_gateway_id
        FOREIGN KEY (gateway_id) REFERENCES routing_gateway (id) DEFERRABLE INITIALLY DEFERRED,
    ADD CONSTRAINT billing_cdr_route_id_10c54876_fk_routing_route_id
        FOREIGN KEY (route_id) REFERENCES routing_route (id) DEFERRABLE INITIALLY DEFERRED,
    ADD CONSTRAINT billing_cdr_did_id_4a5c16cf_fk_numbering_did_id
        FOREIGN KEY (did_id) REFERENCES numbering_did (id) DEFERRABLE INITIALLY DEFERRED,
    ADD CONSTRAINT billing_cdr_tariff_id_9d85a367_fk_billing_tariff_id
        FOREIGN KEY (tariff_id) REFERENCES billing_tariff (id) DEFERRABLE INITIALLY DEFERRED;
"""


class Migration(migrations.Migration):
    dependencies = [("billing", "0013_holds_are_atomic")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(ADD_MONTH + BY_MONTH)],
            state_operations=[
                migrations.RemoveConstraint(model_name="cdr", name="cdr_once_per_node"),
                migrations.AddConstraint(
                    model_name="cdr",
                    constraint=models.UniqueConstraint(
                        fields=("node_name", "uniqueid", "sequence", "started_at"), name="cdr_once_per_node"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="DroppedMonth",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=voipadmin.core.models.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                        verbose_name="id",
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="created at")),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="updated at")),
                ("month", models.DateField(unique=True, verbose_name="month")),
                ("records", models.BigIntegerField(verbose_name="records")),
            ],
            options={
                "verbose_name": "dropped month",
                "verbose_name_plural": "dropped months",
                "ordering": ["-month"],
            },
        ),
        migrations.AlterField(
            model_name="rejectedrecord",
            name="reason",
            field=models.CharField(
                choices=[
                    ("too_long", "The line or a value is too long"),
                    ("charset", "Not UTF-8, or with control characters"),
                    ("quotes", "Quotation marks that do not close"),
                    ("columns", "Not the columns of a known format"),
                    ("identity", "Without a unique id"),
                    ("time", "A time that is none, or times in the wrong order"),
                    ("duration", "A duration that is none, or negative"),
                    ("disposition", "An unknown disposition"),
                    ("conflict", "Another record with the same key and other content is there already"),
                    ("unfinished", "The file ended in the middle of the line"),
                    ("dropped", "The records of its month are no longer kept"),
                ],
                max_length=20,
                verbose_name="reason",
            ),
        ),
    ]
