"""The pages of the data: who sees what, and files as any client wants them."""

import hashlib
import json
import re
import xml.etree.ElementTree as Xml
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from django.urls import reverse
from django.utils import timezone

from releases.files.store import local_path
from releases.models import Edition, Push, Release, WebhookDelivery
from releases.served.addresses import saved_as
from tests.releases.conftest import FORMULA, build

pytestmark = pytest.mark.django_db(transaction=True)
ATOM = "{http://www.w3.org/2005/Atom}"
ANSWERS = "data/answers/part-0000.parquet"


def served(client, address, **more):
    """What is at the address a release's own one leads to."""
    led = client.get(address)
    assert led.status_code == 302, address
    return client.get(led["Location"], **more)


def body(response):
    return b"".join(response.streaming_content) if response.streaming else response.content


def test_before_the_first_release_the_page_says_so(client, topic):
    response = client.get("/data/")
    assert response.status_code == 200
    assert "No release yet" in response.content.decode()
    for path in ("/data/latest/", "/data/latest/README.md", "/data/2026.11.0/", "/data/2026.11.0/README.md"):
        assert client.get(path).status_code == 404, path


def test_a_release_that_is_not_published_is_nobodys_but_the_maintainers(client, built, labeller, reviewer, maintainer):
    detail = reverse("releases:detail", args=[built.version])
    file = reverse("releases:file", args=[built.version, "manifest.json"])
    for person in (None, labeller, reviewer):
        if person:
            client.force_login(person)
        assert (client.get(detail).status_code, client.get(file).status_code) == (404, 404)
        listed = client.get("/data/").content.decode()
        assert built.version not in listed and "For maintainers" not in listed
    client.force_login(maintainer)
    assert "Not published yet." in client.get(detail).content.decode()
    assert "Publish for good" in client.get("/data/").content.decode()
    response = client.get(file)
    assert (response.status_code, response["Cache-Control"]) == (200, "private, no-store")
    assert json.loads(body(response))["version"] == built.version


def test_a_maintainer_starts_publishes_and_discards(client, world, maintainer):
    from releases.actions import build_waiting

    client.force_login(maintainer)
    assert "Nothing is being built." in client.get("/data/").content.decode()
    assert client.post("/data/start/").status_code == 302
    assert "Being built" in client.get("/data/").content.decode()
    assert client.post("/data/start/").status_code == 409
    release = Release.objects.get()
    assert client.post(f"/data/publish/{release.version}/").status_code == 409
    build_waiting()
    assert client.post(f"/data/publish/{release.version}/").status_code == 302
    assert client.post(f"/data/discard/{release.version}/").status_code == 409
    second = build(maintainer)
    assert client.post(f"/data/discard/{second.version}/").status_code == 302
    assert client.post(f"/data/discard/{second.version}/").status_code == 404
    assert list(Release.objects.values_list("version", "status")) == [(release.version, "published")]


@pytest.mark.parametrize("path", ["start/", "publish/{}/", "discard/{}/"])
def test_nobody_else_decides(client, built, labeller, path):
    path = "/data/" + path.format(built.version)
    response = client.post(path)
    assert response.status_code == 302 and response["Location"].startswith(reverse("account_login"))
    client.force_login(labeller)
    assert client.post(path).status_code == 403
    assert client.get(path).status_code == 405
    assert client.post("/data/publish/1999.1.0/").status_code == 403
    assert list(Release.objects.values_list("status", flat=True)) == ["built"]


def test_a_failed_release_says_why_to_the_maintainer(client, maintainer):
    Release.objects.create(version="2026.1.0", status="failed", cutoff=timezone.now(), error="The disk <is> full.")
    client.force_login(maintainer)
    page = client.get("/data/").content.decode()
    assert "The disk &lt;is&gt; full." in page and "Discard" in page


def test_the_page_of_a_release_names_every_file_column_and_sum(client, published):
    page = client.get(f"/data/{published.version}/").content.decode()
    for file in published.files.all():
        if not file.path.startswith("verify/"):  # the program that checks the rest is listed in SHA256SUMS
            assert reverse("releases:file", args=[published.version, file.path]) in page
        assert file.rows is None or file.path.startswith("delta/") or file.sha256 in page
    for word in ("dispersion", "labeller", "CC BY 4.0", "candor_verify", "curl", "sha256sum -c"):
        assert word in page
    assert published.version in client.get("/data/").content.decode()
    # A block of data is no script.
    assert set(re.findall(r"<script.*?>", page)) == {'<script type="application/ld+json">'} and "style=" not in page


def test_a_whole_file_with_what_lets_a_client_keep_it(client, published):
    for file in published.files.all():
        response = served(client, f"/data/{published.version}/{file.path}")
        content = body(response)
        assert (response.status_code, len(content)) == (200, file.bytes)
        assert hashlib.sha256(content).hexdigest() == file.sha256
        assert response["ETag"] == f'"{file.sha256}"'
        assert response["Content-Length"] == str(file.bytes)
        assert response["Content-Type"] == file.media_type
        assert response["Cache-Control"] == "public, immutable, max-age=31536000"
        assert f'filename="{saved_as(file)}"' in response["Content-Disposition"]
        assert response["X-Content-Type-Options"] == "nosniff"


