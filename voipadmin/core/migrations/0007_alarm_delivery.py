"""Who is told of alarms, by mail and by webhook, and what is on its way there."""

import django.contrib.postgres.fields
import django.db.models.deletion
import voipadmin.core.fields
import voipadmin.core.models.base
import voipadmin.core.models.delivery
import voipadmin.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0006_installation'),
    ]

    operations = [
        migrations.CreateModel(
            name='AlarmReceiver',
            fields=[
                ('id', models.UUIDField(default=voipadmin.core.models.base.new_id, editable=False, primary_key=True, serialize=False, verbose_name='id')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('name', models.CharField(max_length=80, unique=True, validators=[voipadmin.core.validators.GrammarValidator('NAME')], verbose_name='name')),
                ('enabled', models.BooleanField(default=True, verbose_name='enabled')),
                ('severe_only', models.BooleanField(default=False, help_text='Only where calls or money are being lost.', verbose_name='severe alarms only')),
                ('kinds', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), blank=True, default=list, help_text='None chosen: all kinds.', size=None, verbose_name='kinds of alarms')),
                ('language', models.CharField(choices=voipadmin.core.models.delivery.languages, default='pt-br', max_length=10, verbose_name='language')),
                ('email', models.EmailField(max_length=200, verbose_name='e-mail')),
            ],
            options={
                'verbose_name': 'alarm receiver',
                'verbose_name_plural': 'alarm receivers',
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='Webhook',
            fields=[
                ('id', models.UUIDField(default=voipadmin.core.models.base.new_id, editable=False, primary_key=True, serialize=False, verbose_name='id')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('name', models.CharField(max_length=80, unique=True, validators=[voipadmin.core.validators.GrammarValidator('NAME')], verbose_name='name')),
                ('enabled', models.BooleanField(default=True, verbose_name='enabled')),
                ('severe_only', models.BooleanField(default=False, help_text='Only where calls or money are being lost.', verbose_name='severe alarms only')),
                ('kinds', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), blank=True, default=list, help_text='None chosen: all kinds.', size=None, verbose_name='kinds of alarms')),
                ('language', models.CharField(choices=voipadmin.core.models.delivery.languages, default='pt-br', max_length=10, verbose_name='language')),
                ('url', models.CharField(help_text='Such as https://example.com/alarms.', max_length=500, verbose_name='address')),
                ('secret', voipadmin.core.fields.EncryptedTextField(editable=False, verbose_name='secret')),
                ('secret_shown_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('old_secret', voipadmin.core.fields.EncryptedTextField(blank=True, editable=False, verbose_name='secret before')),
                ('old_secret_until', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='secret before signs until')),
                ('failing_since', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='takes nothing since')),
                ('disabled_reason', models.CharField(blank=True, editable=False, max_length=500, verbose_name='why it was switched off')),
            ],
            options={
                'verbose_name': 'webhook',
                'verbose_name_plural': 'webhooks',
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='WebhookMessage',
            fields=[
                ('id', models.UUIDField(default=voipadmin.core.models.base.new_id, editable=False, primary_key=True, serialize=False, verbose_name='id')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('type', models.CharField(max_length=40, verbose_name='type')),
                ('body', models.TextField(verbose_name='body')),
                ('status', models.CharField(choices=[('waiting', 'Waits'), ('delivered', 'Delivered'), ('given_up', 'Given up')], default='waiting', max_length=10, verbose_name='status')),
                ('due_at', models.DateTimeField(verbose_name='next try')),
                ('failures', models.PositiveSmallIntegerField(default=0, verbose_name='failures')),
                ('delivered_at', models.DateTimeField(blank=True, null=True, verbose_name='delivered at')),
                ('event', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='messages', to='core.alarmevent')),
                ('webhook', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='messages', to='core.webhook', verbose_name='webhook')),
            ],
            options={
                'verbose_name': 'webhook message',
                'verbose_name_plural': 'webhook messages',
                'ordering': ['-created_at'],
            },
        ),
        migrations.CreateModel(
            name='WebhookAttempt',
            fields=[
                ('id', models.UUIDField(default=voipadmin.core.models.base.new_id, editable=False, primary_key=True, serialize=False, verbose_name='id')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('at', models.DateTimeField(verbose_name='at')),
                ('status', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='HTTP status')),
                ('milliseconds', models.PositiveIntegerField(verbose_name='took (ms)')),
                ('excerpt', models.TextField(blank=True, verbose_name='answer')),
                ('error', models.CharField(blank=True, max_length=500, verbose_name='error')),
                ('message', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='attempts', to='core.webhookmessage')),
            ],
            options={
                'verbose_name': 'delivery attempt',
                'verbose_name_plural': 'delivery attempts',
                'ordering': ['at'],
            },
        ),
        migrations.CreateModel(
            name='AlarmMail',
            fields=[
                ('id', models.UUIDField(default=voipadmin.core.models.base.new_id, editable=False, primary_key=True, serialize=False, verbose_name='id')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('status', models.CharField(choices=[('waiting', 'Waits'), ('delivered', 'Delivered'), ('given_up', 'Given up')], default='waiting', max_length=10)),
                ('due_at', models.DateTimeField()),
                ('failures', models.PositiveSmallIntegerField(default=0)),
                ('sent_at', models.DateTimeField(blank=True, null=True)),
                ('error', models.CharField(blank=True, max_length=500)),
                ('event', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='mails', to='core.alarmevent')),
                ('receiver', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='mails', to='core.alarmreceiver')),
            ],
            options={
                'verbose_name': 'mail of an alarm',
                'verbose_name_plural': 'mails of alarms',
                'ordering': ['-created_at'],
                'indexes': [models.Index(condition=models.Q(('status', 'waiting')), fields=['due_at'], name='alarm_mail_due'), models.Index(fields=['receiver', '-sent_at'], name='alarm_mail_last_sent')],
                'constraints': [models.UniqueConstraint(fields=('receiver', 'event'), name='alarm_mail_once'), models.CheckConstraint(condition=models.Q(('status__in', ['waiting', 'delivered', 'given_up'])), name='alarm_mail_status_known')],
            },
        ),
        migrations.AddIndex(
            model_name='webhookmessage',
            index=models.Index(condition=models.Q(('status', 'waiting')), fields=['webhook', 'due_at'], name='webhook_message_due'),
        ),
        migrations.AddIndex(
            model_name='webhookmessage',
            index=models.Index(fields=['-created_at'], name='webhook_message_newest_first'),
        ),
        migrations.AddConstraint(
            model_name='webhookmessage',
            constraint=models.UniqueConstraint(fields=('webhook', 'event'), name='webhook_message_once'),
        ),
        migrations.AddConstraint(
            model_name='webhookmessage',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['waiting', 'delivered', 'given_up'])), name='webhook_message_status_known'),
        ),
    ]
