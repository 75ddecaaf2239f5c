"""The store in a bucket of S3, or of a server that speaks S3.

What Django's own reading would do is read a whole file before the first byte of a part is out; here a part is asked for
as a part. What goes, goes in all its versions: a bucket that keeps old ones would otherwise hold what was erased. What
boto3 says is said as OSError, so that nobody who reads the store needs to know where it is.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from storages.backends.s3 import S3Storage

CHUNK = 1 << 18
# A file that is read from beginning to end lies on this machine meanwhile, beyond so many bytes on its disk.
IN_MEMORY = 8 << 20
# Servers that know no object versions say so in these words.
NO_VERSIONS = {"NotImplemented", "MethodNotAllowed", "InvalidRequest"}
# How long a signed address lets a reader begin, in seconds.
LASTS = 3600


class Bucket(S3Storage):  # type: ignore[misc]  # django-storages carries no types
    """`OPTIONS` are django-storages' own: bucket_name, endpoint_url, region_name, access_key, secret_key."""

    def get_default_settings(self) -> dict[str, Any]:
        # Sums of its own are asked for only where the protocol wants them: many servers know none. Whoever publishes
        # a release reads every file back and compares it with its SHA-256.
        config = Config(
            signature_version="s3v4",
            s3={"addressing_style": "auto"},
            connect_timeout=10,
            read_timeout=60,
            retries={"mode": "standard", "total_max_attempts": 5},
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )
        ours = {"client_config": config, "max_memory_size": IN_MEMORY, "file_overwrite": True}
        return {**super().get_default_settings(), **ours}

    @property
    def client(self) -> Any:
        return self.connection.meta.client

    def read_range(self, name: str, start: int, length: int) -> Iterator[bytes]:
        """`length` bytes from `start` on, in chunks of at most 256 KiB, asked for as a range.

        Raises:
            OSError: at once where it is not there; in the middle where the connection ends.
        """
        with plain_errors(name):
            if not length:
                self.client.head_object(Bucket=self.bucket_name, Key=name)
                return iter(())
            wanted = f"bytes={start}-{start + length - 1}"
            body = self.client.get_object(Bucket=self.bucket_name, Key=name, Range=wanted)["Body"]
        return chunks(body, name)

    def signed_address(self, name: str, *, saved_as: str, media_type: str, attached: bool) -> str:
        """Where anybody may read it for an hour, under a name to save it by."""
        disposition = "attachment" if attached else "inline"
        parameters = {
            "ResponseContentType": media_type,
            "ResponseContentDisposition": f'{disposition}; filename="{saved_as}"',
            "ResponseCacheControl": "public, max-age=31536000, immutable",
        }
        return str(self.url(name, parameters=parameters, expire=LASTS))

    def delete(self, name: str) -> None:
        """Every version of it. Nothing happens where there is none."""
        with plain_errors(name):
            for version in self.versions(name):
                self.client.delete_object(Bucket=self.bucket_name, Key=name, VersionId=version)
            self.client.delete_object(Bucket=self.bucket_name, Key=name)
            for version in self.versions(name):  # the mark that the line before may have left
                self.client.delete_object(Bucket=self.bucket_name, Key=name, VersionId=version)

    def versions(self, name: str) -> list[str]:
        pages = self.client.get_paginator("list_object_versions").paginate(Bucket=self.bucket_name, Prefix=name)
        try:
            return [
                one["VersionId"]
                for page in pages
                for one in [*page.get("Versions", ()), *page.get("DeleteMarkers", ())]
                if one["Key"] == name
            ]
        except ClientError as error:
            if error.response["Error"]["Code"] in NO_VERSIONS:
                return []
            raise

    def exists(self, name: str) -> bool:
        with plain_errors(name):
            return bool(super().exists(name))

    def size(self, name: str) -> int:
        with plain_errors(name):
            return int(super().size(name))

    def _open(self, name: str, mode: str = "rb") -> Any:
        with plain_errors(name):
            return super()._open(name, mode)

    def _save(self, name: str, content: Any) -> str:
        with plain_errors(name):
            return str(super()._save(name, content))


def chunks(body: Any, name: str) -> Iterator[bytes]:
    try:
        with plain_errors(name):
            yield from body.iter_chunks(CHUNK)
    finally:
        body.close()


@contextmanager
def plain_errors(name: str) -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
            raise FileNotFoundError(f"There is no {name} in the bucket") from error
        raise OSError(f"The bucket says {error.response['Error']['Code']} of {name}") from error
    except BotoCoreError as error:
        raise OSError(f"The bucket cannot be reached for {name} ({type(error).__name__})") from error
