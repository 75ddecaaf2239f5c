"""A changed secret signs beside the new one for a day; and messages go by https alone.

A webhook whose address is http:// is switched off: what it took could be read, and changed, by anybody on the way.
What waits for it is given up, as when somebody switches it off.
"""

from django.db import migrations, models

SWITCH_OFF = """
UPDATE releases_webhookdelivery SET status = 'given_up', done_at = now(), error = 'The webhook was switched off.'
WHERE status = 'waiting' AND webhook_id IN (SELECT id FROM releases_webhook WHERE url ILIKE 'http://%');
UPDATE releases_webhook SET disabled_at = now() WHERE url ILIKE 'http://%' AND disabled_at IS NULL;
"""


class Migration(migrations.Migration):
    dependencies = [("releases", "0007_attempts")]

    operations = [
        migrations.AddField(
            model_name="webhook",
            name="former_secret",
            field=models.CharField(blank=True, max_length=100),
        ),
        migrations.AddField(
            model_name="webhook",
            name="rotated_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.RunSQL(SWITCH_OFF, migrations.RunSQL.noop),
    ]
