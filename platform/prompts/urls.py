from django.urls import path

from prompts import views

app_name = "prompts"

urlpatterns = [
    path("", views.list_prompts, name="list"),
    path("submit/", views.submit, name="submit"),
    path("near/", views.near_prompts, name="near"),
    path("mine/", views.mine, name="mine"),
    path("review/", views.review, name="review"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/approve/", views.approve, name="approve"),
    path("<int:pk>/send-back/", views.send_back, name="send_back"),
    path("<int:pk>/withdraw/", views.withdraw, name="withdraw"),
]
