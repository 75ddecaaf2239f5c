"""The signature of a release: Ed25519, detached, over the manifest, which has the sum of every other file.

Equal manifests have equal signatures: Ed25519 draws nothing. Anybody can check one with the public key of the project,
docs/release-key.pub, without any program of ours:

    openssl pkeyutl -verify -pubin -inkey release-key.pub -rawin -in manifest.json -sigfile manifest.json.sig
"""

import base64
from pathlib import Path

from django.conf import settings

from releases.sealed import Written, write_file

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

    private = Ed25519PrivateKey.from_private_bytes(base64.b64decode(key, validate=True))
    return write_file(folder, SIGNATURE, private.sign((folder / MANIFEST).read_bytes()), MEDIA_TYPE)


def make_key() -> tuple[str, bytes]:
    """A new key: what goes into RELEASE_SIGNING_KEY, and the public key as PEM."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    private = Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(private.private_bytes_raw()).decode(), public
