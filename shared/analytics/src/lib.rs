//! What the history says: critical path, active period, outlook, supply risk, as folds.
