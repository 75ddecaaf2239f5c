"""The store in a bucket: a server that speaks S3 stands in for Amazon's."""

import hashlib

import httpx
import pytest
from botocore.exceptions import ClientError
from django.utils import timezone

from core.errors import Conflict
from releases.actions import publish_release
from releases.actions.unheld import drop_unheld
from releases.files import store
from releases.files.layout import lay_out
from releases.files.s3 import Bucket
from releases.models import Release
from tests.standins.buckets import NAME, bucket, bucket_options, client, keys, server

__all__ = ["bucket", "bucket_options", "client", "server"]  # fixtures

CONTENT = bytes(range(256)) * 4096
SUM = hashlib.sha256(CONTENT).hexdigest()


def put(tmp_path, content=CONTENT):
    sum_ = hashlib.sha256(content).hexdigest()
    (tmp_path / sum_).write_bytes(content)
    store.adopt(tmp_path / sum_, sum_)
    return sum_


def test_what_is_put_there_lies_under_its_sum(bucket, tmp_path):
    assert not store.exists(SUM)
    assert put(tmp_path) == SUM
    assert keys(bucket) == [f"sha256/{SUM[:2]}/{SUM}"]
    assert bucket.get_object(Bucket=NAME, Key=store.name_of(SUM))["Body"].read() == CONTENT
    assert (store.exists(SUM), store.size(SUM), store.sum_of(SUM), store.local_path(SUM)) == (
        True,
        len(CONTENT),
        SUM,
        None,
    )
    with store.opened(SUM) as file:
        assert file.read() == CONTENT


def test_what_is_there_is_not_sent_again_and_what_broke_off_is(bucket, tmp_path):
    put(tmp_path)
    first = bucket.head_object(Bucket=NAME, Key=store.name_of(SUM))
    put(tmp_path)
    assert bucket.head_object(Bucket=NAME, Key=store.name_of(SUM))["LastModified"] == first["LastModified"]
    bucket.put_object(Bucket=NAME, Key=store.name_of(SUM), Body=b"half of")
    put(tmp_path)
    assert store.sum_of(SUM) == SUM


@pytest.mark.parametrize(("start", "length"), [(0, 0), (0, 1), (255, 300), (0, len(CONTENT)), (len(CONTENT) - 5, 5)])
def test_a_part_is_asked_for_as_a_part(bucket, tmp_path, start, length):
    put(tmp_path)
    pieces = list(store.open_range(SUM, start, length))
    assert b"".join(pieces) == CONTENT[start : start + length]
    assert max(map(len, pieces), default=0) <= 1 << 18


def test_what_is_not_there_is_missing_at_once(bucket):
    for read in (lambda: store.open_range(SUM, 0, 5), lambda: store.open_range(SUM, 0, 0), lambda: store.size(SUM)):
        with pytest.raises(FileNotFoundError):
            read()
    with pytest.raises(FileNotFoundError):
        store.opened(SUM)
    store.delete(SUM)


def test_a_bucket_that_cannot_be_used_is_an_oserror(bucket, settings, bucket_options, tmp_path):
    bucket.delete_bucket(Bucket=NAME)
    with pytest.raises(OSError, match=r"NoSuchBucket|There is no"):
        put(tmp_path)
    gone = {**bucket_options, "endpoint_url": "http://127.0.0.1:9"}
    settings.STORAGES = {**settings.STORAGES, "releases": {"BACKEND": "releases.files.s3.Bucket", "OPTIONS": gone}}
    with pytest.raises(OSError, match="cannot be reached"):
        store.exists(SUM)


def test_what_goes_is_gone_in_every_version(bucket, tmp_path):
    bucket.put_bucket_versioning(Bucket=NAME, VersioningConfiguration={"Status": "Enabled"})
    put(tmp_path)
    bucket.put_object(Bucket=NAME, Key=store.name_of(SUM), Body=b"an older slip")
    other = put(tmp_path, b"another")
    store.delete(SUM)
    assert not store.exists(SUM)
    left = bucket.list_object_versions(Bucket=NAME)
    assert [one["Key"] for one in left.get("Versions", [])] == [store.name_of(other)]
    assert left.get("DeleteMarkers", []) == []


