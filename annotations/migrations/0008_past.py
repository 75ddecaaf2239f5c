from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("annotations", "0007_gold")]

    operations = [migrations.AddField("check", "past", models.JSONField(blank=True, default=list))]
