"""schemathesis against contracts derived from the published one."""
