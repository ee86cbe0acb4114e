//! The ids that only tenants give out.

use kit::typed_id;

typed_id!(
    /// One user's place in one tenant.
    MembershipId, "mem");
typed_id!(
    /// One tenant's subscription to one service.
    SubscriptionId, "sub");
typed_id!(
    /// One address asked to join one tenant.
    InvitationId, "inv");
