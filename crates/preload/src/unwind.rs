//! What the standard library wants of an unwinder, of which nothing here has any use: nothing unwinds.
//!
//! Were it the compiler's (`libgcc_s`), a program in an image without that would not start. These are seen by
//! nobody outside of this library: a program's own exceptions go on as before.

use std::arch::global_asm;

/// Defines a function that answers that there is nothing more (`_URC_END_OF_STACK`).
macro_rules! ends_at_once {
    ($($name:literal)*) => {
        $(global_asm!(
            concat!(".globl ", $name),
            concat!(".hidden ", $name),
            concat!(".type ", $name, ", %function"),
            concat!($name, ":"),
            #[cfg(target_arch = "x86_64")]
            "mov eax, 5",
            #[cfg(target_arch = "aarch64")]
            "mov w0, #5",
            "ret",
        );)*
    };
}

ends_at_once! {
    "_Unwind_Backtrace" "_Unwind_GetDataRelBase" "_Unwind_GetIP" "_Unwind_GetIPInfo"
    "_Unwind_GetLanguageSpecificData" "_Unwind_GetRegionStart" "_Unwind_GetTextRelBase"
    "_Unwind_Resume" "_Unwind_SetGR" "_Unwind_SetIP"
}
