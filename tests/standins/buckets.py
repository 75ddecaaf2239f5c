"""A server that speaks S3 in the test's own process, and the store of releases put into a bucket of it."""

from collections.abc import Iterator

import boto3
import httpx
import pytest
from moto.server import ThreadedMotoServer

NAME = "candor-releases"


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket_options(server):
    return {
        "bucket_name": NAME,
        "endpoint_url": server,
        "region_name": "us-east-1",
        "access_key": "somebody",
        "secret_key": "something",
    }


@pytest.fixture
def client(server):
    httpx.post(f"{server}/moto-api/reset")
    client = boto3.client(
        "s3", endpoint_url=server, region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b"
    )
    client.create_bucket(Bucket=NAME)
    return client


@pytest.fixture
def bucket(client, settings, bucket_options):
    settings.STORAGES = {
        **settings.STORAGES,
        "releases": {"BACKEND": "releases.files.s3.Bucket", "OPTIONS": bucket_options},
    }
    return client


def keys(client):
    return [one["Key"] for one in client.list_objects_v2(Bucket=NAME).get("Contents", [])]
