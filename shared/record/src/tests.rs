//! Tests of the JSON form.
