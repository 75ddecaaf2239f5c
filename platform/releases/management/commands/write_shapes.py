"""`manage.py write_shapes`: tells candor_verify the tables of a release as the schema has them now."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from releases.documents.shapes import written_shapes


class Command(BaseCommand):
    help = "Writes candor_verify/written.py from the schema of the releases."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        spec = find_spec("candor_verify")
        assert spec is not None and spec.origin is not None, "candor_verify lies beside manage.py"
        path = Path(spec.origin).with_name("written.py")
        path.write_text(written_shapes(), encoding="utf-8")
        self.stdout.write(f"{path} is written.")
