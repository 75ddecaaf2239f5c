from django.db import migrations


class Migration(migrations.Migration):
    """Room on each page for the next version of an answer, whose counters move with every lease and label: one that
    stays on its page is not written into eight indexes.
    """

    dependencies = [("probes", "0008_identity")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE probes_answer SET (fillfactor = 85)", "ALTER TABLE probes_answer RESET (fillfactor)"
        )
    ]
