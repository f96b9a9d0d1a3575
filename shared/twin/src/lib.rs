//! What exists, what may happen and what it means: ids, time, quantities, equipment, parts, labels, state machines.
