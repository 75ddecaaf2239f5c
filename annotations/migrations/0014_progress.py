import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("annotations", "0013_gold_reports"), ("annotations", "0013_told")]

    operations = [
        migrations.CreateModel(
            name="Progress",
            fields=[
                ("id", models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("looked_at", models.BigIntegerField(default=0)),
                ("seen", models.BigIntegerField(default=0)),
                ("fenced", models.BigIntegerField(default=0)),
                ("fence", models.BigIntegerField(default=0)),
                ("fitted_at_label", models.BigIntegerField(default=0)),
                (
                    "fit",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="annotations.fit",
                    ),
                ),
                ("answer", models.BigIntegerField(null=True)),
            ],
            options={
                "verbose_name_plural": "progress",
                "constraints": [models.CheckConstraint(condition=Q(id=1), name="progress_once")],
            },
        ),
    ]
