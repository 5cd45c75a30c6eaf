"""Bodies of the log-in."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from reservehub.core.api.fields import StrictSerializer


class CredentialsSerializer(StrictSerializer):
    email = serializers.EmailField(max_length=254)
    password = serializers.CharField(
        max_length=1000, trim_whitespace=False, style={"input_type": "password"}
    )
    otp = serializers.CharField(
        max_length=20,
        required=False,
        help_text="Code of the authenticator app, or a recovery code; where the account has one.",
    )


class RefreshSerializer(StrictSerializer):
    refresh = serializers.CharField(max_length=4000)


class TokensSerializer(serializers.Serializer[Any]):
    """Send `access` as `Authorization: Bearer …`; exchange `refresh` for new ones, once."""

    access = serializers.CharField()
    refresh = serializers.CharField()
    token_type = serializers.CharField()
    expires_in = serializers.IntegerField(help_text="Seconds until `access` ends.")
