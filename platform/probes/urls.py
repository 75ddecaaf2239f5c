from django.urls import path

from probes import views

app_name = "probes"

urlpatterns = [
    path("", views.endpoints, name="endpoints"),
    path("add/", views.add, name="add"),
    path("rounds/open/", views.open_round, name="open_round"),
    path("rounds/<int:pk>/close/", views.close_round, name="close_round"),
    path("endpoints/<int:pk>/steer/", views.steer, name="steer"),
    path("<int:pk>/", views.probe, name="probe"),
]
