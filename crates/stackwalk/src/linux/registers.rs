//! Registers by instruction, one set an architecture.

use core::arch::asm;

use crate::Registers;

/// The registers in the function that this is inlined into.
#[inline(always)]
pub(crate) fn here() -> Registers {
    let (pc, sp, fp);
    #[cfg(target_arch = "x86_64")]
    // SAFETY: copies registers and has no other effect.
    unsafe {
        asm!("lea {pc}, [rip]", "mov {sp}, rsp", "mov {fp}, rbp",
            pc = out(reg) pc, sp = out(reg) sp, fp = out(reg) fp,
            options(nomem, nostack, preserves_flags));
    }
    #[cfg(target_arch = "aarch64")]
    // SAFETY: copies registers and has no other effect.
    unsafe {
        asm!("adr {pc}, .", "mov {sp}, sp", "mov {fp}, x29",
            pc = out(reg) pc, sp = out(reg) sp, fp = out(reg) fp,
            options(nomem, nostack, preserves_flags));
    }
    Registers { pc, sp, fp }
}

/// The registers that a signal interrupted.
///
/// # Safety
/// `context` must point to the `ucontext` that the kernel made.
pub(crate) unsafe fn of_context(context: *const core::ffi::c_void) -> Registers {
    // SAFETY: passed on to the caller.
    let machine = unsafe { &(*context.cast::<libc::ucontext_t>()).uc_mcontext };
    #[cfg(target_arch = "x86_64")]
    let [pc, sp, fp] = [libc::REG_RIP, libc::REG_RSP, libc::REG_RBP]
        .map(|register| machine.gregs.get(register as usize).copied().unwrap_or(0) as usize);
    #[cfg(target_arch = "aarch64")]
    let [pc, sp, fp] = [machine.pc, machine.sp, machine.regs[29]].map(|register| register as usize);
    Registers { pc, sp, fp }
}

/// The runtime address of the calling thread's control block.
pub(crate) fn thread_pointer() -> usize {
    let pointer;
    #[cfg(target_arch = "x86_64")]
    // SAFETY: the ABI for thread-local storage puts the block's own address into its first word.
    unsafe {
        asm!("mov {}, fs:0", out(reg) pointer, options(nostack, preserves_flags, readonly));
    }
    #[cfg(target_arch = "aarch64")]
    // SAFETY: copies a register and has no other effect.
    unsafe {
        asm!("mrs {}, tpidr_el0", out(reg) pointer, options(nomem, nostack, preserves_flags));
    }
    pointer
}
