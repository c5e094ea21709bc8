"""Tariffs and buy rates say what they are for; records keep the key of the called number, its kind and its country."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('billing', '0022_decks_with_hours_and_ends'),
        ('customers', '0004_home_areas'),
        ('numbering', '0004_no_price_without_one'),
        ('routing', '0004_sent_format'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='buyrate',
            name='buy_rate_once_at_a_time',
        ),
        migrations.RemoveConstraint(
            model_name='tariff',
            name='tariff_once_at_a_time',
        ),
        migrations.AddField(
            model_name='buyrate',
            name='matches',
            field=models.CharField(choices=[('number', 'Numbers'), ('code', 'Codes of the country')], db_default='number', default='number', max_length=6, verbose_name='is for'),
        ),
        migrations.AddField(
            model_name='cdr',
            name='called_country',
            field=models.CharField(blank=True, db_default='', default='', max_length=2, verbose_name='country'),
        ),
        migrations.AddField(
            model_name='cdr',
            name='called_kind',
            field=models.CharField(blank=True, choices=[('fixed', 'fixed line'), ('mobile', 'mobile'), ('fixed_or_mobile', 'fixed line or mobile'), ('multimedia', 'broadband provider (SCM)'), ('toll_free', 'toll-free'), ('shared_cost', 'shared cost'), ('premium', 'premium'), ('personal', 'personal number'), ('voip', 'VoIP'), ('uan', 'company-wide number'), ('other', 'other'), ('emergency', 'emergency or health line'), ('service', 'service code'), ('collect', 'collect call'), ('extension', 'extension'), ('unreadable', 'unreadable')], db_default='', default='', max_length=20, verbose_name='kind of number'),
        ),
        migrations.AddField(
            model_name='cdr',
            name='called_number',
            field=models.CharField(blank=True, db_default='', default='', max_length=48, verbose_name='called number'),
        ),
        migrations.AddField(
            model_name='deckrow',
            name='matches',
            field=models.CharField(choices=[('number', 'Numbers'), ('code', 'Codes of the country')], db_default='number', default='number', max_length=6, verbose_name='is for'),
        ),
        migrations.AddField(
            model_name='tariff',
            name='matches',
            field=models.CharField(choices=[('number', 'Numbers'), ('code', 'Codes of the country')], db_default='number', default='number', help_text='Numbers of the world (5511, 1), or what is dialled inside the country alone (190, 4004, 0800).', max_length=6, verbose_name='is for'),
        ),
        migrations.AlterField(
            model_name='cdr',
            name='unrated_reason',
            field=models.CharField(blank=True, choices=[('no_tariff', 'No tariff for this number'), ('no_number', 'No number that could be priced'), ('direction', 'Neither incoming nor outgoing'), ('contradictory', 'Not answered, and yet with billable seconds'), ('inbound', 'Incoming calls are not charged'), ('internal', 'Calls between extensions are not charged')], max_length=40, verbose_name='why it has no price'),
        ),
        migrations.AlterField(
            model_name='rejectedrecord',
            name='reason',
            field=models.CharField(choices=[('too_long', 'The line or a value is too long'), ('charset', 'Not UTF-8, or with control characters'), ('quotes', 'Quotation marks that do not close'), ('columns', 'Not the columns of a known format'), ('identity', 'Without a unique id'), ('time', 'A time that is none, or times in the wrong order'), ('duration', 'A duration that is none, or negative'), ('answer', 'Answered, but without the time of the answer'), ('disposition', 'An unknown disposition'), ('conflict', 'Another record with the same key and other content is there already'), ('unfinished', 'The file ended in the middle of the line'), ('dropped', 'The records of its month are no longer kept')], max_length=20, verbose_name='reason'),
        ),
        migrations.AddIndex(
            model_name='cdr',
            index=models.Index(condition=models.Q(('unrated_reason', 'contradictory')), fields=['-started_at'], name='cdr_contradictory'),
        ),
        migrations.AddConstraint(
            model_name='buyrate',
            constraint=models.UniqueConstraint(condition=models.Q(('effective_until__isnull', True), ('effective_until__gt', models.F('effective_from')), _connector='OR'), fields=('provider', 'matches', 'pattern', 'origin_prefix', 'window', 'effective_from'), name='buy_rate_once_at_a_time', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='buyrate',
            constraint=models.CheckConstraint(condition=models.Q(('matches__in', ['number', 'code'])), name='buy_rate_matches_known'),
        ),
        migrations.AddConstraint(
            model_name='deckrow',
            constraint=models.CheckConstraint(condition=models.Q(('matches__in', ['number', 'code'])), name='deck_row_matches_known'),
        ),
        migrations.AddConstraint(
            model_name='tariff',
            constraint=models.CheckConstraint(condition=models.Q(('matches__in', ['number', 'code'])), name='tariff_matches_known'),
        ),
        migrations.AddConstraint(
            model_name='tariff',
            constraint=models.UniqueConstraint(fields=('plan', 'matches', 'pattern', 'origin_prefix', 'window', 'effective_from'), name='tariff_once_at_a_time', nulls_distinct=False, violation_error_message='There is already a tariff for this prefix from that moment.'),
        ),
    ]
