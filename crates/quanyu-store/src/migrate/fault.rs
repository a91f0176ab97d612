//! What stands in the way of a pack.

/// Why a pack cannot be applied, and what to do instead.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// A field changed its type and its values would not fit.
    #[error(
        "`{register}.{field}` holds {was} values and cannot become {now}: declare a new field beside it and keep this one"
    )]
    TypeChanged {
        /// Register.
        register: String,
        /// Field.
        field: String,
        /// Type of the values there are.
        was: String,
        /// Type that the pack declares.
        now: String,
    },
    /// Records hold a code that the list no longer has.
    #[error(
        "records of `{register}.{field}` hold `{code}`, which `{list}` no longer has: mark the code retired instead of removing it"
    )]
    CodeRemoved {
        /// Register.
        register: String,
        /// Field.
        field: String,
        /// List.
        list: String,
        /// Code.
        code: String,
    },
    /// Records share a value that shall be unique.
    #[error(
        "{count} values of `{register}` ({fields}) are shared by several records and cannot become unique: put the records right first"
    )]
    NotUnique {
        /// Register.
        register: String,
        /// Fields with commas.
        fields: String,
        /// How many values.
        count: i64,
    },
    /// A field has the name of a column that every register has.
    #[error("`{register}.{field}` has the name of a system column: give it another name")]
    SystemName {
        /// Register.
        register: String,
        /// Field.
        field: String,
    },
    /// A name that is too long for the database.
    #[error("the name `{name}` is longer than {most} letters")]
    LongName {
        /// The table's or column's name.
        name: String,
        /// How many letters there may be.
        most: usize,
    },
}

impl Fault {
    /// The name under which `messages.toml` explains it.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::TypeChanged { .. } => "pack_fault_type_changed",
            Self::CodeRemoved { .. } => "pack_fault_code_removed",
            Self::NotUnique { .. } => "pack_fault_not_unique",
            Self::SystemName { .. } => "pack_fault_system_name",
            Self::LongName { .. } => "pack_fault_long_name",
        }
    }
}
