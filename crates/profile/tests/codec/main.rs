//! Laws of the codec and of merging, over generated profiles.

mod arbitrary;
mod damage;
mod dump;
mod folding;
mod laws;
mod oracle;
mod schema;
