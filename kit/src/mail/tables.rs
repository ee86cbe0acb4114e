//! The table of letters; nothing else reads or writes it.

diesel::table! {
    mails (id) {
        id -> Text,
        sealed -> Text,
        attempts -> Integer,
        due_at -> Timestamp,
        created_at -> Timestamp,
    }
}
