"""The addresses of a data folder's embedded servers.

Light to import and sure to find them: the addresses follow from the folder's path, so `manage.py shell` in another
terminal speaks with the servers that `manage.py up` runs.
"""

import sys
from pathlib import Path


def urls(data_dir: Path) -> dict[str, str]:
    """DATABASE_URL and REDIS_URL of the servers embedded in a data folder, running or not; empty on Windows.

    `postgresql://candor@/candor?host=<folder of the socket>` and `unix://<socket>`. No part needs percent-decoding.
    """
    if sys.platform == "win32":
        return {}
    from embedded import postgres, valkey
    from embedded.folder import DataFolder

    folder = DataFolder(data_dir)
    return {"DATABASE_URL": postgres.url(folder), "REDIS_URL": valkey.url(folder)}
