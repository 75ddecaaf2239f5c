from django.db import migrations

from core.triggers import Immutable


class Migration(migrations.Migration):
    dependencies = [("prompts", "0001_initial"), ("core", "0001_initial")]

    operations = [
        Immutable("prompts_promptversion", ["text", "number", "prompt_id"]),
        Immutable("prompts_keypoint", ["text", "source", "url", "essential", "set_id"]),
    ]
