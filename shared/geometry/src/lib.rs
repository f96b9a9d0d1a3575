//! The only glTF reader; shapes, fit and clearance, ray casts, from bytes.
