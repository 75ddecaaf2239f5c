from django.db import migrations, models
from django.db.models import Q

KINDS = ["api", "host", "local", "import"]


def known(kinds: list[str]) -> models.CheckConstraint:
    return models.CheckConstraint(condition=Q(kind__in=kinds), name="endpoint_kind_known")


class Migration(migrations.Migration):
    """Endpoints that are machine judges: asked for verdicts on answers, and never put into the panel of a round."""

    dependencies = [("probes", "0009_room")]

    operations = [
        migrations.AlterField(
            model_name="endpoint",
            name="kind",
            field=models.CharField(
                choices=[
                    ("api", "The maker’s API"),
                    ("host", "A host of open weights"),
                    ("local", "A local server"),
                    ("import", "Imported answers"),
                    ("judge", "A machine judge"),
                ],
                max_length=8,
            ),
        ),
        migrations.RemoveConstraint(model_name="endpoint", name="endpoint_kind_known"),
        migrations.AddConstraint(model_name="endpoint", constraint=known([*KINDS, "judge"])),
    ]