@pytest.mark.parametrize("code", ["NotImplemented", "AccessDenied"])
def test_a_server_without_versions_and_one_that_hides_them(bucket, tmp_path, monkeypatch, code):
    put(tmp_path)
    refused = ClientError({"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": 501}}, "ListObjectVersions")

    class Pages:
        def paginate(self, **more):
            raise refused
            yield

    place = store.storage()
    assert isinstance(place, Bucket)
    monkeypatch.setattr(place.client, "get_paginator", lambda name: Pages())
    if code == "NotImplemented":
        store.delete(SUM)
        assert keys(bucket) == []
    else:
        with pytest.raises(OSError, match="AccessDenied"):
            store.delete(SUM)
        assert keys(bucket) == [store.name_of(SUM)]


@pytest.fixture
def built(db, bucket, tmp_path):
    release = Release.objects.create(version="2026.11.0", status="built", cutoff=timezone.now(), key=b"k" * 32)
    for path, content, kind in (
        ("README.md", b"# Candor\n", "text/plain; charset=utf-8"),
        ("data/labels/part-0000.parquet", CONTENT, "application/vnd.apache.parquet"),
    ):
        sum_ = put(tmp_path, content)
        release.files.create(path=path, sha256=sum_, bytes=len(content), media_type=kind)
    return release


def test_a_release_in_a_bucket_is_published_when_every_byte_is_there(built, bucket, maintainer):
    bucket.put_object(Bucket=NAME, Key=store.name_of(SUM), Body=CONTENT[:-1])
    with pytest.raises(Conflict):
        publish_release(by=maintainer, release=built)
    bucket.put_object(Bucket=NAME, Key=store.name_of(SUM), Body=CONTENT)
    assert publish_release(by=maintainer, release=built).status == "published"


def test_it_is_laid_out_as_a_folder_from_there(built, tmp_path):
    folder = lay_out(built, tmp_path / "folder")
    assert (folder / "data/labels/part-0000.parquet").read_bytes() == CONTENT


def bytes_of(client, release, **more):
    file = release.files.get(path="data/labels/part-0000.parquet")
    response = client.get(f"/data/files/{file.sha256}/candor-{release.version}-labels-part-0000.parquet", **more)
    return response, b"".join(response.streaming_content) if response.streaming else response.content


def test_its_bytes_are_passed_on_with_ranges(built, maintainer, client_of_the_site):
    release = publish_release(by=maintainer, release=built)
    response, content = bytes_of(client_of_the_site, release, headers={"range": "bytes=-5"})
    assert (response.status_code, content) == (206, CONTENT[-5:])
    assert response["ETag"] == f'"{SUM}"'
    response, content = bytes_of(client_of_the_site, release)
    assert (response.status_code, content) == (200, CONTENT)


@pytest.fixture
def client_of_the_site():
    from django.test import Client

    return Client()


def test_or_a_reader_is_sent_on_to_a_signed_address(built, maintainer, client_of_the_site, settings):
    settings.RELEASES_S3_REDIRECT = True
    release = publish_release(by=maintainer, release=built)
    response, _content = bytes_of(client_of_the_site, release)
    assert response.status_code == 302
    assert response["Access-Control-Allow-Origin"] == "*"
    assert "X-Amz-Signature=" in response["Location"]
    assert "something" not in response["Location"]
    found = httpx.get(response["Location"], headers={"range": "bytes=1-3"})
    assert (found.status_code, found.content) == (206, CONTENT[1:4])
    assert found.headers["content-type"] == "application/vnd.apache.parquet"
    assert "attachment; filename=" in found.headers["content-disposition"]


def test_what_is_not_public_is_never_given_an_address(built, maintainer, client_of_the_site, settings):
    settings.RELEASES_S3_REDIRECT = True
    response, _content = bytes_of(client_of_the_site, built)
    assert response.status_code == 404


def test_erased_bytes_are_gone_from_the_bucket(built, bucket):
    held = [store.name_of(one.sha256) for one in built.files.order_by("path")]
    drop_unheld([SUM])
    assert sorted(keys(bucket)) == sorted(held)
    built.files.filter(sha256=SUM).delete()
    drop_unheld([SUM])
    assert keys(bucket) == [held[0]]
