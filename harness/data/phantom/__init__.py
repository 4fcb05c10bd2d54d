"""Made-up DICOM trees with layout, tags and transfer syntaxes of the real ones, for tests and for trying out."""
