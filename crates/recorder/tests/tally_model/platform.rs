//! Where the tallies look for what they use: that of the recorder where the model is of it, else as little as
//! they need.

pub(crate) use crate::lock;

pub mod blocks {
    pub(crate) use crate::live_table;
}

pub mod counting {
    pub(crate) use crate::tally;
}

pub mod kernel {
    pub(crate) use crate::{arena, errno, futex};
}

pub mod labels {
    use crate::row::LabelSet;

    pub struct Carried;

    impl Carried {
        pub fn now() -> Self {
            Self
        }

        pub fn set(self) -> LabelSet {
            LabelSet::EMPTY
        }
    }
}

pub mod recorder {
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub struct BucketId;

    impl BucketId {
        pub const FIRST: Self = Self;
    }
}

pub mod sampling {
    pub mod sampler {
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct Weight;

        impl Weight {
            pub const NOTHING: Self = Self;
        }
    }
}

pub mod stacks {
    pub mod capture {
        use crate::entry::Outermost;
        use crate::platform::sums::counters::DropCounters;
        use crate::row::StackId;

        #[derive(Debug)]
        pub struct LastStack;

        impl LastStack {
            pub const fn new() -> Self {
                Self
            }
        }

        #[derive(Clone, Copy)]
        pub struct Stacks<'a>(&'a ());

        impl Stacks<'_> {
            pub const NONE: Self = Stacks(&());
        }

        pub trait Source {
            fn stack(
                self,
                inside: &Outermost,
                last: &mut LastStack,
                stacks: Stacks<'_>,
                dropped: &DropCounters,
            ) -> StackId;
        }

        impl Source for () {
            fn stack(
                self,
                _: &Outermost,
                _: &mut LastStack,
                _: Stacks<'_>,
                _: &DropCounters,
            ) -> StackId {
                StackId::EMPTY
            }
        }
    }
}

pub mod sums {
    pub mod bucket_table {
        use crate::row::{LabelSet, StackId};

        #[derive(Clone, Copy, Debug)]
        pub struct Bucket;

        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct Place {
            pub stack: StackId,
            pub labels: LabelSet,
        }

        impl Place {
            pub const UNKNOWN: Self = Self { stack: StackId::EMPTY, labels: LabelSet::EMPTY };
        }
    }

    pub mod counters {
        pub struct DropCounters;

        impl DropCounters {
            pub const fn new() -> Self {
                Self
            }
        }
    }
}
