//! Hand-made traces with known findings.
