//! Stacks laid out by hand, of functions whose rules are written by hand: what compilers make of such
//! functions leaves the same words in the same places too rarely to be waited for.

use std::arch::global_asm;
use std::cell::Cell;

use heapwise_stackwalk::Registers;

use crate::Checked;

pub const WORD: usize = size_of::<usize>();

/// Memory for a stack.
pub type Words = [Cell<usize>];

/// Functions of eight instructions that nobody calls: only what is said of them is read.
macro_rules! functions {
    ($($name:ident: CFA = $base:ident + $cfa:literal, saves $saved:literal, $symbol:literal $(, $said:literal)*;)*) => {
        global_asm!(
            ".text",
            $(
                concat!(".hidden ", $symbol), concat!(".globl ", $symbol),
                concat!(".type ", $symbol, ",@function"), concat!($symbol, ":"),
                ".cfi_startproc", $($said,)* ".skip 8, 0x90", ".cfi_endproc",
            )*
        );
        $(
            #[allow(non_upper_case_globals, reason = "the name of a function")]
            pub static $name: Function = Function {
                code: {
                    unsafe extern "C" {
                        #[link_name = $symbol]
                        static CODE: u8;
                    }
                    // SAFETY: its address is taken, nothing else.
                    unsafe { &CODE }
                },
                base: Base::$base,
                cfa_words: $cfa,
                saved_words: $saved,
            };
        )*
    };
}

functions! {
    root: CFA = Sp + 1, saves 0, "by_hand_root", ".cfi_undefined rip";
    plain: CFA = Sp + 1, saves 0, "by_hand_plain";
    wide: CFA = Sp + 4, saves 0, "by_hand_wide", ".cfi_def_cfa_offset 32";
    saving: CFA = Sp + 2, saves 2, "by_hand_saving", ".cfi_def_cfa_offset 16", ".cfi_offset rbp, -16";
    saving_apart: CFA = Sp + 4, saves 3, "by_hand_saving_apart", ".cfi_def_cfa_offset 32", ".cfi_offset rbp, -24";
    returning: CFA = Sp + 1, saves 2, "by_hand_returning", ".cfi_offset rbp, -16";
    framed: CFA = Fp + 2, saves 2, "by_hand_framed", ".cfi_def_cfa rbp, 16", ".cfi_offset rbp, -16";
    framed_apart: CFA = Fp + 3, saves 3, "by_hand_framed_apart", ".cfi_def_cfa rbp, 24", ".cfi_offset rbp, -24";
}

/// Which register leads to the caller's frame.
#[derive(Clone, Copy, PartialEq)]
pub enum Base {
    Sp,
    Fp,
}

/// A function, and its rule: `CFA = base + 8 * cfa_words`, the caller's frame pointer at
/// `CFA - 8 * saved_words`, or still in its register if that is 0 or lies below the stack pointer.
pub struct Function {
    code: &'static u8,
    pub base: Base,
    cfa_words: usize,
    saved_words: usize,
}

impl Function {
    /// The address of one of its eight instructions.
    fn instruction(&self, index: usize) -> usize {
        (&raw const *self.code).addr() + index
    }
}

/// Where the inner one of two frames is.
#[derive(Clone, Copy)]
pub enum Layout {
    High,
    Low,
}

struct Frame {
    function: &'static Function,
    cfa: usize,
    return_address: usize,
    /// What the caller has in its frame pointer.
    caller_fp: usize,
}

/// A thread that calls such functions, with the calling thread's memory for its stack.
pub struct Machine<'a> {
    words: &'a Words,
    pub sp: usize,
    pub fp: usize,
    /// Outermost first. The first one is [`root`], which has no caller.
    frames: Vec<Frame>,
}

impl<'a> Machine<'a> {
    pub fn on(words: &'a Words) -> Self {
        let end = words.as_ptr().expose_provenance() + size_of_val(words);
        let first = Frame { function: &root, cfa: end, return_address: 0, caller_fp: 0 };
        Self { words, sp: end - WORD, fp: 0, frames: vec![first] }
    }

    pub fn running(&self) -> &'static Function {
        self.frames[self.frames.len() - 1].function
    }

    /// How many calls have not returned.
    pub fn calls(&self) -> usize {
        self.frames.len() - 1
    }

    /// Words between the stack pointer and the end of the memory.
    pub fn room(&self) -> usize {
        (self.sp - self.words.as_ptr().addr()) / WORD
    }

    fn write(&self, address: usize, value: usize) {
        self.words[(address - self.words.as_ptr().addr()) / WORD].set(value);
    }

    /// Calls `function` from an instruction of the one that runs. It keeps `fp` in the frame pointer if it
    /// saves that and needs it for nothing else.
    pub fn call(&mut self, instruction: usize, function: &'static Function, fp: usize) {
        let (cfa, caller_fp) = (self.sp, self.fp);
        let return_address = self.running().instruction(instruction) + 1;
        self.write(cfa - WORD, return_address);
        self.sp = cfa - function.cfa_words * WORD;
        if self.sp <= cfa - function.saved_words * WORD && function.saved_words != 0 {
            self.write(cfa - function.saved_words * WORD, caller_fp);
            self.fp = if function.base == Base::Fp { self.sp } else { fp };
        }
        self.frames.push(Frame { function, cfa, return_address, caller_fp });
    }

    pub fn call_all(&mut self, functions: &[&'static Function]) {
        functions.iter().for_each(|function| self.call(0, function, 0));
    }

    /// Calls two functions one inside of the other that find their callers by the frame pointer; the inner one
    /// ends at the same stack pointer wherever its frame is, and neither writes over the words of another layout.
    pub fn call_framed(&mut self, layout: Layout) {
        let (outer, instruction, inner) = match layout {
            Layout::High => (0, 0, 4),
            Layout::Low => (2, 1, 2),
        };
        self.call(0, &framed, 0);
        self.resize(outer);
        self.call(instruction, &framed, 0);
        self.resize(inner);
    }

    /// Has a function that finds its caller by the frame pointer use so many words of stack.
    pub fn resize(&mut self, words: usize) {
        assert!(self.running().base == Base::Fp, "another function would lose its caller");
        self.sp = self.fp - words * WORD;
    }

    /// Has the first call that was made be none: the return address is 0.
    pub fn end_at_first_call(&mut self) {
        self.frames.remove(0);
        self.write(self.frames[0].cfa - WORD, 0);
    }

    pub fn give_back(&mut self) {
        let Frame { cfa, caller_fp, .. } = self.frames.pop().unwrap();
        (self.sp, self.fp) = (cfa, caller_fp);
    }

    pub fn registers(&self, instruction: usize) -> Registers {
        Registers { pc: self.running().instruction(instruction), sp: self.sp, fp: self.fp }
    }

    /// Walks from an instruction of the function that runs, and compares with the calls that were made.
    pub fn walk(&self, checked: &mut Checked, instruction: usize) -> Registers {
        let registers = self.registers(instruction);
        // SAFETY: the memory is the calling thread's stack, and its frames are there.
        let found = unsafe { checked.walk_from(&registers) };
        let called: Vec<usize> =
            self.frames[1..].iter().map(|frame| frame.return_address).collect();
        assert_eq!(found, called);
        registers
    }
}
