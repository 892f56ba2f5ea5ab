from django.db import transaction
from rest_framework import viewsets
from rest_framework.response import Response
from rest_framework.reverse import reverse

from todos.models import Todo
from todos.serializers import ListQuerySerializer, TodoReplaceSerializer, TodoSerializer


class TodoViewSet(viewsets.ModelViewSet):
    queryset = Todo.objects.all()

    def get_serializer_class(self):
        return TodoReplaceSerializer if self.action == "update" else TodoSerializer

    def list(self, request):
        # .dict(): a QueryDict counts as an HTML form, where a missing check box means false
        query = ListQuerySerializer(data=request.query_params.dict())
        query.is_valid(raise_exception=True)
        limit, offset, sort = (query.validated_data[name] for name in ("limit", "offset", "sort"))

        todos = self.get_queryset().order_by(sort, "id")
        if "completed" in query.validated_data:
            todos = todos.filter(completed=query.validated_data["completed"])
        page = self.get_serializer(todos[offset : offset + limit], many=True)
        return Response({"items": page.data, "total": todos.count(), "limit": limit, "offset": offset})

    @transaction.atomic
    def update(self, request, *args, **kwargs):
        """PUT, and PATCH by `partial_update`: nobody else writes between reading the todo and saving it."""
        return super().update(request, *args, **kwargs)

    def get_success_headers(self, data):
        return {"Location": reverse("todo-detail", args=[data["id"]])}
