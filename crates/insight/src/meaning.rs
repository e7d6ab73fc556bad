//! What sample types count.

/// What a sample type counts, and when to ask for it; empty if it is not a common one.
pub fn meaning(sample_type: &str) -> &'static str {
    match sample_type {
        "inuse_space" => {
            "bytes allocated and not yet freed: for a program that uses too much memory, or grows"
        }
        "inuse_objects" => {
            "objects allocated and not yet freed: for many small objects in lists, maps and caches"
        }
        "alloc_space" => {
            "bytes allocated since the start, freed or not: for a program that has ended, or allocates much on the way"
        }
        "alloc_objects" => {
            "allocations since the start, freed or not: for when you want fewer of them"
        }
        "peak_space" => {
            "bytes in use when the most were: for a program that needs too much memory at once"
        }
        "peak_objects" => "objects in use when the most bytes were",
        "space" => "bytes allocated and not yet freed",
        "objects" => "objects allocated and not yet freed",
        "cpu" => "time on a processor",
        "samples" => "how often the program was seen here",
        "contentions" => "how often something waited for a lock",
        "delay" => "how long something waited for a lock",
        "goroutine" => "goroutines that are here",
        "threadcreate" => "threads started here",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::meaning;

    #[test]
    fn the_four_of_a_heap_profile_are_told_apart() {
        let four = ["inuse_space", "inuse_objects", "alloc_space", "alloc_objects"].map(meaning);
        let distinct: std::collections::BTreeSet<_> = four.into_iter().collect();
        assert_eq!(distinct.len(), 4);
        assert!(!distinct.contains(""));
        assert_eq!(meaning("widgets"), "");
    }
}
