"""Functions of a schema that look at who asks: they could refuse our rows and take everybody else's.

No fault: triggers that keep a journal do so. A person is told, because no try of ours can tell them apart.
"""

from __future__ import annotations

from grader.collectors.schema.session import DATABASE
from grader.database import Server
from grader.visible import one_line

MOST = 5
LONGEST = 60
_ASKING = """
SELECT p.proname, pg_catalog.lower(pg_catalog.substring(pg_catalog.left(p.prosrc, 100000), E'(?i)'
  '\\\\m(current_query|pg_stat_activity|application_name|statement_timeout|lock_timeout|client_min_messages|'
  'session_replication_role|inet_client_addr|candidate|txid_current|pg_current_xact_id|xmin)\\\\M'))
FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
JOIN pg_catalog.pg_language l ON l.oid = p.prolang
WHERE n.nspname <> 'information_schema' AND n.nspname !~ '^pg_' AND l.lanname IN ('sql', 'plpgsql')
  AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
ORDER BY 1, 2 LIMIT 10000
"""


def onlookers(server: Server) -> str:
    """What to say of such functions; empty when there are none."""
    with server.connect(DATABASE) as boss:
        rows = boss.execute(_ASKING.encode()).fetchall()
    found = dict.fromkeys(f"`{one_line(str(name), LONGEST)}` ({asked})" for name, asked in rows if asked)
    if not found:
        return ""
    named = ", ".join(list(found)[:MOST]) + (f" and {len(found) - MOST} more" if len(found) > MOST else "")
    return f"{named}: looks at who asks or how; that it treats everybody's rows like ours is for a person to see"
