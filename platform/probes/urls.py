from django.urls import path

from probes import views

app_name = "probes"

urlpatterns = [
    path("", views.endpoints, name="endpoints"),
    path("add/", views.add, name="add"),
    path("endpoints/<int:pk>/", views.endpoint, name="endpoint"),
    path("endpoints/<int:pk>/correct/", views.correct, name="correct"),
    path("endpoints/<int:pk>/steer/", views.steer, name="steer"),
    path("models/<int:pk>/", views.llm, name="llm"),
    path("models/<int:pk>/retire/", views.retire, name="retire"),
    path("rounds/new/", views.preview_round, name="preview_round"),
    path("rounds/open/", views.open_round, name="open_round"),
    path("rounds/<int:pk>/close/", views.close_round, name="close_round"),
    path("schedules/add/", views.add_schedule, name="add_schedule"),
    path("schedules/<int:pk>/stop/", views.stop_schedule, name="stop_schedule"),
    path("quarantine/", views.quarantine, name="quarantine"),
    path("quarantine/<int:pk>/dismiss/", views.dismiss, name="dismiss"),
    path("<int:pk>/again/", views.ask_again, name="ask_again"),
    path("<int:pk>/", views.probe, name="probe"),
]
