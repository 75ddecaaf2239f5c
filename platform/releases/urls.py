from django.urls import path, re_path

from releases import views

app_name = "releases"

VERSION = r"(?P<version>\d{4}\.\d{1,2}\.\d{1,6})"

urlpatterns = [
    path("", views.release_list, name="list"),
    path("start/", views.start, name="start"),
    path("latest/", views.latest, name="latest"),
    path("latest/<path:path>", views.latest, name="latest-file"),
    re_path(rf"^{VERSION}/$", views.release_detail, name="detail"),
    re_path(rf"^publish/{VERSION}/$", views.publish, name="publish"),
    re_path(rf"^discard/{VERSION}/$", views.discard, name="discard"),
    re_path(rf"^{VERSION}/(?P<path>.+)$", views.release_file, name="file"),
]
