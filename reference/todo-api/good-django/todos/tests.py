from django.test import override_settings
from rest_framework.test import APITestCase


@override_settings(API_TOKEN="")
class TodoTests(APITestCase):
    def create(self, **values):
        return self.client.post("/todos", {"title": "Buy milk", **values}).json()

    def test_create_answers_the_todo_and_where_it_is(self):
        response = self.client.post("/todos", {"title": " Buy milk "})
        self.assertEqual(response.status_code, 201)
        self.assertEqual(self.client.get(response["Location"]).json(), response.json())
        self.assertEqual(response.json()["title"], " Buy milk ")

    def test_put_resets_what_is_not_sent(self):
        todo = self.create(description="two litres", completed=True)
        changed = self.client.put(f"/todos/{todo['id']}", {"title": "Buy oats", "completed": False}).json()
        self.assertEqual((changed["title"], changed["description"], changed["completed"]), ("Buy oats", None, False))

    def test_patch_keeps_what_is_not_sent(self):
        todo = self.create(description="two litres", due_date="2030-01-15")
        changed = self.client.patch(f"/todos/{todo['id']}", {"due_date": None}).json()
        self.assertEqual((changed["description"], changed["due_date"]), ("two litres", None))

    def test_wrong_values_are_refused(self):
        for wrong in ({"title": ""}, {"title": 5}, {"completed": "true"}, {"due_date": "2031-02-30"}):
            with self.subTest(wrong):
                response = self.client.post("/todos", {"title": "a", **wrong})
                self.assertEqual((response.status_code, response["Content-Type"]), (400, "application/problem+json"))

    def test_filter_sort_and_page(self):
        for title, completed in (("b", True), ("a", True), ("c", False)):
            self.create(title=title, completed=completed)
        page = self.client.get("/todos?completed=true&sort=title&limit=1").json()
        self.assertEqual(([todo["title"] for todo in page["items"]], page["total"]), (["a"], 2))

    @override_settings(API_TOKEN="secret")
    def test_the_token_is_needed(self):
        for sent, status in (("", 401), ("Bearer wrong", 401), ("Bearer secret", 200)):
            self.assertEqual(self.client.get("/todos", headers={"Authorization": sent}).status_code, status)
