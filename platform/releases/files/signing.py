"""The signature of a release: Ed25519, detached, over the manifest, which has the sum of every other file.

Equal manifests have equal signatures: Ed25519 draws nothing. Anybody can check one with the public key of the site,
which it serves at /data/release-key.pub, without any program of ours:

    openssl pkeyutl -verify -pubin -inkey release-key.pub -rawin -in manifest.json -sigfile manifest.json.sig
"""

import base64
import logging
from functools import cache, lru_cache
from pathlib import Path

from django.conf import settings

from releases.files import store
from releases.files.sealed import Written, write_file
from releases.models import Release

log = logging.getLogger("candor.releases")

MANIFEST = "manifest.json"
SIGNATURE = "manifest.json.sig"
MEDIA_TYPE = "application/octet-stream"


def sign(folder: Path) -> Written | None:
    """Writes the signature beside the manifest in `folder`; None where this site has no key to sign with.

    Raises:
        OSError: the manifest is not there, or the folder cannot be written.
    """
    key: str = settings.RELEASE_SIGNING_KEY
    (folder / SIGNATURE).unlink(missing_ok=True)
    if not key:
        return None
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    kept = kept_public_key()
    if kept is not None and kept.split() != public_half(key).split():
        log.warning("%s is not the public half of RELEASE_SIGNING_KEY", settings.RELEASE_PUBLIC_KEY_FILE)
    private = Ed25519PrivateKey.from_private_bytes(base64.b64decode(key, validate=True))
    return write_file(folder, SIGNATURE, private.sign((folder / MANIFEST).read_bytes()), MEDIA_TYPE)


def say_if_signed_before(release: Release, *, number: int) -> None:
    """To be called where nothing was signed: whoever checks a release after one that was would take it for a forgery.

    An edition is made all the same, for what it takes out is worth more than its signature.
    """
    before = release if number else release.previous
    if before is not None and was_signed(before):
        log.error(
            "release %s, edition %s, is not signed: RELEASE_SIGNING_KEY is not set, and %s was signed",
            release.version,
            number,
            before.version,
        )


def is_signed(release: Release) -> bool:
    """Whether the release, as it is now, has a signature."""
    return release.files.filter(path=SIGNATURE, withdrawn_at=None).exists()


def was_signed(release: Release) -> bool:
    """Whether it has a signature or had one before something was taken out: it is known as one that is signed."""
    return release.files.filter(path=SIGNATURE).exists()


def public_key() -> bytes | None:
    """The site's public key as PEM: the half of the key that signs, where this process has that, else the kept one."""
    key: str = settings.RELEASE_SIGNING_KEY
    return public_half(key) if key else kept_public_key()


def kept_public_key() -> bytes | None:
    try:
        return bytes(settings.RELEASE_PUBLIC_KEY_FILE.read_bytes())
    except OSError:
        return None


def is_signed_by(release: Release, key: bytes) -> bool:
    """Whether this key signed the release as it is now; another one may have, before."""
    files = dict(release.files.filter(path__in=(MANIFEST, SIGNATURE), withdrawn_at=None).values_list("path", "sha256"))
    try:
        return len(files) == 2 and fits(files[MANIFEST], files[SIGNATURE], key)
    except OSError:  # not kept: the store may be back in a moment
        return False


@lru_cache(maxsize=64)
def fits(manifest: str, signature: str, key: bytes) -> bool:
    """Both by the sums of what is in them, so the answer stays the same. Raises OSError where the store lacks one."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    try:
        public = load_pem_public_key(key)
        if not isinstance(public, Ed25519PublicKey):
            return False
        public.verify(whole(signature), whole(manifest))
    except (InvalidSignature, ValueError):
        return False
    return True


def whole(sha256: str) -> bytes:
    return b"".join(store.open_range(sha256, 0, store.size(sha256)))


@cache
def public_half(key: str) -> bytes:
    """The public key, as PEM, of what RELEASE_SIGNING_KEY holds."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    private = Ed25519PrivateKey.from_private_bytes(base64.b64decode(key, validate=True))
    return private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def make_key() -> tuple[str, bytes]:
    """A new key: what goes into RELEASE_SIGNING_KEY, and the public key as PEM."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    secret = base64.b64encode(Ed25519PrivateKey.generate().private_bytes_raw()).decode()
    return secret, public_half(secret)
