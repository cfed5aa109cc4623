//! Components built byte by byte, because their text would take longer to read than they take to compile.

/// A number as WebAssembly writes it.
fn number(mut value: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let low = u8::try_from(value & 0x7f).unwrap();
        value >>= 7;
        if value == 0 {
            bytes.push(low);
            return bytes;
        }
        bytes.push(low | 0x80);
    }
}

fn section(id: u8, content: &[u8]) -> Vec<u8> {
    [&[id], number(content.len()).as_slice(), content].concat()
}

fn list(entries: &[Vec<u8>]) -> Vec<u8> {
    [number(entries.len()), entries.concat()].concat()
}

fn component(sections: &[Vec<u8>]) -> Vec<u8> {
    let module = [b"\0asm\x01\0\0\0".as_slice(), &sections.concat()].concat();
    [b"\0asm\x0d\0\x01\0".as_slice(), &section(1, &module)].concat()
}

/// So many functions of two numbers with this code.
fn functions(count: usize, locals: usize, code: &[u8]) -> Vec<u8> {
    let variables = if locals == 0 { vec![0] } else { [&[1], number(locals).as_slice(), &[0x7e]].concat() };
    let body = [variables, code.to_vec(), vec![0x0b]].concat();
    let body = [number(body.len()), body].concat();
    let kind = vec![vec![0x60, 2, 0x7e, 0x7e, 0]];
    component(&[
        section(1, &list(&kind)),
        section(3, &list(&vec![vec![0]; count])),
        section(10, &list(&vec![body; count])),
    ])
}

/// Functions without code.
pub fn empty_functions(count: usize) -> Vec<u8> {
    functions(count, 0, &[])
}

/// Functions that compute, each the same so many times.
pub fn arithmetic(count: usize, times: usize) -> Vec<u8> {
    let step = [0x20, 0, 0x20, 1, 0x7c, 0x20, 0, 0x42, 0xcd, 0, 0x85, 0x7e, 0x21, 0];
    functions(count, 0, &step.repeat(times))
}

/// Functions with loops in loops, and variables that change in each: what costs a compiler most for a byte.
pub fn loops(count: usize, variables: usize, depth: usize) -> Vec<u8> {
    let mut code = Vec::new();
    for level in 0..depth {
        let variable = number(2 + level % variables);
        let step = [&[0x03, 0x40, 0x20], variable.as_slice(), &[0x42, 1, 0x7c, 0x21], &variable].concat();
        code.extend(step);
    }
    for level in 0..depth {
        code.extend([&[0x20], number(2 + level % variables).as_slice(), &[0x50, 0x0d, 0, 0x0b]].concat());
    }
    functions(count, variables, &code)
}

/// Types that nothing uses.
pub fn types(count: usize) -> Vec<u8> {
    component(&[section(1, &list(&vec![vec![0x60, 0, 0]; count]))])
}
