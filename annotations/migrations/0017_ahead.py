from django.db import migrations, models


class Migration(migrations.Migration):
    """Whether somebody is known to be right at least as often as the crowd; the next fit says so, until then nobody is.
    Where every answer stands in the deck is looked at anew: it has come to depend on how many labels it has.
    """

    dependencies = [("annotations", "0016_published")]

    operations = [
        migrations.AddField("skill", "ahead", models.BooleanField(default=False, db_default=False)),
        migrations.RunSQL(
            "UPDATE annotations_progress SET answer = 0 WHERE fit_id IS NOT NULL", migrations.RunSQL.noop
        ),
    ]
