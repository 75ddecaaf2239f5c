"""Figures are now summed up from tallies: what is closed is counted into them by the next worker that looks."""

from django.db import migrations

ANEW = """
DELETE FROM annotations_agreement;
INSERT INTO annotations_stale (answer_id, since)
SELECT id, statement_timestamp() FROM probes_answer WHERE state <> 'open'
ON CONFLICT DO NOTHING;
"""


class Migration(migrations.Migration):
    dependencies = [("annotations", "0011_agreement")]

    operations = [migrations.RunSQL(ANEW, migrations.RunSQL.noop)]
