//! Full-text search over names, records and documents.
