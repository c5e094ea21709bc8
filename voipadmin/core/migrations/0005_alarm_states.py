"""Alarms are acknowledged and silenced, and each step is kept."""

import django.db.models.deletion
import voipadmin.core.models.base
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0004_jobs'),
    ]

    operations = [
        migrations.CreateModel(
            name='AlarmEvent',
            fields=[
                ('id', models.UUIDField(default=voipadmin.core.models.base.new_id, editable=False, primary_key=True, serialize=False, verbose_name='id')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('step', models.CharField(choices=[('opened', 'Opened'), ('acknowledged', 'Acknowledged'), ('silenced', 'Silenced'), ('unsilenced', 'Silence ended'), ('closed', 'Closed')], max_length=12, verbose_name='step')),
                ('at', models.DateTimeField(verbose_name='at')),
                ('actor', models.CharField(blank=True, max_length=150, verbose_name='by')),
                ('note', models.CharField(blank=True, max_length=500, verbose_name='note')),
            ],
            options={
                'verbose_name': 'event of an alarm',
                'verbose_name_plural': 'events of alarms',
                'ordering': ['at', 'created_at'],
            },
        ),
        migrations.CreateModel(
            name='AlarmSilence',
            fields=[
                ('id', models.UUIDField(default=voipadmin.core.models.base.new_id, editable=False, primary_key=True, serialize=False, verbose_name='id')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('kind', models.CharField(blank=True, max_length=40, verbose_name='kind of alarm')),
                ('subject', models.CharField(blank=True, max_length=120, null=True, verbose_name='object')),
                ('until', models.DateTimeField(verbose_name='until')),
                ('actor', models.CharField(max_length=150, verbose_name='by')),
                ('reason', models.CharField(max_length=200, verbose_name='reason')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='ended at')),
                ('ended_by', models.CharField(blank=True, max_length=150, verbose_name='ended by')),
            ],
            options={
                'verbose_name': 'silence',
                'verbose_name_plural': 'silences',
                'ordering': ['-created_at'],
            },
        ),
        migrations.AlterModelOptions(
            name='alarm',
            options={'ordering': [models.OrderBy(models.F('closed_at'), descending=True, nulls_first=True), '-opened_at'], 'verbose_name': 'alarm', 'verbose_name_plural': 'alarms'},
        ),
        migrations.AddField(
            model_name='alarm',
            name='acknowledged_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='acknowledged at'),
        ),
        migrations.AddField(
            model_name='alarm',
            name='acknowledged_by',
            field=models.CharField(blank=True, db_default='', max_length=150, verbose_name='acknowledged by'),
        ),
        migrations.AddField(
            model_name='alarm',
            name='closed_by',
            field=models.CharField(blank=True, db_default='', max_length=150, verbose_name='closed by'),
        ),
        migrations.AddIndex(
            model_name='alarm',
            index=models.Index(models.OrderBy(models.F('closed_at'), descending=True, nulls_first=True), models.OrderBy(models.F('opened_at'), descending=True), name='alarm_as_listed'),
        ),
        migrations.AddIndex(
            model_name='alarm',
            index=models.Index(fields=['kind', '-opened_at'], name='alarm_of_kind'),
        ),
        migrations.AddField(
            model_name='alarmevent',
            name='alarm',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='events', to='core.alarm', verbose_name='alarm'),
        ),
        migrations.AddIndex(
            model_name='alarmsilence',
            index=models.Index(condition=models.Q(('ended_at', None)), fields=['until'], name='silence_not_ended'),
        ),
        migrations.AddConstraint(
            model_name='alarmsilence',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', ''), _negated=True), ('subject', None), _connector='OR'), name='silence_of_an_object_names_its_kind'),
        ),
        migrations.AddConstraint(
            model_name='alarmevent',
            constraint=models.CheckConstraint(condition=models.Q(('step__in', ['opened', 'acknowledged', 'silenced', 'unsilenced', 'closed'])), name='alarm_event_step_known'),
        ),
    ]
