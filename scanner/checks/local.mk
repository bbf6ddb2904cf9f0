# scanner/checks: sources are added here.
