import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models
from django.db.models import Q

from annotations.choices import JudgeStatus, Slice, VerdictStatus


class Migration(migrations.Migration):
    """Judges are bounded by the day and tested by a clock, verdicts know their money and their failures, and how far a
    judge agrees with people has a table.
    """

    dependencies = [("annotations", "0014_progress")]

    operations = [
        migrations.AddField("judge", "a_day", models.PositiveIntegerField(default=500)),
        migrations.AddField("judge", "test_due_at", models.DateTimeField(default=django.utils.timezone.now, null=True)),
        migrations.AlterField(
            "judge", "status", models.CharField(choices=JudgeStatus.choices, default="draft", max_length=8)
        ),
        migrations.AddField("verdict", "asked_at", models.DateTimeField(null=True)),
        migrations.AddField("verdict", "failures", models.PositiveSmallIntegerField(default=0)),
        migrations.AddField("verdict", "reserved", models.DecimalField(decimal_places=8, max_digits=16, null=True)),
        migrations.AddField("verdict", "unreadable", models.PositiveSmallIntegerField(default=0)),
        migrations.AlterField(
            "verdict", "status", models.CharField(choices=VerdictStatus.choices, default="due", max_length=12)
        ),
        migrations.RemoveConstraint("verdict", "verdict_status_known"),
        migrations.AddConstraint(
            "verdict",
            models.CheckConstraint(
                condition=Q(status__in=["due", "claimed", "given", "passed", "unreadable", "failed"]),
                name="verdict_status_known",
            ),
        ),
        migrations.AddIndex(
            "verdict",
            models.Index(fields=["judge", "asked_at"], condition=Q(asked_at__isnull=False), name="verdict_asked"),
        ),
        migrations.CreateModel(
            name="JudgeAgreement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slice", models.CharField(choices=Slice.choices, max_length=12)),
                ("key", models.CharField(blank=True, max_length=120)),
                ("answers", models.PositiveIntegerField(default=0)),
                ("families", models.PositiveIntegerField(default=0)),
                ("passed", models.PositiveIntegerField(default=0)),
                (
                    "confusion",
                    django.contrib.postgres.fields.ArrayField(base_field=models.PositiveIntegerField(), size=9),
                ),
                *(
                    (f"{name}{end}", models.FloatField(null=True))
                    for name in ("percent", "kappa", "ac1")
                    for end in ("", "_low", "_high")
                ),
                ("why", models.JSONField(default=dict)),
                ("computed_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "judge",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="agreement", to="annotations.judge"
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "agreement of judges",
                "constraints": [models.UniqueConstraint(fields=["judge", "slice", "key"], name="judge_agreement_once")],
            },
        ),
    ]
