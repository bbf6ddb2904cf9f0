# tests/unit/plugin
