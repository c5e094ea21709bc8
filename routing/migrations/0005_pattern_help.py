"""The help of a route's pattern says that digits alone are a beginning, as in a tariff."""

import voipadmin.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('routing', '0004_sent_format'),
    ]

    operations = [
        migrations.AlterField(
            model_name='route',
            name='pattern',
            field=models.CharField(help_text="As dialled, in Asterisk's notation: _0ZZXXXXXXXX, _00. Or digits as in a tariff: 5599 for what begins so.", max_length=60, validators=[voipadmin.core.validators.validate_pattern], verbose_name='pattern'),
        ),
    ]
