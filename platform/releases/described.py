"""What a release is, for programs that look for datasets: croissant.json and the release's own page say the same.

The names are schema.org's. Nothing here is of one file; what is in the files, each adds itself.
"""

from datetime import UTC, datetime
from typing import Any

from releases.home import Home
from releases.naming import citation

NAME = "Candor"
TITLE = "Candor: what language models say, dodge and refuse to say"
ABSTRACT = (
    "Questions that some state, maker or group would rather see unanswered, put to many language models in many "
    "languages; every distinct answer, labelled censored, evasive or faithful by people who did not know which model "
    "wrote it; how far these people agree; and the rates that follow."
)
KEYWORDS = ("language models", "censorship", "refusals", "evaluation", "crowdsourcing", "inter-annotator agreement")
LICENCE = "https://creativecommons.org/licenses/by/4.0/"
CREATOR = "Candor contributors"
# One word for one kind of file, wherever it is told.
PARQUET = "application/vnd.apache.parquet"


def dataset(label: str, cutoff: datetime, home: Home, *, doi: str = "") -> dict[str, Any]:
    """Name, licence, version, creator and the rest of a release at one of its editions."""
    organisation = {"url": home.site, "email": home.mail}
    return {
        "name": NAME,
        "alternateName": f"candor-{label}",
        "description": ABSTRACT,
        "license": LICENCE,
        **({"url": home.page} if home.page else {}),
        "version": label,
        # Nothing that was closed later is in it.
        "dateCreated": f"{cutoff.astimezone(UTC):%Y-%m-%d}",
        "creator": {
            "@type": "Organization",
            "name": CREATOR,
            **{name: said for name, said in organisation.items() if said},
        },
        "keywords": list(KEYWORDS),
        "isAccessibleForFree": True,
        "creditText": citation(label, cutoff, doi=doi, page=home.page),
    }
