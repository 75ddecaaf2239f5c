"""A tally knows its question, and whether who gave the answer is told. Tallies are counted anew from the queue."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("annotations", "0013_gold_reports"), ("prompts", "0005_held")]

    operations = [
        # There may be some on a site that was up between the two migrations; all that is closed is in the queue again.
        migrations.RunSQL(
            """
            DELETE FROM annotations_tally;
            DELETE FROM annotations_cell;
            INSERT INTO annotations_stale (answer_id, since)
            SELECT id, statement_timestamp() FROM probes_answer WHERE state <> 'open'
            ON CONFLICT DO NOTHING;
            """,
            migrations.RunSQL.noop,
        ),
        migrations.AddField(
            "tally",
            "version",
            models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="prompts.promptversion",
            ),
            preserve_default=False,
        ),
        migrations.AddField("tally", "told", models.BooleanField(), preserve_default=False),
        migrations.AddIndex(
            "tally",
            models.Index(fields=["version"], condition=models.Q(told=True), name="tally_told"),
        ),
    ]
