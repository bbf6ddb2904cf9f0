# tests/unit/checks
