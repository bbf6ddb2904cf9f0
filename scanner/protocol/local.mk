# scanner/protocol: sources are added here.
