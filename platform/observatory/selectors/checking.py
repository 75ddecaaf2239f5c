"""How anybody checks a figure: the call of the API that gives it, and the command that counts it from a release."""

import shlex

from django.utils.http import urlencode

from annotations.models import Agreement

COMMAND = "python -m annotations.agreement FOLDER"


def call_of(row: Agreement) -> str:
    """The query under /api/v1/agreement/ that gives this row, and no other."""
    return urlencode(told(row))


def command_of(row: Agreement) -> str:
    """The command that computes this row from the unpacked release in FOLDER."""
    options = (shlex.quote(f"--{name.replace('_', '-')}={value}") for name, value in told(row).items())
    return " ".join([COMMAND, *options])


def told(row: Agreement) -> dict[str, str]:
    """What tells this row from all others."""
    crossing = dict(zip(("with", "with_key"), map(str, row.crossed_with), strict=True)) if row.crossed_with else {}
    return {"slice": row.slice, **({"key": row.key} if row.key else {}), **crossing, "scale": row.scale}
