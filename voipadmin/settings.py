"""Settings, all read from the environment (or `.env`); `.env.example` documents every name."""

from typing import Any

import django_stubs_ext
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from voipadmin.alarm_settings import *  # noqa: F403 - they are settings, too
from voipadmin.beat_schedule import CELERY_BEAT_SCHEDULE  # noqa: F401 - a setting
from voipadmin.environment import BASE_DIR, env
from voipadmin.logging import logging_configuration
from voipadmin.telephony_settings import *  # noqa: F403 - they are settings, too

django_stubs_ext.monkeypatch()  # lets classes such as models.Field[str, str] name their types at run time

DEVELOPMENT_SECRET = "development-only-secret-that-production-refuses"  # noqa: S105 - refused outside DEBUG, below
MINIMUM_SECRET_CHARACTERS = 32

DEBUG = env.bool("DEBUG", default=False)


def secret(name: str) -> str:
    """Return a secret of at least 32 characters; only DEBUG may run on the development value."""
    value: str = env.str(name, default=DEVELOPMENT_SECRET if DEBUG else "")
    if DEBUG or (value != DEVELOPMENT_SECRET and len(value) >= MINIMUM_SECRET_CHARACTERS):
        return value
    reason = f"unset, a default or shorter than {MINIMUM_SECRET_CHARACTERS} characters"
    message = f"{name} is {reason}: set it in the environment or in .env"
    raise ImproperlyConfigured(message)


def versioned_secrets(plural: str, singular: str) -> list[str]:
    """Return the "version:secret" entries of `plural`, newest first, else version 1 from `singular`."""
    entries: list[str] = env.list(plural, default=[]) or [f"1:{secret(singular)}"]
    pairs = [entry.partition(":")[::2] for entry in entries]
    unique = all(version for version, _secret in pairs) and len({version for version, _secret in pairs}) == len(pairs)
    weak = any(len(key) < MINIMUM_SECRET_CHARACTERS or key == DEVELOPMENT_SECRET for _version, key in pairs)
    reused = any(key == SECRET_KEY for _version, key in pairs)
    if not unique or (not DEBUG and (weak or reused)):
        reason = f"a version twice, or a secret under {MINIMUM_SECRET_CHARACTERS} characters, a default or SECRET_KEY"
        message = f"{plural} (or {singular}) has an entry without a version, {reason}"
        raise ImproperlyConfigured(message)
    return entries


# Core
SECRET_KEY = secret("SECRET_KEY")
SECRET_KEY_FALLBACKS: list[str] = env.list("SECRET_KEY_FALLBACKS", default=[])
# Keys are "version:secret", newest first; the secrets protect SIP and AMI passwords at rest.
FIELD_ENCRYPTION_KEYS = versioned_secrets("FIELD_ENCRYPTION_KEYS", "FIELD_ENCRYPTION_KEY")
# Keys are "kid:secret", newest first; the first one signs.
JWT_KEYS = versioned_secrets("JWT_KEYS", "JWT_SECRET_KEY")
JWT_LIFETIME_SECONDS = env.int("JWT_LIFETIME_SECONDS", default=24 * 3600)

ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", default=[])
ROOT_URLCONF = "voipadmin.urls"
WSGI_APPLICATION = "voipadmin.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
SITE_NAME = "Asterisk Admin"

INSTALLED_APPS = [
    "voipadmin.core",
    "voipadmin.users",
    "customers",
    "routing",
    "numbering",
    "billing",
    "asterisk_sync",
    "reports",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "auditlog",
    "axes",
    "csp",
    "django_celery_beat",
    "django_cotton",
    "django_filters",
    "django_htmx",
    "django_tables2",
    "lucide",
    "ninja",
]

# Files first meet the one that refuses what is too long by its announced length, before any of it is kept.
FILE_UPLOAD_HANDLERS = [
    "voipadmin.core.forms.uploads.BoundedUpload",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

MIDDLEWARE = [
    "voipadmin.core.audit.client_address.ClientAddressMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "voipadmin.users.tokens.middleware.BearerMiddleware",
    "voipadmin.core.runtime.private_pages.PrivatePagesMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "voipadmin.users.second_factors.middleware.SecondFactorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "voipadmin.users.sessions.middleware.SessionUseMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "voipadmin.core.pages.faults.MethodFaultMiddleware",
    "voipadmin.core.audit.middleware.AuditMiddleware",
    "axes.middleware.AxesMiddleware",
]

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "voipadmin.core.context_processors.site",
            ],
        },
    },
]
COTTON_DIR = "cotton"
DJANGO_TABLES2_TEMPLATE = "components/table.html"

