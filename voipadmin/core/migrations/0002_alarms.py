"""What a person has to look at, from when it was first seen until it was over."""

import voipadmin.core.models
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0001_idempotent_write'),
    ]

    operations = [
        migrations.CreateModel(
            name='Alarm',
            fields=[
                ('id', models.UUIDField(default=voipadmin.core.models.new_id, editable=False, primary_key=True, serialize=False, verbose_name='id')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('kind', models.CharField(max_length=40, verbose_name='kind')),
                ('subject', models.CharField(blank=True, default='', max_length=120, verbose_name='subject')),
                ('opened_at', models.DateTimeField(verbose_name='opened at')),
                ('last_seen_at', models.DateTimeField(verbose_name='last seen at')),
                ('count', models.PositiveIntegerField(default=1, verbose_name='times seen')),
                ('closed_at', models.DateTimeField(blank=True, null=True, verbose_name='closed at')),
                ('details', models.JSONField(blank=True, default=dict, verbose_name='details')),
            ],
            options={
                'verbose_name': 'alarm',
                'verbose_name_plural': 'alarms',
                'ordering': ['-opened_at'],
                'indexes': [models.Index(fields=['-opened_at'], name='alarm_newest_first')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('closed_at', None)), fields=('kind', 'subject'), name='alarm_open_once'), models.CheckConstraint(condition=models.Q(('last_seen_at__gte', models.F('opened_at'))), name='alarm_seen_after_it_opened')],
            },
        ),
    ]
