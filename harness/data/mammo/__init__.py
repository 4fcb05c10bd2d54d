"""RSNA screening mammography: its table, its DICOM files, and what the images of a breast come to."""
