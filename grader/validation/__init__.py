"""Prove a pack: every answer whose marks are known gets them, every seeded fault is found, nothing correct loses.

`answers` reads whole reference answers, `variants` single faults and harmless changes as small edits of one of them,
`proof` says what a grade must be and what all grades together show. Nothing here grades.
"""
