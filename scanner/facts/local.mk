# scanner/facts: sources are added here.
