# tests/unit/parse
