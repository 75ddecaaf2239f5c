from django.urls import path

from observatory import views

app_name = "observatory"

urlpatterns = [
    path("", views.home, name="home"),
    path("agreement/", views.agreement, name="agreement"),
    path("agreement/crowd/", views.crowd, name="crowd"),
    path("models/", views.models, name="models"),
    # Not <slug:>: a model's slug may hold dots, as in qwen2.5.
    path("models/<name:slug>/", views.model, name="model"),
    path("answers/<uuid:public_id>/", views.answer, name="answer"),
    path("about/", views.about, name="about"),
    path("method/", views.method, name="method"),
]
