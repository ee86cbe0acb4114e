//! The ids that only notifications give out.

use kit::typed_id;

typed_id!(
    /// Something that a tenant's members were told.
    NotificationId, "ntf");
