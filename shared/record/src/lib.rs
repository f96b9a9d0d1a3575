//! The stored and JSON form of reports and labels, versioned.
