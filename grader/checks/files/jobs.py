"""Where a program handles requests, validates and stores, told by simple signs of common libraries: where to look."""

from __future__ import annotations

import re

MAX_LINE = 400
_VERBS = "get|post|put|patch|delete"
_STORES = "Store|Repository|Storage|Dao"
_SIGNS: dict[str, tuple[str, ...]] = {
    "handlers": (
        rf"@\w+(?:\.\w+)?\.(?:{_VERBS}|route)\(",
        rf"\b(?:app|router|server|fastify|api|web|r|mux|e|g)\.(?:{_VERBS}|{_VERBS.upper()}|all|route|Handle|HandleFunc)\(",
        rf"\bexpress\.Router\(|^\s*\.(?:{_VERBS})\(",
        r"\bapp\.Map(?:Get|Post|Put|Patch|Delete)\(",
        r"@(?:Get|Post|Put|Patch|Delete|Request)(?:Mapping)?\(|\[Http(?:Get|Post|Put|Patch|Delete)",
        r"\bdef do_[A-Z]{3,6}\b|\bhttp\.HandleFunc\(|\bcreateServer\(",
        r"\bclass \w+\((?:\w+\.)?(?:\w*APIView|\w*ViewSet|MethodView|Resource|View)\)",
        r"\bre_?path\(|^\s*path\(",
    ),
    "validation": (
        r"\((?:pydantic\.)?BaseModel\)|\bField\(|@(?:field_|model_)?validator\b|\w*Serializer\)|\(Schema\)",
        r"\bz\.(?:object|strictObject)\(|\b[Jj]oi\.object|\bnew Ajv\b",
        r"@(?:NotNull|NotBlank|Size|Valid|IsString|IsOptional|Length)\b",
        r"\b(?:def|function|func|fn) (?:\([^)]{0,60}\) )?_?(?:check|clean|validated?|valid|parse)[A-Z_]?\w*\(",
    ),
    "storage": (
        r"\bsqlite3?\b.{0,20}(?:connect|Open|Database)|\bcreate_engine\(|\bpsycopg\w*\.|\bsql\.Open\(",
        r"\bnew (?:Map|Pool|Database|DatabaseSync)\(|\bwriteFile(?:Sync)?\(|\bINSERT INTO\b",
        rf"\bclass \w*(?:{_STORES})\b|\btype \w*(?:{_STORES}) (?:struct|interface)",
        r"\bmodels\.Model\)|@Entity\b|\bJpaRepository\b",
    ),
}
JOBS = tuple(_SIGNS)
_ANY = {job: re.compile("|".join(signs)) for job, signs in _SIGNS.items()}


def lines_about(job: str, text: str) -> list[int]:
    """The numbers of the lines that show a sign of the job, one of `JOBS`."""
    sign = _ANY[job]
    return [number for number, line in enumerate(text.splitlines(), start=1) if sign.search(line[:MAX_LINE])]
