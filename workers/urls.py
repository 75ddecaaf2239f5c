from django.urls import path

from workers import views

app_name = "workers"

urlpatterns = [
    path("probes/watch/", views.watch, name="watch"),
    path("metrics", views.metrics, name="metrics"),
]
