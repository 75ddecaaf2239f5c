"""Which commit of the code is running: it stands in the manifest, so that who builds a release again takes the same."""

import re
import subprocess

from django.conf import settings


def running_commit() -> str | None:
    """The commit by the variable CANDOR_COMMIT, else by git in the checkout; None where neither knows."""
    return settings.CANDOR_COMMIT or commit_of_checkout()


def commit_of_checkout() -> str | None:
    command = ["git", "-C", str(settings.BASE_DIR), "rev-parse", "HEAD"]
    try:
        run = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True)  # noqa: S603  # no input
    except (OSError, subprocess.SubprocessError):
        return None
    said = run.stdout.strip()
    return said if re.fullmatch(r"[0-9a-f]{40}([0-9a-f]{24})?", said) else None
