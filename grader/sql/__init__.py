"""Pure readers over sqlglot, shared by collectors and checks."""
