"""How many labels a person gave is told with every card, and read from an index alone."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("annotations", "0005_labelling")]

    operations = [
        migrations.AddIndex(
            model_name="label",
            index=models.Index(
                condition=models.Q(("status", "superseded"), _negated=True),
                fields=["person", "created_at"],
                name="label_done",
            ),
        ),
    ]
