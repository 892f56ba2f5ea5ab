"""Run the candidate's own tests, and believe none of what they say."""
