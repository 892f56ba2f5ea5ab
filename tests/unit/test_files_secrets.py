from __future__ import annotations

import pytest

from grader.checks.files.settings import configuration, no_hardcoded_secrets
from grader.evidence.files import SourceFiles
from grader.exhibits import CodeExhibit, RowsExhibit
from grader.model import Finding, Outcome

KEY = "-----BEGIN RSA PRIVATE KEY-----"


def asked(name: str, text: str) -> Finding:
    return no_hardcoded_secrets(SourceFiles(texts={name: text, "zero.py": "print()"}))


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("app.py", 'TOKEN = os.environ.get("API_TOKEN", "")'),
        ("app.py", 'API_TOKEN = os.getenv("API_TOKEN", "dev-token-123")'),
        ("app.py", 'TOKEN_VARIABLE = "API_TOKEN"'),
        ("app.py", 'password = "changeme"'),
        ("app.py", 'secret = "supersecret"'),
        ("app.py", 'csrf_token = "{{ csrf_token() }}"'),
        ("app.py", 'errors = {"token": "missing or invalid token"}'),
        ("app.py", "token = secrets.token_hex(16)"),
        ("app.py", '# password = "hunter2hunter2"'),
        ("app.py", 'commit = "5f4dcc3b5aa765d61d8327deb882cf99"'),
        ("config.py", 'api_token: str = ""'),
        ("server.js", "const token = process.env.API_TOKEN || 'local1234';"),
        ("server.js", "const token = req.get('authorization');"),
        ("main.go", 'token := os.Getenv("API_TOKEN1")'),
        ("docker-compose.yml", '  POSTGRES_PASSWORD: "s3cr3tpw9"'),
        ("tests/test_api.py", 'API_TOKEN = "s3cr3t-t0ken-99"'),
        ("src/auth.test.ts", f"const key = `{KEY}`"),
        ("README.md", "export API_TOKEN=9dk3lx02kdaa"),
        (".env.example", "API_TOKEN=9dk3lx02kdaa"),
        (".env", "API_TOKEN=\nPORT=8000\nSECRET=changeme"),
        ("app.py", 'DB = os.environ.get("DB", "postgresql://postgres:postgres@localhost:5432/todos")'),
        ("app.py", 'engine = f"postgresql://{user}:{password}@{host}.acme.io/{db}"'),
        ("settings.py", 'DB = "postgres://todo:Xk29vQ81mZ@db:5432/todo"'),
        ("config.toml", 'url = "https://user:Xk29vQ81mZ@api.example.com/"'),
        ("openapi.yaml", "example: eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9"),
    ],
)
def test_settings_placeholders_tests_and_examples_are_no_secrets(name: str, line: str) -> None:
    assert asked(name, line).outcome is Outcome.PASS


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("app.py", 'API_TOKEN = "k3yF0rPr0d-99"'),
        ("app.py", '    api_token: str = "9dk3lx02kd"'),
        ("app.py", KEY),
        ("app.py", 'AWS = "AKIAIOSFODNN7ABCDEFG"'),
        ("app.py", f'headers = {{"Authorization": "token ghp_{"a1" * 18}"}}'),
        ("server.js", "const apiKey = 'a8f5f167f44f4964e6c998dee827110c';"),
        ("main.go", 'token := "x9f8a7b6c5d4"'),
        ("Main.java", 'private static final String API_TOKEN = "9dk3lx02kd";'),
        ("application.properties", "spring.datasource.password=Tr0ub4dor3"),
        (".env", "DB_PASSWORD='Tr0ub4dor3'"),
        ("docker-compose.yml", f"  key: {KEY}"),
        ("app.py", 'DB = "postgres://admin:Xk29vQ81mZ@db.prod.acme.io/app"'),
        ("app.js", f"const key = 'sk-proj-{'aB3_' * 12}'"),
        ("ci.py", f"T = 'pypi-AgEIcHlwaS5vcmc{'aB3d' * 20}'"),
    ],
)
def test_written_down_secrets_are_found(name: str, line: str) -> None:
    found = asked(name, f"first line\n{line}\nlast line")
    assert found.outcome is Outcome.FAIL
    assert found.where == f"{name}:2"


def test_the_secret_itself_is_not_shown() -> None:
    exhibit = asked("app.py", 'x = 1\nAPI_TOKEN = "k3yF0rPr0d-99"\n').exhibits[0]
    assert isinstance(exhibit, CodeExhibit)
    assert exhibit.lines == ("x = 1", 'API_TOKEN = "k3yF…"')
    assert (exhibit.first_line, exhibit.line, exhibit.column) == (1, 2, 14)


def test_without_a_readable_file_nothing_is_said() -> None:
    assert no_hardcoded_secrets(SourceFiles(names=("a.bin",))).outcome is Outcome.BLOCKED


@pytest.mark.parametrize(
    "line",
    ["os.environ['API_TOKEN']", "process.env.API_TOKEN", "class Settings:\n    api_token: str", "app.api-token: x"],
)
def test_a_setting_that_is_read_from_outside_passes(line: str) -> None:
    submitted = SourceFiles(texts={"app.py": line})
    assert no_hardcoded_secrets(submitted, variables=("API_TOKEN",)).outcome is Outcome.PASS


def test_a_program_without_secrets_shows_nothing() -> None:
    submitted = SourceFiles(texts={"app.py": "print(1)", "README.md": "set API_TOKEN", "tests/test_a.py": "API_TOKEN"})
    found = no_hardcoded_secrets(submitted, variables=("API_TOKEN",))
    assert (found.outcome, found.message) == (Outcome.BLOCKED, "nothing reads API_TOKEN")


def test_what_ties_a_repository_to_one_machine_is_remarked_with_its_place() -> None:
    texts = {
        ".env": "# mine\n\nPORT=9000\n",
        "app.py": 'x = 1\nDATA = "/Users/maria/todos/data.json"\n',
        "server.js": "const data = 'C:\\\\Users\\\\maria\\\\data';\n",
    }
    names = (*texts, "todos.db", "app.pyc", "web/dist/a.js", "web/dist/b.js")
    found = configuration(SourceFiles(names=names, texts=texts))
    assert found.outcome is Outcome.FAIL
    table = found.exhibits[0]
    assert isinstance(table, RowsExhibit)
    assert [row[0] for row in table.rows] == [".env:3", "app.py:2", "app.pyc", "server.js:1", "todos.db", "web/dist/"]


def test_a_tidy_repository_has_no_remarks() -> None:
    texts = {
        ".env.example": "PORT=8000\n",
        "Dockerfile": "WORKDIR /home/app/src/\n",
        "app.py": "#!/home/maria/bin/python\nURL = '/api/users/maria/'\nHOME = '/home/node/app'\n",
        "README.md": "cd /Users/maria/todo\n",
        "tests/test_app.py": "DATA = '/Users/maria/data/'\n",
    }
    assert configuration(SourceFiles(names=(*texts, "src/build.py"), texts=texts)).outcome is Outcome.PASS
