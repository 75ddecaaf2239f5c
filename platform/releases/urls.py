from django.urls import path, re_path

from releases.views import feeds, files, keys, pages, use, webhooks, withdrawals

app_name = "releases"

NUMBER = r"\d{4}\.\d{1,2}\.\d{1,6}"
VERSION = rf"(?P<version>{NUMBER})"

urlpatterns = [
    path("", pages.release_list, name="list"),
    path("start/", pages.start, name="start"),
    path("latest/", pages.latest, name="latest"),
    path("latest/<path:path>", files.latest_file, name="latest-file"),
    path("release-key.pub", keys.release_key, name="key"),
    path("use/", use.use, name="use"),
    path("feed/", feeds.ReleasesFeed(), name="feed"),
    path("webhooks/", webhooks.webhooks, name="webhooks"),
    path("webhooks/<uuid:public_id>/", webhooks.webhook, name="webhook"),
    path("webhooks/<uuid:public_id>/test/", webhooks.test, name="test_webhook"),
    path("webhooks/<uuid:public_id>/secret/", webhooks.rotate, name="rotate_webhook"),
    path("webhooks/<uuid:public_id>/switch/", webhooks.switch, name="switch_webhook"),
    path("webhooks/<uuid:public_id>/<uuid:delivery>/resend/", webhooks.resend, name="resend_delivery"),
    path("webhooks/<uuid:public_id>/remove/", webhooks.remove, name="remove_webhook"),
    re_path(r"^files/(?P<sha256>[0-9a-f]{64})/(?P<name>[^/]+)$", files.file_bytes, name="bytes"),
    path("withdrawals/", withdrawals.orders, name="withdrawals"),
    path("erase/prompt/<int:pk>/", withdrawals.erase_prompt, name="erase_prompt"),
    path("erase/answer/<uuid:public_id>/", withdrawals.erase_answer, name="erase_answer"),
    path("erase/person/<int:pk>/", withdrawals.erase_person, name="erase_person"),
    re_path(rf"^{VERSION}/$", pages.release_detail, name="detail"),
    re_path(rf"^publish/{VERSION}/$", pages.publish, name="publish"),
    re_path(rf"^discard/{VERSION}/$", pages.discard, name="discard"),
    re_path(rf"^{VERSION}/candor-(?P<named>{NUMBER})\.tar$", files.archive, name="archive"),
    re_path(rf"^{VERSION}/(?P<path>.+)$", files.release_file, name="file"),
]
