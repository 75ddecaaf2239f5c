"""Where a release comes from, as its files say it. What the site does not say is empty, and stands nowhere.

Taken once, when the release is frozen, and kept beside its tables: so the same cut-off gives the same bytes, whatever
is set later. An edition says what is set when it is made, since whoever reads it wants an address that still answers.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from django.conf import settings
from django.urls import reverse

from core.contact import is_mail

# A copy of the files goes anywhere; an address without TLS is mostly one machine's own.
LEADS_A_STRANGER = "https://"


@dataclass(frozen=True)
class Home:
    """`site` is the origin of the site, `page` the release's own page, `corrections` the page that tells what was found
    wrong; `contact` a mail address or a page; `code` where the program is.
    """

    site: str = ""
    page: str = ""
    corrections: str = ""
    contact: str = ""
    code: str = ""

    @property
    def mail(self) -> str:
        return self.contact if is_mail(self.contact) else ""

    @property
    def web(self) -> str:
        """The contact where it is a page."""
        return "" if self.mail else self.contact

    def as_dict(self) -> dict[str, str]:
        return asdict(self)

    @classmethod
    def of(cls, said: Mapping[str, str]) -> "Home":
        """From what as_dict wrote."""
        return cls(**said)


def home_of(version: str) -> Home:
    """As the settings have it now, of the release of that version."""
    site: str = settings.SITE_URL
    known = site.startswith(LEADS_A_STRANGER)
    return Home(
        site=f"{site}/" if known else "",
        page=site + reverse("releases:detail", args=[version]) if known else "",
        corrections=site + reverse("observatory:corrections") if known else "",
        contact=settings.CONTACT,
        code=settings.CODE_URL,
    )
