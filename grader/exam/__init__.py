"""An exam: the requests every answer to a challenge gets, as data of the pack (`exam.toml`).

`plan` reads it, `values` draws what differs per seed, `requests` turns a step into requests. Nothing here sends
anything or knows a challenge; the collector `http-exam` runs it and checks ask about its steps by name.
"""
