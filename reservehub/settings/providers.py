"""Settings of the services outside: letters, short messages, chats. One without keys is off."""

from __future__ import annotations

from reservehub import environment

# --- Messages ---------------------------------------------------------------------------------

DEFAULT_FROM_EMAIL = environment.text("DEFAULT_FROM_EMAIL", "ReserveHub <no-reply@example.com>")
#: smtp, sendgrid or mailgun; letters of accounts (allauth) go the same way.
RESERVEHUB_EMAIL_PROVIDER = environment.text("RESERVEHUB_EMAIL_PROVIDER", "smtp")
EMAIL_BACKEND = {
    "sendgrid": "anymail.backends.sendgrid.EmailBackend",
    "mailgun": "anymail.backends.mailgun.EmailBackend",
}.get(RESERVEHUB_EMAIL_PROVIDER, "django.core.mail.backends.smtp.EmailBackend")
#: Takes what no provider is configured for; development turns it on, nothing else does.
RESERVEHUB_DEV_OUTBOX = False
#: Seconds for connecting to a provider, and for each wait for its answer.
RESERVEHUB_SEND_TIMEOUTS = (5.0, 15.0)
#: A message on its way for longer has lost its worker; more than all waits for a provider together.
RESERVEHUB_SEND_STUCK_SECONDS = 180
#: Messages of campaigns that one organisation may send in a minute.
RESERVEHUB_CAMPAIGN_PER_MINUTE = environment.number("RESERVEHUB_CAMPAIGN_PER_MINUTE", default=120)

