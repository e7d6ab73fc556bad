//! Laws of the codec and of merging, over generated profiles.

mod arbitrary;
mod damage;
mod dump;
mod laws;
mod oracle;
