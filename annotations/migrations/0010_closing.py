from django.db import migrations, models
from django.db.models import Q

from annotations.choices import ReportKind


class Migration(migrations.Migration):
    dependencies = [("annotations", "0009_fewer_indexes")]

    operations = [
        migrations.AddField("check", "closes_at", models.DateTimeField(null=True)),
        migrations.AddField("check", "reported_at", models.DateTimeField(null=True)),
        migrations.AddField(
            "check",
            "report_kind",
            models.CharField(blank=True, choices=ReportKind.choices, db_default="", default="", max_length=16),
        ),
        migrations.AddField(
            "check", "report_note", models.CharField(blank=True, db_default="", default="", max_length=1000)
        ),
        migrations.AddConstraint(
            "check",
            models.CheckConstraint(
                condition=Q(reported_at=None, report_kind="")
                | Q(reported_at__isnull=False, report_kind__in=ReportKind.values),
                name="check_reported_as_something",
            ),
        ),
    ]