EMAIL_HOST = environment.text("EMAIL_HOST")
EMAIL_PORT = environment.number("EMAIL_PORT", default=25)
EMAIL_HOST_USER = environment.text("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = environment.text("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = environment.flag("EMAIL_USE_TLS", default=False)
EMAIL_USE_SSL = environment.flag("EMAIL_USE_SSL", default=False)
EMAIL_TIMEOUT = 10

SENDGRID_API_KEY = environment.text("SENDGRID_API_KEY")
SENDGRID_API_URL = environment.text("SENDGRID_API_URL", "https://api.sendgrid.com/v3/")
SENDGRID_WEBHOOK_PUBLIC_KEY = environment.text("SENDGRID_WEBHOOK_PUBLIC_KEY")
MAILGUN_API_KEY = environment.text("MAILGUN_API_KEY")
MAILGUN_SENDER_DOMAIN = environment.text("MAILGUN_SENDER_DOMAIN")
MAILGUN_API_URL = environment.text("MAILGUN_API_URL", "https://api.mailgun.net/v3")
MAILGUN_WEBHOOK_SIGNING_KEY = environment.text("MAILGUN_WEBHOOK_SIGNING_KEY")
ANYMAIL = {
    "SENDGRID_API_KEY": SENDGRID_API_KEY,
    "SENDGRID_API_URL": SENDGRID_API_URL,
    "MAILGUN_API_KEY": MAILGUN_API_KEY,
    "MAILGUN_SENDER_DOMAIN": MAILGUN_SENDER_DOMAIN or None,
    "MAILGUN_API_URL": MAILGUN_API_URL,
    "REQUESTS_TIMEOUT": RESERVEHUB_SEND_TIMEOUTS,
}
MAILERLITE_API_KEY = environment.text("MAILERLITE_API_KEY")
MAILERLITE_API_URL = environment.text("MAILERLITE_API_URL", "https://connect.mailerlite.com/api")
MAILERLITE_WEBHOOK_SECRET = environment.text("MAILERLITE_WEBHOOK_SECRET")

TWILIO_ACCOUNT_SID = environment.text("TWILIO_ACCOUNT_SID")
TWILIO_AUTH_TOKEN = environment.text("TWILIO_AUTH_TOKEN")
TWILIO_FROM = environment.text("TWILIO_FROM")
TWILIO_MESSAGING_SERVICE_SID = environment.text("TWILIO_MESSAGING_SERVICE_SID")
TWILIO_WEBHOOK_SHARED_KEY = environment.text("TWILIO_WEBHOOK_SHARED_KEY")
TWILIO_API_URL = environment.text("TWILIO_API_URL", "https://api.twilio.com")
SMSC_LOGIN = environment.text("SMSC_LOGIN")
SMSC_PASSWORD = environment.text("SMSC_PASSWORD")
SMSC_API_KEY = environment.text("SMSC_API_KEY")
SMSC_SENDER = environment.text("SMSC_SENDER")
SMSC_CALLBACK_SECRET = environment.text("SMSC_CALLBACK_SECRET")
SMSC_API_URLS = environment.words("SMSC_API_URLS") or [
    "https://smsc.ru",
    "https://www2.smsc.ru",
    "https://www3.smsc.ru",
]

WHATSAPP_PHONE_NUMBER_ID = environment.text("WHATSAPP_PHONE_NUMBER_ID")
WHATSAPP_ACCESS_TOKEN = environment.text("WHATSAPP_ACCESS_TOKEN")
WHATSAPP_APP_SECRET = environment.text("WHATSAPP_APP_SECRET")
WHATSAPP_VERIFY_TOKEN = environment.text("WHATSAPP_VERIFY_TOKEN")
WHATSAPP_API_URL = environment.text("WHATSAPP_API_URL", "https://graph.facebook.com/v23.0")

VAPID_PRIVATE_KEY = environment.text("VAPID_PRIVATE_KEY")
VAPID_SUBJECT = environment.text("VAPID_SUBJECT")
#: Hosts of push services; a leading dot takes in all below.
WEBPUSH_SERVICES = environment.words("WEBPUSH_SERVICES") or [
    "fcm.googleapis.com",
    "android.googleapis.com",
    ".push.services.mozilla.com",
    ".notify.windows.com",
    ".push.apple.com",
]

# --- Payments ---------------------------------------------------------------------------------

#: A provider without money, for trying things out; development turns it on, nothing else does.
RESERVEHUB_PAYMENT_SIMULATOR = False
#: An instruction under way for longer has lost its worker; more than all waits for a provider.
RESERVEHUB_PAYMENT_STUCK_SECONDS = 300

STRIPE_SECRET_KEY = environment.text("STRIPE_SECRET_KEY")
STRIPE_PUBLISHABLE_KEY = environment.text("STRIPE_PUBLISHABLE_KEY")
#: Several with commas between them, while one is replaced.
STRIPE_WEBHOOK_SECRET = environment.text("STRIPE_WEBHOOK_SECRET")
STRIPE_API_URL = environment.text("STRIPE_API_URL", "https://api.stripe.com")
#: Stripe forbids to serve its script ourselves; that is what keeps cards off our pages.
STRIPE_JS_URL = environment.text("STRIPE_JS_URL", "https://js.stripe.com/v3/")

#: Seconds for connecting to Adyen or Square, and for each wait for an answer: banks are slow.
RESERVEHUB_PAYMENT_TIMEOUTS = (5.0, 30.0)

#: test, live, or live-us, live-au, live-apse, live-in for its other regions.
ADYEN_ENVIRONMENT = environment.text("ADYEN_ENVIRONMENT", "test")
ADYEN_API_KEY = environment.text("ADYEN_API_KEY")
ADYEN_CLIENT_KEY = environment.text("ADYEN_CLIENT_KEY")
#: Live accounts have an address of their own, from Adyen's Customer Area.
ADYEN_API_URL = environment.text(
    "ADYEN_API_URL",
    "https://checkout-test.adyen.com/v71" if ADYEN_ENVIRONMENT == "test" else "",
)
#: For restaurants whose payment account names none.
ADYEN_MERCHANT_ACCOUNT = environment.text("ADYEN_MERCHANT_ACCOUNT")
#: Several with commas between them, while one is replaced.
ADYEN_HMAC_KEYS = environment.words("ADYEN_HMAC_KEYS")
ADYEN_WEBHOOK_USER = environment.text("ADYEN_WEBHOOK_USER")
ADYEN_WEBHOOK_PASSWORD = environment.text("ADYEN_WEBHOOK_PASSWORD")
#: Where guests are taken to be from; decides nothing, as only cards are offered.
ADYEN_COUNTRY_CODE = environment.text("ADYEN_COUNTRY_CODE", "NL")
ADYEN_WEB_VERSION = environment.text("ADYEN_WEB_VERSION", "6.45.2")

SQUARE_ACCESS_TOKEN = environment.text("SQUARE_ACCESS_TOKEN")
#: One that begins with sandbox- is for trying out, and Square's script comes from the sandbox.
SQUARE_APPLICATION_ID = environment.text("SQUARE_APPLICATION_ID")
SQUARE_API_URL = environment.text("SQUARE_API_URL", "https://connect.squareup.com")
#: For restaurants whose payment account names none.
SQUARE_LOCATION_ID = environment.text("SQUARE_LOCATION_ID")
#: Several with commas between them: each subscription has one.
SQUARE_WEBHOOK_SIGNATURE_KEYS = environment.words("SQUARE_WEBHOOK_SIGNATURE_KEYS")

# --- Telegram ---------------------------------------------------------------------------------

TELEGRAM_BOT_TOKEN = environment.text("TELEGRAM_BOT_TOKEN")
TELEGRAM_API_BASE = environment.text("TELEGRAM_API_BASE", "https://api.telegram.org").rstrip("/")
#: Empty: the webhook refuses everything, and the bot is polled.
TELEGRAM_WEBHOOK_SECRET = environment.text("TELEGRAM_WEBHOOK_SECRET")
#: For links to the bot, without the @. Empty: Telegram is asked.
TELEGRAM_BOT_NAME = environment.text("TELEGRAM_BOT_NAME").lstrip("@")
