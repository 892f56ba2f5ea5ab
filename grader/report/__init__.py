"""Reports: every format is a pure function of `result.json`."""
