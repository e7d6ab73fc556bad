//! A trail finds what a walk finds, whatever happened in between, and keeps numbers for what is the
//! same.
#![cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
#![allow(clippy::unwrap_used, reason = "a test ends where something unexpected happens")]

#[cfg(target_arch = "x86_64")]
mod by_hand;
#[cfg(target_arch = "x86_64")]
mod machine;

use std::hint::black_box;

use heapwise_stackwalk::{End, Registers, TRAIL_FRAMES, Trail, capture_from};

/// Walks both ways and compares; gives every frame that is new a number, and checks that those kept
/// have the number of their path.
#[derive(Default)]
struct Checked {
    trail: Box<Trail>,
    /// Paths from the outermost frame, by number.
    paths: Vec<Vec<usize>>,
    walks: usize,
    kept: usize,
    frames: usize,
    ends: Vec<End>,
}

impl Checked {
    #[inline(never)]
    fn walk(&mut self) {
        // SAFETY: the registers are of this function, which is running.
        unsafe { self.walk_from(&Registers::here()) };
    }

    /// Returns what was found, outermost frame first.
    ///
    /// # Safety
    /// As for [`capture_from`].
    unsafe fn walk_from(&mut self, registers: &Registers) -> Vec<usize> {
        // First: after the other walk, all is known of the code.
        // SAFETY: passed on to the caller.
        let followed = unsafe { self.trail.follow(registers) };
        let mut frames = [0; TRAIL_FRAMES];
        // SAFETY: as above.
        let captured = unsafe { capture_from(registers, &mut frames) };
        assert_eq!((followed.end, self.trail.len()), (captured.end, captured.len));
        let outermost_first: Vec<usize> = frames[..captured.len].iter().rev().copied().collect();
        for (index, &frame) in outermost_first.iter().enumerate() {
            assert_eq!(self.trail.return_address(index), Some(frame));
            if index < followed.kept {
                let number = self.trail.number(index).unwrap() as usize;
                assert_eq!(self.paths[number], outermost_first[..=index]);
            } else {
                self.trail.set_number(index, self.paths.len() as u32);
                self.paths.push(outermost_first[..=index].to_vec());
            }
        }
        assert_eq!(self.trail.return_address(captured.len), None);
        self.walks += 1;
        self.ends.push(followed.end);
        self.kept += followed.kept;
        self.frames += captured.len;
        outermost_first
    }
}

/// A random path of calls; each function walks several times on the way.
#[inline(never)]
fn wander(checked: &mut Checked, depth: usize, random: &mut u64) {
    *random ^= *random << 13;
    *random ^= *random >> 7;
    *random ^= *random << 17;
    checked.walk();
    if depth == 0 {
        return;
    }
    match *random % 5 {
        0 => wander(checked, depth - 1, random),
        1 => wide(checked, depth - 1, random),
        2 => {
            wander(checked, depth - 1, random);
            wide(checked, depth / 2, random);
        }
        3 => dynamic(checked, depth - 1, random),
        _ => checked.walk(),
    }
    checked.walk();
}

/// A large frame.
#[inline(never)]
fn wide(checked: &mut Checked, depth: usize, random: &mut u64) {
    let room = black_box([depth; 100]);
    wander(checked, depth, random);
    black_box(room);
}

/// Through a pointer, and with many registers in use.
#[inline(never)]
fn dynamic(checked: &mut Checked, depth: usize, random: &mut u64) {
    let calls: [fn(&mut Checked, usize, &mut u64); 2] = [wander, wide];
    let (mut a, mut b, mut c) = (depth, depth * 3, depth * 5);
    for turn in 0..3 {
        (a, b, c) = (black_box(b + turn), black_box(c ^ a), black_box(a * 7));
        calls[(a ^ b ^ c) % 2](checked, depth / 3, random);
    }
}

#[test]
fn it_agrees_with_the_whole_walk_on_random_paths() {
    let mut checked = Checked::default();
    let mut random = 0x9e37_79b9_7f4a_7c15;
    while checked.walks < 30_000 {
        wander(&mut checked, 24, &mut random);
    }
    assert!(checked.kept * 10 > checked.frames * 8, "{} of {}", checked.kept, checked.frames);
}

#[inline(never)]
fn recurse(checked: &mut Checked, depth: usize) {
    if depth != 0 {
        recurse(checked, depth - 1);
    }
    if depth.is_multiple_of(50) {
        checked.walk();
        checked.walk();
    }
    black_box(depth);
}

#[test]
fn deep_stacks_are_cut_to_the_innermost_frames() {
    let mut checked = Checked::default();
    recurse(&mut checked, 2 * TRAIL_FRAMES);
    recurse(&mut checked, 10);
    assert_eq!(checked.ends.pop(), Some(End::Root));
    assert!(checked.ends.contains(&End::BufferFull));
}

/// One trail for threads in turns: each has another stack, or the stack of one that has ended.
#[test]
fn threads_may_take_turns() {
    let mut checked = Checked::default();
    for _ in 0..20 {
        std::thread::scope(|scope| {
            scope.spawn(|| wander(&mut checked, 8, &mut 12_345));
        });
        wander(&mut checked, 3, &mut 54_321);
    }
}

#[test]
fn what_is_forgotten_is_not_kept() {
    let mut checked = Checked::default();
    checked.walk();
    checked.trail.forget();
    assert!(checked.trail.is_empty());
    let kept = checked.kept;
    checked.walk();
    assert_eq!(checked.kept, kept);
}
