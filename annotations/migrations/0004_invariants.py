from django.db import migrations, models
from django.db.models import Q

from core.triggers import Kept


class Migration(migrations.Migration):
    dependencies = [("annotations", "0003_immutable")]

    operations = [
        migrations.AddConstraint(
            "cannotjudge",
            models.CheckConstraint(condition=Q(status__in=["current", "superseded"]), name="cannot_judge_status_known"),
        ),
        migrations.AddConstraint(
            "cannotjudge",
            models.CheckConstraint(
                condition=Q(status="current", superseded_at=None) | Q(status="superseded", superseded_at__isnull=False),
                name="cannot_judge_superseded_when_it_says_so",
            ),
        ),
        # Undo and asking again supersede a verdict; none is ever deleted.
        Kept("annotations_label"),
        Kept("annotations_cannotjudge"),
    ]
