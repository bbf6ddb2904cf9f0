# scanner/core: sources are added here.
