"""Long work as rows, with the files that it is given and that come of it."""

import django.db.models.deletion
import voipadmin.core.models.base
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0003_numbering_plan'),
    ]

    operations = [
        migrations.CreateModel(
            name='Job',
            fields=[
                ('id', models.UUIDField(default=voipadmin.core.models.base.new_id, editable=False, primary_key=True, serialize=False, verbose_name='id')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('starts', models.PositiveSmallIntegerField(db_default=0, default=0, editable=False)),
                ('kind', models.CharField(max_length=40, verbose_name='kind')),
                ('subject', models.CharField(blank=True, max_length=200, verbose_name='about')),
                ('owner', models.CharField(blank=True, editable=False, max_length=40)),
                ('actor', models.CharField(blank=True, editable=False, max_length=60, verbose_name='by')),
                ('language', models.CharField(blank=True, editable=False, max_length=10)),
                ('status', models.CharField(choices=[('waiting', 'Waiting'), ('running', 'Running'), ('done', 'Done'), ('failed', 'Failed'), ('cancelled', 'Cancelled')], default='waiting', max_length=9, verbose_name='status')),
                ('parameters', models.JSONField(blank=True, default=dict, editable=False)),
                ('done', models.PositiveBigIntegerField(default=0, verbose_name='done so far')),
                ('total', models.PositiveBigIntegerField(blank=True, null=True, verbose_name='in all')),
                ('position', models.PositiveBigIntegerField(default=0, editable=False)),
                ('started_at', models.DateTimeField(blank=True, null=True, verbose_name='started at')),
                ('resumed_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('resumed_from', models.PositiveBigIntegerField(default=0, editable=False)),
                ('finished_at', models.DateTimeField(blank=True, null=True, verbose_name='finished at')),
                ('cancel_requested_at', models.DateTimeField(blank=True, null=True, verbose_name='cancelled at')),
                ('cancelled_by', models.CharField(blank=True, max_length=60, verbose_name='cancelled by')),
                ('result', models.JSONField(blank=True, default=dict, editable=False)),
                ('error', models.TextField(blank=True, verbose_name='what went wrong')),
                ('is_told', models.BooleanField(default=False, editable=False)),
            ],
            options={
                'verbose_name': 'job',
                'verbose_name_plural': 'jobs',
                'ordering': ['-created_at'],
                'indexes': [models.Index(fields=['owner', '-created_at'], name='job_of_owner'), models.Index(fields=['-created_at'], name='job_newest_first'), models.Index(condition=models.Q(('status__in', ['waiting', 'running'])), fields=['created_at'], name='job_unfinished'), models.Index(condition=models.Q(('is_told', False)), fields=['owner'], name='job_untold')],
                'constraints': [models.CheckConstraint(condition=models.Q(('status__in', ['waiting', 'running', 'done', 'failed', 'cancelled'])), name='job_status_known')],
            },
        ),
        migrations.CreateModel(
            name='JobFile',
            fields=[
                ('id', models.UUIDField(default=voipadmin.core.models.base.new_id, editable=False, primary_key=True, serialize=False, verbose_name='id')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('is_result', models.BooleanField(default=True)),
                ('name', models.CharField(max_length=200, verbose_name='file')),
                ('content_type', models.CharField(blank=True, max_length=100)),
                ('size', models.PositiveBigIntegerField(default=0)),
                ('is_complete', models.BooleanField(default=False)),
                ('permission', models.CharField(blank=True, max_length=100)),
                ('is_of_all_customers', models.BooleanField(default=True)),
                ('job', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='files', to='core.job')),
            ],
            options={
                'verbose_name': 'file of a job',
                'verbose_name_plural': 'files of jobs',
            },
        ),
        migrations.CreateModel(
            name='JobFilePart',
            fields=[
                ('id', models.UUIDField(default=voipadmin.core.models.base.new_id, editable=False, primary_key=True, serialize=False)),
                ('position', models.PositiveIntegerField()),
                ('content', models.BinaryField()),
                ('file', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='parts', to='core.jobfile')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('file', 'position'), name='job_file_part_once')],
            },
        ),
        # The parts are packed already: PostgreSQL need not try it once more.
        migrations.RunSQL(
            "ALTER TABLE core_jobfilepart ALTER COLUMN content SET STORAGE EXTERNAL",
            "ALTER TABLE core_jobfilepart ALTER COLUMN content SET STORAGE EXTENDED",
        ),
    ]