def test_html_in_an_answer_is_only_ever_saved(client, published):
    response = served(client, f"/data/{published.version}/csv/answers.csv")
    assert response["Content-Disposition"].startswith("attachment")
    assert ("\"'" + FORMULA.replace('"', '""')) in body(response).decode()


def test_head_parts_and_what_the_client_has(client, published):
    path = client.get(f"/data/{published.version}/{ANSWERS}")["Location"]
    content = local_path(published.files.get(path=ANSWERS).sha256).read_bytes()
    size, etag = len(content), f'"{hashlib.sha256(content).hexdigest()}"'
    head = client.head(path)
    assert (head.status_code, head.content, head["Content-Length"], head["ETag"]) == (200, b"", str(size), etag)
    for asked, start, stop in (("0-3", 0, 4), ("4-", 4, size), ("-8", size - 8, size)):
        part = client.get(path, headers={"Range": f"bytes={asked}"})
        assert (part.status_code, body(part)) == (206, content[start:stop])
        assert part["Content-Range"] == f"bytes {start}-{stop - 1}/{size}"
        assert part["Content-Length"] == str(stop - start)
    outside = client.get(path, headers={"Range": f"bytes={size}-"})
    assert (outside.status_code, outside["Content-Range"]) == (416, f"bytes */{size}")
    assert client.get(path, headers={"Range": "bytes=0-3", "If-Range": etag}).status_code == 206
    assert client.get(path, headers={"Range": "bytes=0-3", "If-Range": '"old"'}).status_code == 200
    known = client.get(path, headers={"If-None-Match": etag})
    assert (known.status_code, body(known), known["ETag"]) == (304, b"", etag)
    assert client.get(path, headers={"If-None-Match": '"old"'}).status_code == 200
    assert client.post(path).status_code == 405


def test_a_path_is_found_among_the_files_or_not_at_all(client, published, settings):
    outside = Path(settings.RELEASES_DIR).parent / "secret_key"
    outside.write_text("hidden words")
    for path in (
        *("../secret_key", "../../secret_key", "..%2f..%2fsecret_key", "%2e%2e/secret_key", "data/../../../secret_key"),
        *("/etc/passwd", str(outside), "data//", "data", "data/", "data/answers", "DATA/answers/part-0000.parquet"),
        *(f"{ANSWERS}/", ANSWERS.replace("/", "\\"), "%00", f"{ANSWERS}%00.csv", "\u202e", "x" * 3000),
        "data/%2e%2e/README.md",
    ):
        response = client.get(f"/data/{published.version}/{path}")
        assert response.status_code == (400 if "%00" in path else 404), path
        assert b"hidden words" not in body(response)


def test_latest_leads_to_the_newest(client, published, maintainer):
    assert client.get("/data/latest/")["Location"] == f"/data/{published.version}/"
    response = client.get(f"/data/latest/{ANSWERS}")
    assert (response.status_code, response["Location"]) == (302, f"/data/{published.version}/{ANSWERS}")
    assert client.get("/data/latest/../../etc/passwd").status_code in {302, 404}


def test_a_file_that_is_gone_from_the_disk_is_a_plain_404(client, published, caplog):
    local_path(published.files.get(path="README.md").sha256).unlink()
    response = served(client, f"/data/{published.version}/README.md")
    assert response.status_code == 404 and b"missing on the server" in response.content
    assert "not in the store" in caplog.text


