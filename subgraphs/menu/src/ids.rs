//! The ids that only menus give out.

use kit::typed_id;

typed_id!(
    /// One line of a menu.
    MenuItemId, "menu");
