"""Nodes, runs and changes in the admin: for superusers, when the pages are not enough."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from asterisk_sync.changes import services
from asterisk_sync.changes.placement import chosen_nodes, place_object
from asterisk_sync.conferences.services import delete_conference, save_conference
from asterisk_sync.models import (
    Conference,
    ConferenceLeg,
    ConferenceParticipant,
    ConferenceSession,
    Generation,
    Node,
    OutboxEntry,
    Placement,
    SyncRun,
)
from voipadmin.core.admin import DomainAdmin, InputsMixin, ReadOnlyAdmin
from voipadmin.core.errors import DomainError
from voipadmin.core.services import save_object


class NodeAdminForm(forms.ModelForm[Node]):
    """The secret is written and never shown; an empty one leaves it as it is."""

    ami_secret = forms.CharField(
        label=_("AMI secret"), required=False, widget=forms.PasswordInput(render_value=False), strip=False
    )

    originate_secret = forms.CharField(
        label=_("AMI secret of conferences"),
        required=False,
        widget=forms.PasswordInput(render_value=False),
        strip=False,
    )

    def clean_ami_secret(self) -> str:
        return str(self.cleaned_data["ami_secret"] or self.instance.ami_secret)

    def clean_originate_secret(self) -> str:
        return str(self.cleaned_data["originate_secret"] or self.instance.originate_secret)


@admin.register(Node)
class NodeAdmin(InputsMixin, admin.ModelAdmin[Node]):
    list_display = ("name", "state", "desired_generation", "applied_generation", "reason", "last_seen_at", "enabled")
    list_filter = ("state", "enabled")
    search_fields = ("name", "host", "ami_host")
    readonly_fields = (
        "state",
        "reason",
        "desired_generation",
        "attempted_generation",
        "applied_generation",
        "retry_at",
        "last_seen_at",
        "chosen",
        "held",
        "worker_version",
        "worker_seen_at",
    )
    form = NodeAdminForm
    actions = ("synchronise",)

    @admin.action(description=_("Apply the configuration now"), permissions=["change"])
    def synchronise(self, request: HttpRequest, queryset: QuerySet[Node]) -> None:
        for node in queryset:
            try:
                services.request_sync(node=node, actor=request.user.get_username())
            except DomainError as error:
                self.message_user(request, f"{node}: {error}", messages.ERROR)


@admin.register(Placement)
class PlacementAdmin(admin.ModelAdmin[Placement]):
    """An object's first placement takes it away from every other node, its last one brings it back everywhere."""

    list_display = ("node", "customer", "gateway", "did")
    list_filter = ("node",)
    list_select_related = ("node", "customer", "gateway", "did")
    autocomplete_fields = ("customer", "gateway", "did")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Placement, form: Any, change: bool) -> None:
        place_object(instance=obj.owner, nodes=[*chosen_nodes(obj.owner), obj.node])

    def delete_model(self, request: HttpRequest, obj: Placement) -> None:
        place_object(instance=obj.owner, nodes=[node for node in chosen_nodes(obj.owner) if node != obj.node])

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Placement]) -> None:
        for placement in queryset:
            self.delete_model(request, placement)


@admin.register(SyncRun)
class SyncRunAdmin(ReadOnlyAdmin):
    list_display = ("node", "wanted_generation", "outcome", "trigger", "reason", "created_at", "finished_at")
    list_filter = ("outcome", "node")
    date_hierarchy = "created_at"


@admin.register(Generation)
class GenerationAdmin(ReadOnlyAdmin):
    list_display = ("node", "number", "content_hash", "accepted_at", "refused_reason", "created_at")
    list_filter = ("node",)


@admin.register(OutboxEntry)
class OutboxEntryAdmin(ReadOnlyAdmin):
    list_display = ("node", "generation", "object_label", "object_name", "action", "actor", "created_at")
    list_filter = ("node", "action", "object_label")
    search_fields = ("object_name", "actor")


class ParticipantInline(admin.TabularInline[ConferenceParticipant, Conference]):
    model = ConferenceParticipant
    fields = ("name", "number", "extension", "email", "is_moderator", "starts_muted")
    autocomplete_fields = ("extension",)
    extra = 0


@admin.register(Conference)
class ConferenceAdmin(DomainAdmin):
    list_display = ("name", "customer", "repeats", "next_at")
    search_fields = ("name", "customer__code")
    autocomplete_fields = ("customer", "dial_in")
    inlines = (ParticipantInline,)

    def save_in_domain(self, request: HttpRequest, instance: Any) -> None:
        if isinstance(instance, Conference):
            save_conference(conference=instance)
        else:
            save_object(instance)

    def delete_model(self, _request: HttpRequest, obj: Any) -> None:
        delete_conference(obj)


@admin.register(ConferenceSession)
class ConferenceSessionAdmin(ReadOnlyAdmin):
    list_display = ("created_at", "conference", "node", "started_by", "ended_at", "end_reason")
    goes_with = "asterisk_sync_conference_"


@admin.register(ConferenceLeg)
class ConferenceLegAdmin(ReadOnlyAdmin):
    list_display = ("created_at", "session", "number", "name", "state", "cause", "joined_at", "left_at")
    list_filter = ("state",)
    goes_with = "asterisk_sync_conference_"
