from django.db import models


class Todo(models.Model):
    title = models.CharField(max_length=200)
    description = models.CharField(max_length=2000, null=True)  # noqa: DJ001 - the contract tells null from ""
    completed = models.BooleanField(default=False)
    due_date = models.DateField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.title
