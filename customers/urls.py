"""Addresses of customers and extensions."""

from django.urls import path

from customers.views import CUSTOMERS, EXTENSIONS, ExtensionCreateView, RotateSecretView, SetUpView
from voipadmin.core.pages import entity_urls

app_name = "customers"
urlpatterns = [
    *entity_urls("customers", CUSTOMERS),
    path("extensions/new/", ExtensionCreateView.as_view(), name="extension_create"),
    *entity_urls("extensions", EXTENSIONS),
    path("extensions/<uuid:pk>/rotate/", RotateSecretView.as_view(), name="extension_rotate"),
    path("extensions/<uuid:pk>/set-up/<slug:name>/", SetUpView.as_view(), name="extension_set_up"),
]
