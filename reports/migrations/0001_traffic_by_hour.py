"""Roll-ups by hour, and the marks of what has to be counted: all hours that there are, and what changes from now on.

The trigger follows changes of stored records, whoever makes them. It does not follow new ones: with such a trigger COPY
would take the rows of a partitioned table one by one. The import says itself what came (`billing.signals`).
"""

import django.contrib.postgres.fields
from django.db import migrations, models


FOLLOW = """
CREATE FUNCTION reports_mark_changed_records() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO reports_uncountedquarter (quarter)
    SELECT DISTINCT date_bin('15 minutes', ended_at, '2000-01-01 00:00:00+00') FROM changed;
    RETURN NULL;
END $$;
CREATE TRIGGER reports_records_changed AFTER UPDATE ON billing_cdr REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION reports_mark_changed_records();
INSERT INTO reports_uncountedquarter (quarter)
SELECT DISTINCT date_bin('15 minutes', ended_at, '2000-01-01 00:00:00+00') FROM billing_cdr;
"""
UNFOLLOW = """
DROP TRIGGER reports_records_changed ON billing_cdr;
DROP FUNCTION reports_mark_changed_records();
"""


class Migration(migrations.Migration):

    initial = True

    dependencies = [("billing", "0030_calls_by_their_end")]

    operations = [
        migrations.CreateModel(
            name='TrafficHour',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('hour', models.DateTimeField(db_index=True)),
                ('direction', models.CharField(max_length=8)),
                ('customer_id', models.UUIDField(null=True)),
                ('provider_id', models.UUIDField(null=True)),
                ('gateway_id', models.UUIDField(null=True)),
                ('route_id', models.UUIDField(null=True)),
                ('tariff_id', models.UUIDField(null=True)),
                ('prefix', models.CharField(blank=True, max_length=60)),
                ('country', models.CharField(blank=True, max_length=2)),
                ('from_abroad', models.BooleanField()),
                ('cause', models.SmallIntegerField(null=True)),
                ('currency', models.CharField(blank=True, max_length=3)),
                ('cost_currency', models.CharField(blank=True, max_length=3)),
                ('records', models.IntegerField()),
                ('calls', models.IntegerField()),
                ('answered_calls', models.IntegerField()),
                ('attempts', models.IntegerField()),
                ('answered', models.IntegerField()),
                ('effective', models.IntegerField()),
                ('short', models.IntegerField()),
                ('unrated', models.IntegerField()),
                ('losses', models.IntegerField()),
                ('talk_seconds', models.DecimalField(decimal_places=6, max_digits=24)),
                ('billed_seconds', models.BigIntegerField()),
                ('price', models.DecimalField(decimal_places=6, max_digits=24)),
                ('cost', models.DecimalField(decimal_places=6, max_digits=24)),
                ('margin', models.DecimalField(decimal_places=6, max_digits=24)),
                ('price_with_margin', models.DecimalField(decimal_places=6, max_digits=24)),
                ('lost', models.DecimalField(decimal_places=6, max_digits=24)),
                ('delay_steps', django.contrib.postgres.fields.ArrayField(base_field=models.SmallIntegerField(), null=True, size=None)),
                ('delay_counts', django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), null=True, size=None)),
            ],
        ),
        migrations.CreateModel(
            name='UncountedQuarter',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('quarter', models.DateTimeField(db_index=True)),
            ],
        ),
        migrations.RunSQL(FOLLOW, UNFOLLOW),
    ]
