import django.contrib.postgres.fields
import django.contrib.postgres.indexes
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("annotations", "0006_done")]

    operations = [
        migrations.AddField(
            model_name="check",
            name="past_keys",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.UUIDField(), blank=True, default=list, size=None
            ),
        ),
        migrations.AddIndex(
            model_name="check",
            index=models.Index(condition=models.Q(("status", "labelled")), fields=["closed_at"], name="check_judged"),
        ),
        migrations.AddIndex(
            model_name="check",
            index=models.Index(condition=models.Q(("status", "labelled")), fields=["gold"], name="check_of_gold"),
        ),
        migrations.AddIndex(
            model_name="check",
            index=django.contrib.postgres.indexes.GinIndex(fields=["past_keys"], name="check_past_keys"),
        ),
    ]
