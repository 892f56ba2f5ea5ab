from django.conf import settings
from django.utils.crypto import constant_time_compare
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed


class BearerToken(BaseAuthentication):
    """One token for all, from the environment; without one everybody may in."""

    def authenticate(self, request):
        if not settings.API_TOKEN:
            return None
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not constant_time_compare(given.strip(), settings.API_TOKEN):
            raise AuthenticationFailed("Send a valid token.")
        return None

    def authenticate_header(self, request):
        return "Bearer"
