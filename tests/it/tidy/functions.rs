//! How long a function may be.

use proc_macro2::Span;
use syn::visit::{self, Visit};
use syn::{ImplItemFn, ItemFn, Signature, TraitItemFn};

use super::{assert_none, rust_files, text};

/// Lines from `fn` to the closing brace; attributes and docstrings are not counted.
const FUNCTION_LINES_MAX: usize = 70;

#[test]
fn no_function_is_longer_than_a_screen() {
    let breaches: Vec<String> = rust_files()
        .iter()
        .flat_map(|file| long_functions(file))
        .collect();
    assert_none(
        &breaches,
        "A function of more than 70 lines does more than one thing.",
    );
}

fn long_functions(file: &str) -> Vec<String> {
    let parsed = syn::parse_file(&text(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
    let mut functions = Functions::default();
    functions.visit_file(&parsed);
    functions
        .found
        .into_iter()
        .filter(|function| function.lines > FUNCTION_LINES_MAX)
        .map(|Function { name, line, lines }| format!("{file}:{line}: {name} has {lines} lines"))
        .collect()
}

#[derive(Default)]
struct Functions {
    found: Vec<Function>,
}

struct Function {
    name: String,
    line: usize,
    lines: usize,
}

impl Functions {
    fn add(&mut self, signature: &Signature, end: Span) {
        let line = signature.fn_token.span.start().line;
        let lines = end.end().line + 1 - line;
        self.found.push(Function {
            name: signature.ident.to_string(),
            line,
            lines,
        });
    }
}

impl<'ast> Visit<'ast> for Functions {
    fn visit_item_fn(&mut self, function: &'ast ItemFn) {
        self.add(&function.sig, function.block.brace_token.span.close());
        visit::visit_item_fn(self, function);
    }

    fn visit_impl_item_fn(&mut self, function: &'ast ImplItemFn) {
        self.add(&function.sig, function.block.brace_token.span.close());
        visit::visit_impl_item_fn(self, function);
    }

    fn visit_trait_item_fn(&mut self, function: &'ast TraitItemFn) {
        if let Some(block) = &function.default {
            self.add(&function.sig, block.brace_token.span.close());
        }
        visit::visit_trait_item_fn(self, function);
    }
}
