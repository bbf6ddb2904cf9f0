# scanner/reader: sources are added here.
