from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("releases", "0006_edited_whole")]

    operations = [
        migrations.AddField(
            model_name="release",
            name="attempts",
            field=models.PositiveSmallIntegerField(default=0),
        ),
    ]
