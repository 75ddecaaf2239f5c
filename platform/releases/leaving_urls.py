"""The address of the page where people leave; it stands among their own pages, and what it does spans apps."""

from django.urls import path

from releases.views import leaving

app_name = "leaving"

urlpatterns = [path("leave/", leaving.leave, name="leave")]
