from django.urls import URLPattern

app_name = "probes"

urlpatterns: list[URLPattern] = []
