use super::Demangling;
use cpp_demangle::{BorrowedSymbol, DemangleNodeType, DemangleOptions, DemangleWrite};
pub fn demangle(name: &str, mode: Demangling) -> Option<String> {
    let (base, suffix) = name.split_once('.').map_or((name, false), |(b, _)| (b, true));
    if suffix && is_data(base)? { return None; }
    let t = special(base, mode)?;
    Some(tidy(&t))
}
fn is_data(base: &str) -> Option<bool> {
    if base.starts_with("_ZT") || base.starts_with("_ZG") { return Some(false); }
    Some(plain(base, DemangleOptions::new())? == plain(base, DemangleOptions::new().no_params().no_return_type())?)
}
fn plain(base: &str, o: DemangleOptions) -> Option<String> {
    let sym = BorrowedSymbol::new(base.as_bytes()).ok()?;
    sym.demangle_with_options(&o).ok()
}
fn special(base: &str, mode: Demangling) -> Option<String> {
    for (p, t) in [("_ZTh", "non-virtual thunk to "), ("_ZTv", "virtual thunk to "), ("_ZTc", "covariant return thunk to ")] {
        if base.starts_with(p) {
            let rest = match p { "_ZTh" => call_offset(&base[3..])?, "_ZTv" => call_offset(&base[3..])?, _ => call_offset(call_offset(&base[4..])?)? };
            return Some(format!("{t}{}", special(&format!("_Z{rest}"), mode)?));
        }
    }
    if base.starts_with("_ZTV") { return Some(format!("vtable for {}", encoded(base, mode)?.strip_prefix("{vtable(")?.strip_suffix(")}")?)); }
    if base.starts_with("_ZTT") { return Some(format!("VTT for {}", encoded(base, mode)?.strip_prefix("{vtt(")?.strip_suffix(")}")?)); }
    encoded(base, mode)
}
fn call_offset(s: &str) -> Option<&str> {
    let num = |s: &str| -> Option<usize> { let t = s.strip_prefix('n').unwrap_or(s); let d = t.bytes().take_while(u8::is_ascii_digit).count(); (d > 0).then(|| s.len()-t.len()+d) };
    if let Some(r) = s.strip_prefix('h') { return r[num(r)?..].strip_prefix('_'); }
    let r = s.strip_prefix('v')?;
    let r = r[num(r)?..].strip_prefix('_')?;
    r[num(r)?..].strip_prefix('_')
}
fn encoded(base: &str, mode: Demangling) -> Option<String> {
    let sym = BorrowedSymbol::new(base.as_bytes()).ok()?;
    let mut o = DemangleOptions::new();
    if mode != Demangling::Full { o = o.no_params().no_return_type(); }
    let mut w = W { out: String::new(), nodes: vec![], depth: 0, drop: mode == Demangling::Default, closing: false };
    sym.structured_demangle(&mut w, &o).ok()?;
    Some(w.out)
}
struct W { out: String, nodes: Vec<bool>, depth: usize, drop: bool, closing: bool }
impl DemangleWrite for W {
    fn push_demangle_node(&mut self, n: DemangleNodeType) {
        let args = self.drop && matches!(n, DemangleNodeType::TemplateArgs);
        if args { if self.depth == 0 { self.out.pop(); if self.out.ends_with("operator< ") { self.out.pop(); } } self.depth += 1; }
        self.nodes.push(args);
    }
    fn pop_demangle_node(&mut self) {
        if self.nodes.pop() == Some(true) { self.depth -= 1; if self.depth == 0 { self.closing = true; } }
    }
    fn write_string(&mut self, s: &str) -> std::fmt::Result {
        if self.depth > 0 { return Ok(()); }
        let s = if self.closing { self.closing = false; s.strip_prefix('>').unwrap_or(s) } else { s };
        self.out.push_str(s);
        Ok(())
    }
}
fn tidy(t: &str) -> String {
    let mut t = t.to_string();
    for (a, b) in [("(unsigned int)", "u"), ("(unsigned long)", "ul"), ("(long)", "l"), ("(unsigned long long)", "ull"), ("(long long)", "ll")] {
        let mut o = String::new();
        let mut r = &t[..];
        while let Some(p) = r.find(a) {
            o.push_str(&r[..p]);
            r = &r[p + a.len()..];
            let d = r.bytes().enumerate().take_while(|(i, c)| c.is_ascii_digit() || *i == 0 && *c == b'-').count();
            if d == 0 { o.push_str(a); continue; }
            o.push_str(&r[..d]); o.push_str(b); r = &r[d..];
        }
        o.push_str(r);
        t = o;
    }
    while t.contains(", , ") { t = t.replace(", , ", ", "); }
    t.replace("<, ", "<").replace(">, >", "> >").replace(", >", ">").replace("(&&)", "()").replace(", &&)", ")").replace("(&)", "()")
}
