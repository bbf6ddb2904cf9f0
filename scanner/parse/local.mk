# scanner/parse: sources are added here.