def test_the_list_asks_as_often_for_three_releases_as_for_one(
    client, published, maintainer, django_assert_max_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from releases.actions import publish_release

    with CaptureQueriesContext(connection) as first:
        client.get("/data/")
    for _ in range(2):
        publish_release(by=maintainer, release=build(maintainer))
    with CaptureQueriesContext(connection) as second:
        client.get("/data/")
    # Releases, their editions, the files of the newest, and the DOI of the dataset as a whole.
    assert len(first) == len(second) == 4
    # The release, its editions, its files, where it was copied to, whether it is signed, and its DOI.
    with django_assert_max_num_queries(6):
        client.get(f"/data/{published.version}/")


def test_parquet_is_read_from_the_served_bytes(client, published, tmp_path):
    (tmp_path / "labels.parquet").write_bytes(
        body(served(client, f"/data/{published.version}/data/labels/part-0000.parquet"))
    )
    assert pq.read_table(tmp_path / "labels.parquet").num_rows == published.counts["tables"]["labels"] == 6


def test_an_edition_is_told_with_what_went_and_never_whose(client, published):
    tombstone = {"orders": [{"edition": 1, "kind": "labels", "what": "A person wanted their labels erased.",
                             "reason": None, "rows": {"labels": 3}}]}  # fmt: skip
    counts = {**published.counts, "left_out": {"answers": {"open": 9876}, "probes": {}}}
    Edition.objects.create(release=published, number=1, counts=counts, tombstone=tombstone)
    page = client.get(f"/data/{published.version}/").content.decode()
    assert f"{published.version}+e1" in page and "A person wanted their labels erased." in page
    assert "9,876" in page, "what is left out is that of the newest edition"


def test_after_an_edition_every_page_has_its_name_and_its_numbers(client, published):
    page = client.get(f"/data/{published.version}/").content.decode()
    assert "nothing was changed since." in page and "Since then something was taken out" not in page
    tables = {**published.counts["tables"], "answers": 8642, "labels": 97531}
    counts, label = {**published.counts, "tables": tables}, f"{published.version}+e1"
    Edition.objects.create(release=published, number=1, counts=counts, tombstone={"orders": []})
    page = client.get(f"/data/{published.version}/").content.decode()
    assert "Since then something was taken out: this is edition 1, of" in page
    assert "nothing was changed since." not in page
    listed = client.get("/data/").content.decode()
    assert f">{label}</a>" in listed and "8,642" in listed and "97,531" in listed
    assert f"Release {label}<" in client.get("/data/use/").content.decode()
    [entry] = Xml.fromstring(client.get(reverse("releases:feed")).content).findall(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}title") == f"Release {label}"
    assert entry.findtext(f"{ATOM}summary").startswith("Answers: 8,642. Labels: 97,531.")


def test_a_copy_that_still_holds_what_was_taken_out_is_told_to_maintainers(client, published, maintainer):
    """And a page of a release leads to the newest copy at each place, and says where that is an older edition."""

    def pushed(place, edition):
        told = {"url": f"https://{place}.example/{edition}", "status": "done", "done_at": timezone.now()}
        return Push.objects.create(release=published, place=place, edition=edition, **told).url

    def shown(address, *words):
        page = client.get(address).content.decode()
        return [word in page for word in words]

    detail, line = f"/data/{published.version}/", f"manage.py push_release {published.version} --to zenodo"
    hub, archive = pushed("hugging_face", 0), pushed("zenodo", 0)
    client.force_login(maintainer)
    assert shown("/data/withdrawals/", line) == shown("/data/", line) == [False]
    assert shown(detail, hub, archive, "(an older edition)") == [True, True, False]
    Edition.objects.create(release=published, number=1, counts=published.counts, tombstone={"orders": []})
    newer = pushed("hugging_face", 1)
    for page in ("/data/withdrawals/", "/data/"):
        assert shown(page, line, archive, "--to hugging_face") == [True, True, False]
    client.logout()
    assert shown("/data/", line) == [False]
    page = client.get(detail).content.decode()
    assert (hub in page, newer in page, archive in page) == (False, True, True)
    assert page.count("(an older edition)") == 1


def test_how_far_a_build_is_stands_on_the_maintainers_page(client, maintainer):
    release = Release.objects.create(version="2026.1.0", status="building", cutoff=timezone.now(), key=b"k" * 32)
    client.force_login(maintainer)
    assert "Waiting for a worker" in client.get("/data/").content.decode()
    Release.objects.filter(pk=release.pk).update(
        stage="writing", progress={"labels": [500, 2000], "answers": [700, 700]}
    )
    page = client.get("/data/").content.decode()
    assert "Step 3 of 4" in page and "Writing the files" in page
    assert "500 of 2,000" in page and '<progress max="2000" value="500"' in page


def test_the_feed_has_each_release_and_moves_with_its_editions(client, published):
    def entries():
        feed = client.get(reverse("releases:feed"))
        assert feed["Content-Type"].startswith("application/atom+xml")
        return Xml.fromstring(feed.content).findall(f"{ATOM}entry")

    [entry] = entries()
    assert entry.findtext(f"{ATOM}title") == f"Release {published.version}"
    assert entry.find(f"{ATOM}link").attrib["href"].endswith(f"/data/{published.version}/")
    before = entry.findtext(f"{ATOM}updated")
    Edition.objects.create(release=published, number=1, counts=published.counts, tombstone={"orders": []})
    [entry] = entries()
    assert entry.findtext(f"{ATOM}updated") >= before
    assert "Editions since: 1." in entry.findtext(f"{ATOM}summary")


def test_publishing_tells_the_webhooks_in_the_same_transaction(built, maintainer, labeller):
    from releases.actions import publish_release
    from releases.actions.webhooks import make_webhook

    make_webhook(by=labeller, url="https://example.org/hook", events_wanted=["release.published"])
    publish_release(by=maintainer, release=built)
    [message] = WebhookDelivery.objects.all()
    said = json.loads(message.body)["data"]
    assert said["version"] == built.version
    assert said["sums"] == built.files.get(path="SHA256SUMS").sha256
