"""Every address of the site; each app keeps its own."""

from django.urls import include, path

urlpatterns = [
    # First, because it is asked for most.
    path("label/", include("annotations.urls")),
    path("label/me/", include("releases.leaving_urls")),
    path("", include("observatory.urls")),
    path("", include("core.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("account/", include("accounts.urls")),
    path("account/", include("accounts.entrances")),
    path("prompts/", include("prompts.urls")),
    path("", include("workers.urls")),
    path("probes/", include("probes.urls")),
    path("data/", include("releases.urls")),
    path("api/v1/", include("api.urls")),
]

handler400 = "core.views.bad_request"
handler403 = "core.views.forbidden"
handler404 = "core.views.not_found"
handler500 = "core.views.server_error"
