from django.db import migrations, models


class Migration(migrations.Migration):
    """Whether somebody is right at least as often as the crowd; the next fit says so, until then nobody is."""

    dependencies = [("annotations", "0016_published")]

    operations = [migrations.AddField("skill", "ahead", models.BooleanField(default=False, db_default=False))]
