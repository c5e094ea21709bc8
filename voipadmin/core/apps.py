"""The core app: what every domain stands on."""

from importlib import import_module

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    """Base models, grammars, encryption and the page kit."""

    name = "voipadmin.core"
    label = "core"
    verbose_name = _("Core")

    def ready(self) -> None:
        """Keep the changelogs, find alarms, figures and jobs of each app, and give the country its plan when migrated.

        Django calls this when all models are loaded.
        """
        import_module("voipadmin.core.audit.changelog").keep_changelogs()
        import_module("voipadmin.core.alarms.outages")
        import_module("voipadmin.core.alarms.own_kinds")
        import_module("voipadmin.core.jobs.alarms")
        autodiscover_modules("alarms", "consequences", "job_kinds")
        seed_plan = import_module("voipadmin.core.numbering_plan.seeding").seed_plan
        post_migrate.connect(seed_plan, sender=self, dispatch_uid="core.seed_plan")