# PostgreSQL only: the schema relies on its ranges, exclusion constraints and advisory locks.
DATABASES = {
    "default": env.db("DATABASE_URL", default="postgres://asterisk@localhost/asterisk_admin")
    | {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
}
# Past a pooler such as PgBouncer: the lock of a node belongs to a session. Empty: DATABASE_URL is direct.
DATABASE_DIRECT_URL = env.str("DATABASE_DIRECT_URL", default="")
REDIS_URL = env.str("REDIS_URL", default="redis://127.0.0.1:6379/0")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "OPTIONS": {"socket_connect_timeout": 0.3, "socket_timeout": 0.5},
    }
}

# Celery only wakes workers: a wake-up that is lost is found by the sweeper.
CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default=REDIS_URL)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# A worker waits for its broker as long as it takes.
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
# Longer than any task may take (voipadmin/core/runtime/task_limits.py): what is worked on is given to nobody else.
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_connect_timeout": 0.3, "socket_timeout": 5, "visibility_timeout": 3 * 3600}
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BEAT_SCHEDULER = "voipadmin.scheduler:SteadyScheduler"
CELERY_TIMEZONE = "UTC"

# Days after which the files of a finished job go, and the job itself.
JOB_FILE_DAYS = env.int("JOB_FILE_DAYS", default=7)
JOB_DAYS = env.int("JOB_DAYS", default=90)

# Letters: smtp+tls://USER:PASSWORD@HOST:587; without an address they are written to the log.
vars().update(env.email_url("EMAIL_URL", default="consolemail://"))
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="voipadmin@localhost")
EMAIL_TIMEOUT = 10

# People
AUTH_USER_MODEL = "users.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "voipadmin.users.backends.RoleBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "reports:dashboard"
ACCOUNT_ADAPTER = "voipadmin.users.log_in.adapter.ClosedAccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_RATE_LIMITS = False  # one rule of delays for pages, admin and API: voipadmin/users/log_in/attempts.py
ACCOUNT_FORMS = {"change_password": "voipadmin.users.log_in.delayed_forms.DelayedChangePasswordForm"}
MFA_ADAPTER = "voipadmin.users.second_factors.mfa_adapter.EncryptedMFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RATE_LIMITS = False  # a passkey cannot be guessed; the limit would need Redis
MFA_FORMS = {
    "authenticate": "voipadmin.users.log_in.delayed_forms.DelayedAuthenticateForm",
    "reauthenticate": "voipadmin.users.log_in.delayed_forms.DelayedReauthenticateForm",
    "add_webauthn": "voipadmin.users.second_factors.passkey_form.PasskeyForm",
}
# django-axes counts, the handler delays: nobody's wrong passwords lock anybody else out.
LOGIN_FREE_FAILURES = env.int("LOGIN_FREE_FAILURES", default=5)
AXES_HANDLER = "voipadmin.users.log_in.attempts.DelayingHandler"
AXES_LOCK_OUT_AT_FAILURE = False
AXES_COOLOFF_TIME = env.float("LOGIN_FAILURES_REMEMBERED_HOURS", default=24.0)
AXES_USERNAME_CALLABLE = "voipadmin.users.log_in.attempts.counted_name"
AXES_CLIENT_IP_CALLABLE = "voipadmin.users.log_in.attempts.counted_address"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = False  # the handler forgets the failures of the same source only
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_LOCKOUT_CALLABLE = "voipadmin.users.log_in.delayed_forms.wait_response"

# Transport
HTTPS = env.bool("HTTPS", default=not DEBUG)
SECURE_SSL_REDIRECT = HTTPS
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=0)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^health/"]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_NAME = "__Host-sessionid" if HTTPS else "sessionid"
CSRF_COOKIE_NAME = "__Host-csrftoken" if HTTPS else "csrftoken"
SESSION_COOKIE_AGE = env.int("SESSION_SECONDS", default=12 * 3600)
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "voipadmin.core.pages.faults.csrf_failure"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    }
}

# Languages and clock
LANGUAGE_CODE = "pt-br"
LANGUAGES = [("pt-br", _("Portuguese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = env.str("TIME_ZONE", default="America/Sao_Paulo")
USE_TZ = True
USE_THOUSAND_SEPARATOR = True

# Static files
STATIC_URL = "static/"
STATIC_ROOT = env.str("STATIC_ROOT", default=str(BASE_DIR / "var" / "static"))
STATICFILES_DIRS = [BASE_DIR / "static"]
# Compressing at the best quality is the slow part: once per file, and not for maps that only debuggers read.
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ["jpg", "jpeg", "png", "gif", "webp", "zip", "gz", "br", "woff", "woff2", "map"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

AUDITLOG_INCLUDE_ALL_MODELS = False
AUDITLOG_DISABLE_REMOTE_ADDR = False
# Never a header of the client's, which could put its own entries among another request's.
AUDITLOG_CID_GETTER = "voipadmin.core.audit.saves.current_save"

LOGGING_CONFIG = "logging.config.dictConfig"
LOGGING = logging_configuration(level=env.str("LOG_LEVEL", default="INFO"), as_json=env.bool("LOG_JSON", default=False))
