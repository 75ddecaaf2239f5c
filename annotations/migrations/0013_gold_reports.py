from typing import Any

from django.db import migrations, models
from django.db.models import Q

from annotations.choices import ReportStatus


def wait(apps: Any, schema_editor: Any) -> None:
    """What was reported before reviewers could decide about it waits for one now."""
    check = apps.get_model("annotations", "Check")
    check.objects.filter(reported_at__isnull=False, report_status="").update(report_status="open")


class Migration(migrations.Migration):
    dependencies = [("annotations", "0012_counted_anew")]

    operations = [
        migrations.AddField(
            "check",
            "report_status",
            models.CharField(blank=True, choices=ReportStatus.choices, db_default="", default="", max_length=12),
        ),
        migrations.AddField("check", "report_decided_at", models.DateTimeField(null=True)),
        migrations.AddField(
            "check",
            "report_decision_note",
            models.CharField(blank=True, db_default="", default="", max_length=1000),
        ),
        migrations.RunPython(wait, migrations.RunPython.noop),
        migrations.AddConstraint(
            "check",
            models.CheckConstraint(
                condition=Q(report_status="", reported_at=None, report_decided_at=None)
                | Q(report_status="open", reported_at__isnull=False, report_decided_at=None)
                | Q(
                    report_status__in=["upheld", "dismissed"],
                    reported_at__isnull=False,
                    report_decided_at__isnull=False,
                ),
                name="check_report_decided_when_it_says_so",
            ),
        ),
        migrations.AddIndex(
            "check",
            models.Index(fields=["gold"], condition=Q(report_status="open"), name="check_report_waiting"),
        ),
    ]
