from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("billing", "0010_an_account_for_each_customer")]

    operations = [
        migrations.AddField(
            model_name="cdr",
            name="uncharged_reason",
            field=models.CharField(
                blank=True,
                choices=[
                    ("customer", "No customer is known for it"),
                    ("account", "The customer has no account"),
                    ("currency", "The account is in another currency"),
                ],
                default="",
                max_length=10,
                verbose_name="why it is not charged",
            ),
        ),
        migrations.AddIndex(
            model_name="cdr",
            index=models.Index(
                condition=models.Q(("uncharged_reason", ""), _negated=True), fields=["-started_at"], name="cdr_uncharged"
            ),
        ),
    ]
