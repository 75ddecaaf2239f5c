from django.urls import path
from django.views.generic import RedirectView

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
    # This site sends no mail. allauth has these two pages under the same addresses, and theirs would try to.
    path("password/reset/", views.lost_password, name="lost_password"),
    path("email/", RedirectView.as_view(pattern_name="accounts:me"), name="no_mail"),
    path("new-password/<str:uid>/<str:token>/", views.new_password, name="new_password"),
]
