"""Indexes by which extensions are searched; parts of a text are found by trigrams."""

import django.contrib.postgres.indexes
from django.contrib.postgres.operations import TrigramExtension
import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('customers', '0004_home_areas'),
    ]

    operations = [
        TrigramExtension(),
        migrations.AddIndex(
            model_name='extension',
            index=models.Index(fields=['number'], name='extension_number_begins', opclasses=['varchar_pattern_ops']),
        ),
        migrations.AddIndex(
            model_name='extension',
            index=django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.indexes.OpClass(django.db.models.functions.text.Upper('caller_id_name'), name='gin_trgm_ops'), name='extension_name_parts'),
        ),
        migrations.AddIndex(
            model_name='extension',
            index=django.contrib.postgres.indexes.GinIndex(fields=['caller_id_number'], name='extension_caller_id_parts', opclasses=['gin_trgm_ops']),
        ),
    ]
