"""What the Django admin of every app shares: writes go through the domain, secrets are written and never shown."""

from collections.abc import Callable, Iterable
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext_lazy as _
from django_celery_beat.admin import SolarSchedule

from voipadmin.core.alarms.addressees import save_receiver, save_webhook
from voipadmin.core.alarms.services import close_alarm
from voipadmin.core.errors import DomainError
from voipadmin.core.fields import EncryptedTextField
from voipadmin.core.forms.local_numbers import local_field
from voipadmin.core.models import (
    Alarm,
    AlarmEvent,
    AlarmMail,
    AlarmReceiver,
    AlarmSilence,
    Job,
    Webhook,
    WebhookAttempt,
    WebhookMessage,
)
from voipadmin.core.services import delete_object, error_messages, save_object

# No task of the panel runs by the sun, and its page would take degrees in inputs that drop a comma.
admin.site.unregister(SolarSchedule)


class KeepSecretsForm(forms.ModelForm[Any]):
    """A form in which an empty secret means: as it is."""

    def clean(self) -> dict[str, Any]:
        """Put the stored, or generated, secret where the input was left empty."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for name in self.fields:
            if isinstance(self.fields[name].widget, forms.PasswordInput) and not cleaned.get(name):
                cleaned[name] = getattr(self.instance, name)
        return cleaned


class InputsMixin:
    """Makes the inputs of encrypted fields write-only, and lets numbers be typed as people write them."""

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Return the input; an encrypted field's never has its value."""
        if not isinstance(db_field, EncryptedTextField):
            field = super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]  # ModelAdmin's
            return local_field(db_field.name, field)
        return forms.CharField(
            label=str(db_field.verbose_name).capitalize(),
            widget=forms.PasswordInput(render_value=False, attrs={"autocomplete": "new-password"}),
            required=False,
            help_text=_("Never shown here. Leave empty to keep it, or to have it generated."),
        )


class DomainInline(InputsMixin, admin.TabularInline[Any, Any]):
    """Rows of another model on an object's page."""

    form = KeepSecretsForm
    extra = 0
    show_change_link = True


class ReadOnlyAdmin(admin.ModelAdmin[Any]):
    """Rows that nobody writes by hand.

    They go with the object whose admin pages' names begin with `goes_with`, such as `customers_customer_`: Django asks
    for the permission to delete them when that object is deleted. Where they are `deletable` they may also go alone.
    """

    goes_with: ClassVar[str] = ""
    deletable: ClassVar[bool] = False
    list_per_page = 50
    show_full_result_count = False

    def has_add_permission(self, _request: HttpRequest) -> bool:
        """Nobody adds one."""
        return False

    def has_change_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        """Nobody changes one."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody deletes one by itself, but where they are `deletable`."""
        if self.deletable:
            return super().has_delete_permission(request, obj)
        page = request.resolver_match.url_name if request.resolver_match else None
        return bool(self.goes_with) and str(page).startswith(self.goes_with)


