from django.db import migrations

from core.triggers import Immutable


class Migration(migrations.Migration):
    dependencies = [("annotations", "0002_initial"), ("core", "0001_initial")]

    operations = [Immutable("annotations_label", ["value", "answer_id", "guideline", "created_at"])]
