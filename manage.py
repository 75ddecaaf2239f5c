#!/usr/bin/env python
"""Candor's commands. `manage.py up` runs the whole site; the rest are Django's and ours."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent


def main() -> None:
    sys.path[:0] = [str(ROOT), str(ROOT / "platform")]
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if sys.argv[1:2] == ["up"]:
        # The supervisor starts the database that Django's settings want, so it runs without Django.
        from embedded.up import main as up

        sys.exit(up(sys.argv[2:]))

    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(f"Candor cannot start: {error}")


if __name__ == "__main__":
    main()