class DomainAdmin(InputsMixin, admin.ModelAdmin[Any]):
    """An admin page whose writes are domain calls; what the domain refuses is said, and nothing of it is saved."""

    form = KeepSecretsForm
    list_per_page = 50
    show_full_result_count = False
    readonly_fields: ClassVar[Any] = ("created_at", "updated_at")

    def save_in_domain(self, request: HttpRequest, instance: Any) -> None:
        """Save an object, or a row of an inline, by its service."""
        save_object(instance)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save the object of the page."""
        self.save_in_domain(request, obj)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Save the rows."""
        changed = formset.save(commit=False)
        for row in formset.deleted_objects:
            delete_object(row)
        for row in changed:
            self.save_in_domain(request, row)

    def delete_model(self, request: HttpRequest, obj: models.Model) -> None:
        """Delete one object."""
        delete_object(obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Delete each of those chosen."""
        with transaction.atomic():
            for instance in queryset:
                self.delete_model(request, instance)

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show or save the page."""
        return told(request, lambda: super(DomainAdmin, self).changeform_view(request, *args, **kwargs))

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Ask, or delete."""
        return told(request, lambda: super(DomainAdmin, self).delete_view(request, *args, **kwargs))

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the list, or do an action with those chosen."""
        return told(request, lambda: super(DomainAdmin, self).changelist_view(request, *args, **kwargs))

    def run(self, request: HttpRequest, chosen: Iterable[Any], service: Any, done: Any) -> None:
        """Call `service` for each chosen object and say how many went through and why the others did not."""
        count = 0
        for instance in chosen:
            try:
                service(instance)
            except (DomainError, ValidationError) as error:
                for text in texts_of(error):
                    messages.error(request, text)
            else:
                count += 1
        if count:
            messages.success(request, done % {"count": count})


def told(request: HttpRequest, page: Callable[[], HttpResponse]) -> HttpResponse:
    """Return the page; what the domain refuses is said on it, asked for again."""
    try:
        return page()
    except (DomainError, ValidationError) as error:
        for text in texts_of(error):
            messages.error(request, text)
        return HttpResponseRedirect(request.get_full_path())


def texts_of(error: DomainError | ValidationError) -> list[str]:
    """Return what a refusal says, one text for each error."""
    if isinstance(error, DomainError):
        return [str(error.message)]
    return [text for found in error_messages(error).values() for text in found]


@admin.register(Alarm)
class AlarmAdmin(ReadOnlyAdmin):
    """Alarms, those that are open and those that were."""

    list_display = ("kind", "subject", "count", "opened_at", "last_seen_at", "closed_at")
    list_filter = ("kind", ("closed_at", admin.EmptyFieldListFilter))
    search_fields = ("subject",)
    actions = ("close",)

    @admin.action(description=_("Close"), permissions=["close"])
    def close(self, request: HttpRequest, queryset: QuerySet[Alarm]) -> None:
        """Close those chosen; what is seen again opens another."""
        for alarm in queryset:
            close_alarm(alarm, actor=request.user.get_username())

    def has_close_permission(self, request: HttpRequest) -> bool:
        """Who may change alarms may close them."""
        return bool(request.user.has_perm("core.change_alarm"))


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    """Jobs; their files are taken on the panel's pages, which ask who may see what they hold."""

    list_display = ("created_at", "kind", "subject", "status", "actor", "started_at", "finished_at")
    list_filter = ("status", "kind")
    search_fields = ("subject", "actor")


@admin.register(AlarmEvent)
class AlarmEventAdmin(ReadOnlyAdmin):
    """The history of alarms."""

    list_display = ("alarm", "step", "at", "actor", "note")
    list_filter = ("step",)
    list_select_related = ("alarm",)


@admin.register(AlarmSilence)
class AlarmSilenceAdmin(ReadOnlyAdmin):
    """Silences."""

    list_display = ("kind", "subject", "until", "actor", "reason", "ended_at")
    list_filter = (("ended_at", admin.EmptyFieldListFilter),)


@admin.register(AlarmReceiver)
class AlarmReceiverAdmin(DomainAdmin):
    """Receivers of alarms by mail."""

    list_display = ("name", "email", "severe_only", "enabled")

    def save_in_domain(self, request: HttpRequest, instance: Any) -> None:
        save_receiver(instance)


@admin.register(Webhook)
class WebhookAdmin(DomainAdmin):
    """Webhooks; their secrets are made by the panel, and shown on its pages once."""

    list_display = ("name", "url", "severe_only", "enabled", "failing_since")

    def save_in_domain(self, request: HttpRequest, instance: Any) -> None:
        save_webhook(instance)


@admin.register(AlarmMail)
class AlarmMailAdmin(ReadOnlyAdmin):
    """Mails of alarms."""

    goes_with = "core_alarmreceiver_"
    list_display = ("receiver", "event", "status", "due_at", "sent_at", "error")
    list_filter = ("status",)
    list_select_related = ("receiver", "event__alarm")


class WebhookAttemptInline(admin.TabularInline[Any, Any]):
    """The tries of a message."""

    model = WebhookAttempt
    extra = 0
    can_delete = False
    readonly_fields = ("at", "status", "milliseconds", "excerpt", "error")


@admin.register(WebhookMessage)
class WebhookMessageAdmin(ReadOnlyAdmin):
    """Messages of webhooks."""

    goes_with = "core_webhook_"
    list_display = ("type", "webhook", "status", "failures", "due_at", "delivered_at")
    list_filter = ("status", "webhook")
    list_select_related = ("webhook",)
    inlines = (WebhookAttemptInline,)
