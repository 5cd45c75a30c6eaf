"""Log-in for programs: short access tokens, refresh tokens that work once and can be revoked
(requirement A4).

These are the only POSTs without `Idempotency-Key`: its stored answer would be a stored secret.
"""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib.auth import authenticate, get_user_model
from django.contrib.auth.models import update_last_login
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.tokens import RefreshToken

from accounts.api.serializers import CredentialsSerializer, RefreshSerializer, TokensSerializer
from accounts.errors import SecondFactorMissing
from accounts.models import User
from accounts.second_factor import lacks_second_factor
from reservehub.core.api.throttling import count_request
from reservehub.core.api.views import ApiView
from reservehub.core.errors import DomainError
from reservehub.core.tokens import hash_token

_EXAMPLE = OpenApiExample(
    "Log in", request_only=True, value={"email": "owner@example.com", "password": "…"}
)


_BY_CODE = (Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES)


class SecondFactorNeeded(DomainError):
    """The password is right; the account also asks for a code (`otp`)."""

    code = "otp_required"
    status = 401
    title = "A code of the authenticator app is needed"


class _LogInView(ApiView):
    is_public = True
    authentication_classes = []
    throttle_scopes = {"POST": "auth"}
    problem_statuses: tuple[int, ...] = (401,)

    def get_authenticate_header(self, request: Request) -> str:  # noqa: ARG002 - DRF's
        # Without authenticators DRF would turn 401 into 403.
        return 'Bearer realm="api"'


class TokenView(_LogInView):
    problem_statuses = (401, 403)

    @extend_schema(
        operation_id="token_create",
        summary="Log in",
        tags=["Log-in"],
        auth=[],
        request=CredentialsSerializer,
        responses=TokensSerializer,
        examples=[_EXAMPLE],
    )
    def post(self, request: Request) -> Response:
        """E-mail and password, and a code where the account has a second factor.

        401 `otp_required`: send the code as well. 403 `second_factor_missing`: the organisation
        asks for a second factor; set one up on the site first.
        """
        data = _checked(CredentialsSerializer, request)
        # Beside the limit per address: one account may be tried from many.
        account = hash_token(data["email"].lower())
        count_request(request._request, scope="auth_account", caller=account)  # noqa: SLF001
        user = authenticate(request._request, username=data["email"], password=data["password"])  # noqa: SLF001
        if not isinstance(user, User):
            raise AuthenticationFailed(_("The e-mail address or the password is wrong."))
        _check_second_factor(user, data.get("otp", ""))
        update_last_login(None, user)  # type: ignore[arg-type]
        return Response(_tokens(RefreshToken.for_user(user)))


class TokenRefreshView(_LogInView):
    problem_statuses = (401, 403)

    @extend_schema(
        operation_id="token_refresh",
        summary="New tokens",
        tags=["Log-in"],
        auth=[],
        request=RefreshSerializer,
        responses=TokensSerializer,
    )
    def post(self, request: Request) -> Response:
        """A refresh token works once; its successor is in the answer.

        403 `second_factor_missing`: the organisation asks for a second factor by now.
        """
        old = _refresh_token(_checked(RefreshSerializer, request)["refresh"])
        user = get_user_model().objects.filter(pk=_user_id(old), is_active=True).first()
        if user is None:
            raise AuthenticationFailed(_("The account is gone or switched off."))
        if lacks_second_factor(user):
            raise SecondFactorMissing
        old.blacklist()
        return Response(_tokens(RefreshToken.for_user(user)))


class TokenRevokeView(_LogInView):
    @extend_schema(
        operation_id="token_revoke",
        summary="Log out",
        tags=["Log-in"],
        auth=[],
        request=RefreshSerializer,
        responses={204: None},
    )
    def post(self, request: Request) -> Response:
        """End a refresh token. Access tokens end by themselves within 15 minutes."""
        _refresh_token(_checked(RefreshSerializer, request)["refresh"]).blacklist()
        return Response(status=204)


def _checked(shape: type[Any], request: Request) -> dict[str, Any]:
    serializer = shape(data=request.data)
    serializer.is_valid(raise_exception=True)
    data: dict[str, Any] = serializer.validated_data
    return data


def _check_second_factor(user: User, code: str) -> None:
    """:raises SecondFactorNeeded, AuthenticationFailed: where the account has one
    :raises SecondFactorMissing: where it has none, and its organisation asks for one
    """
    found = list(Authenticator.objects.filter(user=user))
    if not found:
        if lacks_second_factor(user):
            raise SecondFactorMissing
        return
    if not code:
        raise SecondFactorNeeded
    # A passkey needs a browser: its owner has recovery codes for programs.
    factors = [factor.wrap() for factor in found if factor.type in _BY_CODE]
    if not any(factor.validate_code(code) for factor in factors):
        raise AuthenticationFailed(_("The code is wrong or was used already."))


def _refresh_token(text: str) -> RefreshToken:
    try:
        return RefreshToken(text)  # type: ignore[arg-type]
    except TokenError as error:
        raise AuthenticationFailed(_("The refresh token has ended.")) from error


def _user_id(token: RefreshToken) -> int:
    value = str(token.payload.get("user_id", ""))
    return int(value) if value.isascii() and value.isdigit() and len(value) < 19 else 0


def _tokens(refresh: RefreshToken) -> dict[str, Any]:
    access = refresh.access_token
    return {
        "access": str(access),
        "refresh": str(refresh),
        "token_type": "Bearer",
        "expires_in": int(access.lifetime.total_seconds()),
    }
