"""Addresses of users and of one's own settings."""

from django.urls import path

from voipadmin.core.pages import entity_urls
from voipadmin.users.audit.pages import AuditView
from voipadmin.users.people.pages import USERS, NewPasswordView, SettingsView, ShownView, UserCreateView
from voipadmin.users.people.second_factor_pages import (
    EnrolmentCodeView,
    FirstSecondFactorView,
    RolesView,
    SecondFactorRemovalView,
)

app_name = "users"
urlpatterns = [
    path("audit/", AuditView.as_view(), name="audit"),
    path("settings/", SettingsView.as_view(), name="settings"),
    path("settings/second-factor/", FirstSecondFactorView.as_view(), name="second_factor_first"),
    path("users/roles/", RolesView.as_view(), name="roles"),
    path("users/<uuid:pk>/second-factor/", SecondFactorRemovalView.as_view(), name="user_second_factor"),
    path("users/<uuid:pk>/enrolment-code/", EnrolmentCodeView.as_view(), name="user_enrolment"),
    path("users/new/", UserCreateView.as_view(), name="user_create"),
    path("users/<uuid:pk>/password/", NewPasswordView.as_view(), name="user_password"),
    path("users/<uuid:pk>/shown/<slug:name>/", ShownView.as_view(), name="user_shown"),
    *entity_urls("users", USERS),
]
