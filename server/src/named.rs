//! Choices with stable names: what addresses, commands and tables call them.
//!
//! Those that stand in documents have numbers, too, and are [`shared`]'s.

/// Makes a list of choices: an enum with `ALL`, `name` and `named`.
macro_rules! named {
    (
        $(#[$doc:meta])*
        $visibility:vis $name:ident {
            $($(#[$choice_doc:meta])* $choice:ident $text:literal;)*
        }
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        $visibility enum $name {
            $($(#[$choice_doc])* $choice,)*
        }

        impl $name {
            /// Every one.
            pub const ALL: &[Self] = &[$(Self::$choice,)*];

            /// Its stable kebab-case name.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$choice => $text,)*
                }
            }

            /// The one with this name, if there is one.
            #[must_use]
            pub fn named(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.name() == name)
            }
        }
    };
}

pub(crate) use named;
