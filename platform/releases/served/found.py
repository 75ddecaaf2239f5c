"""A release as programs that look for datasets read it on its page: schema.org's Dataset, as a block of JSON-LD.

The same words as in croissant.json, and what only the site knows: when it was published, its DOI, where it lies. A
block of data is no script to a browser, so the strict policy of the pages lets it stand.
"""

import json
from collections.abc import Iterable
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from releases.described import dataset
from releases.home import home_of
from releases.models import Release
from releases.naming import DOI
from releases.served.addresses import archive_address
from releases.served.archive import MEDIA_TYPE, Archive

# What would end the block, or begin a character reference, stands as an escape of JSON.
ESCAPES = str.maketrans({"<": "\\u003C", ">": "\\u003E", "&": "\\u0026"})
# A file a table is enough to be found by; the page and croissant.json have the others.
TOLD = "data/"


def found(release: Release, archive: Archive, *, page: str, doi: str, copies: Iterable[str]) -> SafeString:
    """The JSON-LD of a published release as an element of its page. `page` is the page's absolute address."""
    said: dict[str, Any] = {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        **dataset(archive.label, release.cutoff, home_of(release.version), doi=doi),
        "url": page,
        **dates(release, archive),
        **({"identifier": DOI + doi} if doi else {}),
        **({"sameAs": places} if (places := list(copies)) else {}),
        "distribution": [whole(release, archive, page), *parts(archive, page)],
    }
    block = json.dumps(said, ensure_ascii=False).translate(ESCAPES)
    return mark_safe(f'<script type="application/ld+json">{block}</script>')  # noqa: S308  # nothing in it ends it


def dates(release: Release, archive: Archive) -> dict[str, str]:
    moments = {"datePublished": release.published_at, "dateModified": archive.changed_at}
    return {name: f"{at:%Y-%m-%d}" for name, at in moments.items() if at}


def whole(release: Release, archive: Archive, page: str) -> dict[str, Any]:
    name = archive_address(release.version).rpartition("/")[2]
    return {
        "@type": "DataDownload",
        "name": archive.saved_as,
        "contentUrl": page + name,
        "encodingFormat": MEDIA_TYPE,
        "contentSize": f"{archive.length} B",
    }


def parts(archive: Archive, page: str) -> Iterable[dict[str, Any]]:
    for file in archive.files:
        if file.path.startswith(TOLD):
            yield {
                "@type": "DataDownload",
                "name": file.path,
                "contentUrl": page + file.path,
                "encodingFormat": file.media_type,
                "contentSize": f"{file.bytes} B",
                "sha256": file.sha256,
            }
