"""How to reach who runs the site, where the setting CONTACT says it: a mail address, or a page on the web."""

from django.conf import settings

WEB = "https://"


def is_mail(contact: str) -> bool:
    return bool(contact) and not contact.startswith(WEB)


def contact_link() -> str:
    """An address to follow: mailto: or https:. Empty where the site does not say."""
    contact: str = settings.CONTACT
    return f"mailto:{contact}" if is_mail(contact) else contact
