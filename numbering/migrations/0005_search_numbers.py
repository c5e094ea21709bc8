"""The index by which any part of a number is found."""

import django.contrib.postgres.indexes
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('customers', '0005_search_extensions'),
        ('numbering', '0004_no_price_without_one'),
        ('routing', '0004_sent_format'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='did',
            index=django.contrib.postgres.indexes.GinIndex(fields=['number'], name='did_number_parts', opclasses=['gin_trgm_ops']),
        ),
    ]
