//! What the platform can do: every operation, with its logic.

pub mod auth;
pub mod health;
pub mod migration;
pub mod policy;
pub mod search;
pub mod seed;
pub mod settings;
pub mod user;

use crate::operation::Visitor;

/// The list of all operations. The API, its OpenAPI document and `platform call` walk it.
macro_rules! operations {
    ($($operation:ty),* $(,)?) => {
        /// Shows every operation to a visitor, in the order of the list.
        pub fn each_operation(visitor: &mut impl Visitor) {
            $(visitor.visit::<$operation>();)*
        }
    };
}

operations![
    auth::Login,
    auth::Logout,
    auth::WhoAmI,
    user::AddUser,
    user::ListUsers,
    user::GetUser,
    user::DisableUser,
    user::EnableUser,
    user::SetPassword,
    user::RemoveUser,
    policy::PutPolicy,
    policy::ListPolicies,
    policy::GetPolicy,
    policy::RemovePolicy,
    policy::EvalPolicy,
    search::IndexDocuments,
    search::RemoveDocument,
    search::SearchDocuments,
    search::GetIndexStats,
    search::RebuildIndex,
    seed::ApplySeed,
    seed::ListSeeds,
    migration::MigrateUp,
    migration::MigrateDown,
    migration::ListMigrations,
    migration::PlanMigrations,
    settings::ShowSettings,
    health::CheckHealth,
];
