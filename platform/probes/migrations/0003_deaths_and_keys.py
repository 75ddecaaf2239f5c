from django.db import migrations, models
from django.db.models import Q

# An endpoint whose variable may not be used any more keeps waiting until a maintainer has looked.
PAUSE = """
UPDATE probes_endpoint
SET status = CASE WHEN status = 'active' THEN 'paused' ELSE status END,
    status_reason = 'Its key was kept in ' || key_variable || '. Add it anew, with a variable that ends in _KEY or _TOKEN.',
    key_variable = ''
WHERE key_variable <> ''
  AND (key_variable !~ '^[A-Z][A-Z0-9_]*_(KEY|TOKEN)$'
       OR key_variable ~ '^(SECRET_KEY$|PG|POSTGRES|AWS_|CANDOR_|DJANGO_)')
"""


class Migration(migrations.Migration):
    dependencies = [("probes", "0002_immutable")]

    operations = [
        # With its default in the database, so that a worker of the version before can go on while this one is put in.
        migrations.AddField("probe", "deaths", models.PositiveSmallIntegerField(default=0, db_default=0)),
        migrations.AddIndex(
            "answer", models.Index(fields=["version"], condition=Q(state="open"), name="answer_open_of_version")
        ),
        migrations.RemoveConstraint("endpoint", "endpoint_key_is_a_variable_name"),
        migrations.RunSQL(PAUSE, migrations.RunSQL.noop),
        migrations.AddConstraint(
            "endpoint",
            models.CheckConstraint(
                condition=Q(key_variable="")
                | Q(key_variable__regex="^[A-Z][A-Z0-9_]*_(KEY|TOKEN)$")
                & ~Q(key_variable__regex="^(SECRET_KEY$|PG|POSTGRES|AWS_|CANDOR_|DJANGO_)"),
                name="endpoint_key_is_a_models_key",
            ),
        ),
    ]
