from django.urls import path

from accounts import views

app_name = "accounts"

urlpatterns = [
    path("", views.me, name="me"),
    path("languages/", views.languages, name="languages"),
    path("tokens/", views.make_token, name="make_token"),
    path("tokens/<int:pk>/revoke/", views.revoke_token, name="revoke_token"),
    path("people/", views.people, name="people"),
    path("people/<int:pk>/role/", views.role, name="role"),
    path("people/<int:pk>/password-link/", views.password_link, name="password_link"),
    path("password/reset/", views.lost_password, name="lost_password"),
    path("new-password/<name:uid>/<name:token>/", views.new_password, name="new_password"),
]
