from django.db import migrations, models
from django.db.models import Q

# Why something went was a text of whoever ordered it, and it was published. From now on it is one of a few words. What
# was written of an order that waits becomes its private note; of one that is done it is forgotten, also in the notes
# that stand in place of what went.
FORWARD = """
UPDATE releases_withdrawal SET note = CASE WHEN status = 'waiting' THEN reason ELSE '' END, reason = '';
ALTER TABLE releases_edition DISABLE TRIGGER USER;
UPDATE releases_edition SET tombstone = jsonb_set(tombstone, '{orders}', (
    SELECT coalesce(jsonb_agg(told || '{"reason": null}' ORDER BY place), '[]')
    FROM jsonb_array_elements(tombstone -> 'orders') WITH ORDINALITY AS one (told, place)
)) WHERE tombstone ? 'orders';
ALTER TABLE releases_edition ENABLE TRIGGER USER;
"""
BACK = "UPDATE releases_withdrawal SET reason = ''"

REASONS = [
    ("asked", "Its author, or the person it is about, asked for it"),
    ("personal", "It holds personal data"),
    ("copyright", "It is not ours to publish"),
    ("illegal", "It is against the law"),
    ("mistake", "It should never have been taken in"),
]


class Migration(migrations.Migration):
    dependencies = [("releases", "0008_former_secret")]

    operations = [
        migrations.AddField("withdrawal", "note", models.CharField(blank=True, max_length=500)),
        migrations.RunSQL(FORWARD, BACK),
        migrations.AlterField("withdrawal", "reason", models.CharField(blank=True, max_length=12, choices=REASONS)),
        migrations.RemoveConstraint("withdrawal", "withdrawal_done_forgets"),
        migrations.AddConstraint(
            "withdrawal",
            models.CheckConstraint(
                condition=Q(status="waiting", done_at=None) | Q(status="done", done_at__isnull=False, rows={}, note=""),
                name="withdrawal_done_forgets",
            ),
        ),
    ]
