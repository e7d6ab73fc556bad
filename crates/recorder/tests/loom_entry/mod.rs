//! What stands for the entry guard in models.

/// Stands for the entry guard, which locks only ask to see.
#[derive(Debug)]
pub struct Outermost;
