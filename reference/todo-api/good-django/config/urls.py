from django.urls import include, path
from rest_framework.routers import SimpleRouter

from todos.views import TodoViewSet

router = SimpleRouter(trailing_slash=False)
router.register("todos", TodoViewSet)

urlpatterns = [path("", include(router.urls))]

handler400 = "todos.problems.bad_request"
handler404 = "todos.problems.not_found"
handler500 = "todos.problems.server_error"
