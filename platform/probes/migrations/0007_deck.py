"""The deck's index tells answers that have labels from fresh ones, so that what was begun is finished first."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("probes", "0006_labelling")]

    operations = [
        migrations.AddField(
            model_name="answer",
            name="fresh",
            field=models.GeneratedField(
                db_persist=True, expression=models.Q(("counted", 0)), output_field=models.BooleanField()
            ),
        ),
        migrations.RemoveIndex(model_name="answer", name="answer_deck"),
        migrations.AddIndex(
            model_name="answer",
            index=models.Index(
                condition=models.Q(("state", "open")),
                fields=["language", "priority", "fresh", "shuffle"],
                name="answer_deck",
            ),
        ),
    ]
