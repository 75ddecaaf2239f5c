from django.db import migrations, models
from django.db.models import Q

STATUSES = {
    "submitted": "In review",
    "approved": "Approved",
    "rejected": "Sent back",
    "withdrawn": "Withdrawn",
    "imported": "Imported",
}


class Migration(migrations.Migration):
    dependencies = [("prompts", "0003_invariants")]

    operations = [
        migrations.AlterField(
            "prompt",
            "status",
            models.CharField(choices=list(STATUSES.items()), default="submitted", max_length=16),
        ),
        migrations.RemoveConstraint("prompt", "prompt_status_known"),
        migrations.AddConstraint(
            "prompt",
            models.CheckConstraint(condition=Q(status__in=list(STATUSES)), name="prompt_status_known"),
        ),
    ]
