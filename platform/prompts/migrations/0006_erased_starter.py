from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("prompts", "0005_held")]

    operations = [
        migrations.CreateModel(
            name="ErasedStarter",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("family", models.CharField(max_length=80)),
                ("language", models.CharField(max_length=16)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("family", "language"), name="erased_starter_once"),
                ],
            },
        ),
    ]
