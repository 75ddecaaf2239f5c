from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models


class Migration(migrations.Migration):
    """What may be told of a fit is learned from closed answers alone. Of those there are, nothing is told any more."""

    dependencies = [("annotations", "0015_judges")]

    operations = [
        migrations.AddField("fit", "published", models.JSONField(default=dict)),
        migrations.AddField("skill", "published", ArrayField(models.FloatField(), size=9, null=True)),
    ]
