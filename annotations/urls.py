from django.urls import path

from annotations import views

app_name = "annotations"

urlpatterns = [
    path("", views.deck, name="deck"),
    path("next/", views.cards, name="cards"),
    path("undo/", views.undo, name="undo"),
    path("guideline/", views.guideline, name="guideline"),
    path("<uuid:pk>/", views.judge, name="judge"),
]
