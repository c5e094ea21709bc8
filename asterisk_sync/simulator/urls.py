"""Addresses of the simulator."""

from django.urls import path

from asterisk_sync.simulator import views

urlpatterns = [
    path("sync/simulator/", views.simulator, name="simulator"),
    path("sync/simulator/check/<str:key>/", views.check, name="simulator_check"),
]
