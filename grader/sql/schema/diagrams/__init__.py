"""Entity-relationship diagrams as candidates draw them: one module for each format, and one that tells them apart."""
