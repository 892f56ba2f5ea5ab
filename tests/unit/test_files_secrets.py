from __future__ import annotations

import pytest

from grader.checks.files.catalogue import no_hardcoded_secrets
from grader.evidence.files import SourceFiles
from grader.exhibits import CodeExhibit
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
