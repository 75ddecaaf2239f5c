"""The addresses of the process for files and streams.

They are the site's, so that each has its name, but `core.readers.FilesAndStreamsAlone` lets nobody through to a page;
and whatever goes wrong is told to a program.
"""

from config.urls import urlpatterns

handler400 = "core.problems.bad_request"
handler403 = "core.problems.forbidden"
handler404 = "core.problems.not_found"
handler500 = "core.problems.server_error"

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]
