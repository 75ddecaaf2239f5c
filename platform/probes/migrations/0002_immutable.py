from django.db import migrations

from core.triggers import Immutable


class Migration(migrations.Migration):
    dependencies = [("probes", "0001_initial"), ("core", "0001_initial")]

    operations = [
        Immutable("probes_answer", ["text", "sha256", "version_id"]),
        Immutable("probes_payload", ["body", "sha256"]),
    ]
