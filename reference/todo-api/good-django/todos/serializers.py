from rest_framework import serializers

from todos.models import Todo


class TextField(serializers.CharField):
    """A JSON string as it is: REST framework's own field takes numbers, too, and strips blanks."""

    def __init__(self, **options):
        super().__init__(trim_whitespace=False, **options)

    def to_internal_value(self, data):
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class FlagField(serializers.BooleanField):
    """JSON's true and false, none of the texts and numbers that HTML forms send."""

    def to_internal_value(self, data):
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class TodoSerializer(serializers.ModelSerializer):
    title = TextField(max_length=200)
    description = TextField(max_length=2000, allow_null=True, allow_blank=True, default=None)
    completed = FlagField(default=False)
    due_date = serializers.DateField(allow_null=True, default=None)

    class Meta:
        model = Todo
        fields = ["id", "title", "description", "completed", "due_date", "created_at", "updated_at"]


class TodoReplaceSerializer(TodoSerializer):
    completed = FlagField()


class ListQuerySerializer(serializers.Serializer):
    limit = serializers.IntegerField(min_value=1, max_value=100, default=20)
    offset = serializers.IntegerField(min_value=0, max_value=1_000_000, default=0)
    completed = serializers.BooleanField(required=False)
    sort = serializers.ChoiceField(["id", "-id", "title", "-title"], default="id")
