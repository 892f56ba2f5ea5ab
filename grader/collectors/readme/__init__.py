"""Type in what the README says."""
